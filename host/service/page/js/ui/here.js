// "Is it here?" on the screen: what is dropped, wherever that is, and answers.
import { useCell } from '../cell.js';
import { bytes, count, percent, plural, rate } from '../format.js';
import { ask, askAgain, asked, canLookUp } from '../here.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { Path, plain, safe } from '../names.js';
import { hasKind } from '../session.js';
import { Dialog } from './menu.js';
import { Digest, Meter } from './parts.js';

export const choose = () => document.getElementById('here-file')?.click();

export const HereCard = () =>
    html`<section class="panel here">
        <button type="button" class="herebtn" onClick=${choose}>
            <${Icon} name="drop" />
            <span>
                <strong>Is it already here?</strong>
                <span class="small dim">
                    Drop files anywhere on this page, or choose some. They are
                    hashed in your browser and go nowhere.
                </span>
            </span>
        </button>
    </section>`;

/** Whether files are held over the page, which takes what is dropped. */
function useDrop() {
    const [over, setOver] = useState(false);
    const depth = useRef(0);
    useEffect(() => {
        if (!canLookUp()) return;
        const files = (/** @type {DragEvent} */ e) =>
            [...(e.dataTransfer?.types ?? [])].includes('Files');
        const enter = (/** @type {DragEvent} */ e) => {
            if (!files(e)) return;
            depth.current += 1;
            setOver(true);
            e.preventDefault();
        };
        const leave = (/** @type {DragEvent} */ e) => {
            if (!files(e)) return;
            depth.current = Math.max(0, depth.current - 1);
            if (!depth.current) setOver(false);
        };
        const drop = (/** @type {DragEvent} */ e) => {
            if (!files(e)) return;
            e.preventDefault();
            depth.current = 0;
            setOver(false);
            ask([...(e.dataTransfer?.files ?? [])]);
        };
        const hold = (/** @type {DragEvent} */ e) =>
            files(e) && e.preventDefault();
        const all = /** @type {[string, any][]} */ ([
            ['dragenter', enter],
            ['dragleave', leave],
            ['dragover', hold],
            ['drop', drop],
        ]);
        for (const [name, run] of all) addEventListener(name, run);
        return () => {
            for (const [name, run] of all) removeEventListener(name, run);
        };
    }, []);
    return over;
}

export function Here() {
    const over = useDrop();
    const list = useCell(asked);
    const chosen = (/** @type {any} */ e) => {
        ask([...e.target.files]);
        e.target.value = '';
    };
    return html`<input
            id="here-file"
            type="file"
            multiple
            hidden
            aria-label="Files to look for"
            onChange=${chosen}
        />
        ${
            over &&
            html`<div class="dropzone">
            <div>
                Drop to see whether it is in the catalog.
                <div class="small">
                    Its size and its digest are asked for; no byte of it is
                    sent.
                </div>
            </div>
        </div>`
        }
        <${Answers} list=${list} />`;
}

/** @param {{list: import('../here.js').Asked[]}} props */
function Answers({ list }) {
    const close = () => asked.set([]);
    const known = list.filter((it) => it.state === 'here');
    const size = known.reduce((sum, it) => sum + it.file.size, 0);
    const title =
        list.length === 1
            ? 'Is it already here?'
            : `Are these ${count(list.length)} files already here?`;
    const unsure = list.some((it) => it.state === 'unsure');
    const footer = html`<span class="small dim grow">
            Hashed in this page by the component that the program carries.
            Only sizes and digests were asked for.
        </span>
        ${
            known.length > 1 &&
            html`<span class="small">
            <strong>${count(known.length)}</strong> known, ${bytes(size)}
        </span>`
        }
        ${
            unsure &&
            html`<button type="button" class="btn" onClick=${askAgain}>
            Ask again
        </button>`
        }
        <button type="button" class="btn" onClick=${close}>Close</button>`;
    return html`<${Dialog}
        open=${list.length > 0}
        onClose=${close}
        width="46rem"
        title=${title}
        footer=${footer}
    >
        <ul class="asked">
            ${list.map((it) => html`<${Answer} key=${it.id} it=${it} />`)}
        </ul>
    <//>`;
}

const ICONS = /** @type {Record<string, string>} */ ({
    here: 'check',
    new: 'plus',
    failed: 'alert',
    unsure: 'alert',
});

/** @param {{it: import('../here.js').Asked}} props */
function Answer({ it }) {
    const hashes = Object.entries(it.hash ?? {});
    return html`<li class=${`is-${it.state}`}>
        <span class="verdict">
            <${Icon} name=${ICONS[it.state] ?? 'hash'} />
        </span>
        <div class="grow stack tight">
            <div class="row wrap">
                <strong class="cut"><bdi>${safe(it.file.name)}</bdi></strong>
                <span class="num faint">${bytes(it.file.size)}</span>
            </div>
            <${Verdict} it=${it} />
            ${
                it.ms > 0 &&
                html`<div class="row wrap tiny faint">
                ${hashes.map(
                    ([name, text]) => html`<span key=${name}>
                        ${name}${' '}<${Digest} text=${text} />
                    </span>`,
                )}
                <span class="num">${rate((it.done / it.ms) * 1000)}</span>
            </div>`
            }
        </div>
    </li>`;
}

/** @param {{it: import('../here.js').Asked}} props */
function Verdict({ it }) {
    const same = it.sameSize == null ? 'Files' : plural(it.sameSize, 'file');
    if (it.state === 'failed')
        return html`<p class="error" role="alert">${it.why}</p>`;
    if (it.state === 'here')
        return html`<p>
                <strong class="yes">Already here.</strong>${' '}
                ${plural(it.found?.length ?? 0, 'file')} with the same content:
            </p>
            <ul class="small">
                ${it.found?.map(
                    (path) => html`<li key=${path} class="cut">
                        <${Path} path=${path} />
                    </li>`,
                )}
            </ul>`;
    if (it.state === 'new')
        return html`<p>
            <strong class="no">Not here.</strong>${' '}
            ${
                it.why === 'size'
                    ? 'No file in the catalog has this size, so nothing ' +
                      'was read.'
                    : `${same} of this size, none with this content.`
            }
        </p>`;
    if (it.state === 'unsure')
        return html`<p>
                <strong>Unsure.</strong>${' '}
                ${plural(it.unhashed, 'file')} of this size
                ${it.unhashed === 1 ? ' is' : ' are'} not hashed, and none of
                the others has this content.
            </p>
            ${
                hasKind('hash') &&
                html`<p>
                <a
                    class="btn sm"
                    href=${`#/new/hash?size=${it.file.size}`}
                    onClick=${() => asked.set([])}
                >
                    <${Icon} name="hash" />Hash them
                </a>
            </p>`
            }`;
    const part = it.done / (it.file.size || 1);
    return html`<p class="small dim">
            ${
                it.state === 'asking'
                    ? 'Waiting…'
                    : `${same} in the catalog of this size; hashing to be sure`
            }
        </p>
        <${Meter}
            class="thin"
            value=${part}
            label=${`Hashing ${plain(it.file.name)}: ${percent(part)}`}
        />`;
}
