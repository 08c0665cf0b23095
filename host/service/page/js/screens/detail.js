// The file at hand among its copies.
import { bytes, count, plural, stamp, typeOf } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { inWords, under } from '../keep.js';
import { toast } from '../messages.js';
import { Path, base, named, parent, safe } from '../names.js';
import { Menu } from '../ui/menu.js';
import { Picture, isPicture } from '../ui/picture.js';
import { Copy, Digest } from '../ui/parts.js';

/** @param {{row: any, job: any, rules: any}} props */
export function Detail({ row, rules }) {
    if (!row)
        return html`<aside class="panel detail" aria-label="The file at hand">
            <div class="body dim">Choose a file to see more of it.</div>
        </aside>`;
    const { group, file } = row;
    if (!file) return html`<${OfGroup} group=${group} />`;
    const path = named(file);
    const folder = parent(path);
    const background = `var(--k-${typeOf(base(path))})`;
    return html`<aside class="panel detail" aria-label="The file at hand">
        ${
            isPicture(path)
                ? html`<${Picture} path=${path} />`
                : html`<div class="nopic" style=${{ background }}>
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
                <${Facts} group=${group} />
                ${
                    file.modified &&
                    html`<dt>Modified</dt>
                        <dd class="num">${stamp(file.modified)}</dd>`
                }
            </dl>
            <div class="stack tight">
                <${FolderMenu} folder=${folder} rules=${rules} />
                <${Copy} text=${path} label="Copy the path" />
            </div>
        </div>
    </aside>`;
}

/** What the files of a group have in common. @param {{group: any}} props */
const Facts = ({ group }) =>
    html`<dt>Group</dt>
        <dd class="num">${count(group.id)}</dd>
        <dt>Size</dt>
        <dd class="num">
            ${bytes(group.size)}${' '}
            <span class="faint">(${count(group.size)})</span>
        </dd>
        ${
            group.hash &&
            html`<dt>Digest</dt>
                <dd><${Digest} text=${group.hash} /></dd>`
        }`;

/** @param {{group: any}} props */
const OfGroup = ({ group }) =>
    html`<aside class="panel detail" aria-label="The group at hand">
        <div class="body stack">
            <strong>${plural(group.count, 'equal file')}</strong>
            <dl class="facts"><${Facts} group=${group} /></dl>
            <p class="small dim">
                ${
                    group.goes
                        ? `${plural(group.goes, 'file')} would make way.`
                        : 'All of them stay.'
                }
            </p>
        </div>
    </aside>`;

/** One decision for a folder. @param {{folder: string, rules: any}} props */
function FolderMenu({ folder, rules }) {
    const { order, guard, setOrder, setGuard } = rules;
    const first = () => {
        const others = order.filter(
            (/** @type {string} */ it) => inWords(it).folder !== folder,
        );
        setOrder([under(folder), ...others]);
        toast('Files in this folder are kept first now.', {
            label: 'Undo',
            run: () => setOrder(order),
        });
    };
    const protect = () => {
        setGuard([...guard, folder]);
        toast('Nothing in this folder will be removed.', {
            label: 'Undo',
            run: () => setGuard(guard),
        });
    };
    return html`<${Menu}
        icon="folder"
        align="start"
        label="This folder, in every group"
    >
        <button type="button" class="item" onClick=${first}>
            <${Icon} name="check" />Keep first what lies in it
        </button>
        <button type="button" class="item" onClick=${protect}>
            <${Icon} name="lock" />Protect it: remove nothing from it
        </button>
    <//>`;
}
