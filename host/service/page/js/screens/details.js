// All that is known of a file.
import { ago, bytes, count, stamp } from '../format.js';
import { link } from '../address.js';
import { directlyIn } from '../folders.js';
import { html } from '../html.js';
import { useRoots } from '../roots.js';
import { addressOf } from '../sources.js';
import { Path, base, bytesOf, named, parent, plain, safe } from '../names.js';
import { Dialog } from '../ui/menu.js';
import { Copy } from '../ui/parts.js';

const TIMES = ['modified', 'created', 'accessed', 'changed', 'taken'];
const SIZES = ['size', 'allocated', 'was', 'reclaimable'];

/** @param {string} name @param {any} value */
function shown(name, value) {
    if (SIZES.includes(name)) return `${bytes(value)} (${count(value)} bytes)`;
    if (TIMES.includes(name)) return `${stamp(value)}, ${ago(value)}`;
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    if (name === 'hash') return html`<code>${value}</code>`;
    return safe(String(value));
}

/** @param {{row: any, job: any, onClose: () => void}} props */
export function Details({ row, job, onClose }) {
    const { list } = useRoots();
    if (!row) return null;
    const path = named(row);
    const f = directlyIn(parent(path), list);
    const name = base(path);
    const hex = Array.from(bytesOf(name), (it) =>
        it.toString(16).padStart(2, '0'),
    ).join(' ');
    const facts = Object.entries(row).filter(
        ([key, value]) =>
            value != null && key !== 'path' && !key.endsWith('_base64'),
    );
    return html`<${Dialog}
        open=${true}
        onClose=${onClose}
        title="File"
        width="40rem"
    >
        <div class="stack">
            <div>
                <strong><bdi translate="no">${safe(name)}</bdi></strong>
                <div class="small dim">
                    <${Path} path=${`${parent(path)}/`} folder />
                </div>
            </div>
            <dl class="facts">
                ${facts.map(
                    ([key, value]) => html`<dt key=${`${key}:`}>
                            ${plain(key.replaceAll('_', ' '))}
                        </dt>
                        <dd key=${key}>${shown(key, value)}</dd>`,
                )}
                <dt>name in bytes</dt>
                <dd><code class="small">${hex}</code></dd>
            </dl>
            <div class="row wrap">
                <${Copy} text=${path} label="Copy the path" />
                <a
                    class="btn sm"
                    href=${link('files', { ...addressOf(job), f })}
                    onClick=${onClose}
                >
                    Its folder
                </a>
            </div>
        </div>
    <//>`;
}
