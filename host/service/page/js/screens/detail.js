// The file at hand among its copies.
import { send } from '../api.js';
import { bytes, count, stamp } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { toast } from '../messages.js';
import { Path, base, named, parent, safe, wired } from '../names.js';
import { Menu } from '../ui/menu.js';
import { Digest } from '../ui/parts.js';
import { wiredFolder } from './rules.js';

const WAIT = 150;

/**
 * A picture as the service reads it, by an address of this page.
 * @param {string} path @param {boolean} wanted
 */
function usePicture(path, wanted) {
    const [url, setUrl] = useState('');
    useEffect(() => {
        setUrl('');
        if (!wanted) return;
        const abort = new AbortController();
        let made = '';
        const timer = setTimeout(async () => {
            const asked = new URLSearchParams(wired(path));
            try {
                const answer = await send('GET', `preview?${asked}`, {
                    signal: abort.signal,
                    headers: { accept: 'image/*' },
                });
                made = URL.createObjectURL(await answer.blob());
                if (abort.signal.aborted) URL.revokeObjectURL(made);
                else setUrl(made);
            } catch {
                // Without a picture the rest is there.
            }
        }, WAIT);
        return () => {
            clearTimeout(timer);
            abort.abort();
            if (made) URL.revokeObjectURL(made);
        };
    }, [path, wanted]);
    return [url, () => setUrl('')];
}

/** @param {any} props */
export function Detail({ row, acts, marks }) {
    const at = Math.max(0, row?.i ?? 0);
    const group = row?.group;
    const file = group?.files[at];
    const path = file ? named(file) : '';
    const [picture, broken] = usePicture(path, group?.kind === 'image');
    if (!file)
        return html`<aside class="panel detail" aria-label="The file at hand">
            <div class="body dim">Choose a file to see more of it.</div>
        </aside>`;
    const digest = group.hash ?? group.digest;
    const folder = parent(path);
    return html`<aside class="panel detail" aria-label="The file at hand">
        ${
            picture
                ? html`<img
                      class="picture"
                      src=${picture}
                      alt=""
                      onError=${broken}
                  />`
                : html`<div
                  class="nopic"
                  style=${{ background: `var(--k-${group.kind ?? 'other'})` }}
              >
                  <${Icon} name="file" />
              </div>`
        }
        <div class="body stack">
            <div>
                <strong><bdi translate="no">${safe(base(path))}</bdi></strong>
                <div class="small dim">
                    <${Path} path=${`${folder}/`} folder />
                </div>
            </div>
            <dl class="facts">
                <dt>Size</dt>
                <dd class="num">
                    ${bytes(group.size)}${' '}
                    <span class="faint">(${count(group.size)})</span>
                </dd>
                <dt>Modified</dt>
                <dd class="num">${stamp(file.modified)}</dd>
                ${
                    digest &&
                    html`<dt>Digest</dt>
                    <dd><${Digest} text=${digest} /></dd>`
                }
                <dt>Copies</dt>
                <dd class="num">${count(group.files.length)}</dd>
            </dl>
            <div class="stack tight">
                <button
                    type="button"
                    class="btn"
                    onClick=${() => acts.only(group, at)}
                >
                    <${Icon} name="pin" />Keep only this copy
                </button>
                <${FolderMenu} folder=${folder} marks=${marks} />
            </div>
        </div>
    </aside>`;
}

/** One decision for a folder. @param {{folder: string, marks: any}} props */
function FolderMenu({ folder, marks }) {
    const { order = [], protect = [] } = marks.state ?? {};
    const first = async () => {
        const others = order.filter(
            (/** @type {any} */ it) => named(it) !== folder,
        );
        await marks.rule({
            order: [{ by: 'under', ...wired(folder) }, ...others],
        });
        toast('Files in this folder are kept first now.');
    };
    const guard = async () => {
        const folders = protect.map((/** @type {any} */ it) => named(it));
        await marks.rule({
            protect: [...new Set([...folders, folder])].map(wiredFolder),
        });
        toast('Nothing in this folder will be removed.');
    };
    const drop = async () => {
        await marks.markAll({ folder: wiredFolder(folder), keep: false });
        toast('Files of this folder that have a copy elsewhere are marked.');
    };
    return html`<${Menu}
        icon="folder"
        align="start"
        label="This folder, in every group"
    >
        <button type="button" class="item" onClick=${first}>
            <${Icon} name="check" />Keep first what lies in it
        </button>
        <button type="button" class="item" onClick=${guard}>
            <${Icon} name="lock" />Protect it: remove nothing from it
        </button>
        <button type="button" class="item" onClick=${drop}>
            <${Icon} name="trash" />Remove its files that have a copy elsewhere
        </button>
    <//>`;
}
