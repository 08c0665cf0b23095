// The columns of a table of files. One that the page does not know, of a
// plugin, is shown as it comes.
import { TYPES, ago, bytes, count, stamp } from '../format.js';
import { html } from '../html.js';
import { Path, named, plain, safe } from '../names.js';
import { Digest } from '../ui/parts.js';

/** @typedef {import('../ui/grid.js').Column} Column */

/** Those that are shown unless others are chosen. */
export const usually = [
    'path',
    'size',
    'modified',
    'extension',
    'copies',
    'hash',
];

const none = html`<span class="faint">–</span>`;
const size = (/** @type {any} */ n) =>
    n == null
        ? none
        : html`<span title=${`${count(n)} bytes`}>${bytes(n)}</span>`;
const time = (/** @type {any} */ at) =>
    at == null ? none : html`<time title=${ago(at)}>${stamp(at)}</time>`;

const KNOWN = /** @type {Record<string, Partial<Column>>} */ ({
    path: {
        label: 'Path',
        width: 'minmax(20rem, 1fr)',
        cell: (row) =>
            html`<span class="row">
                ${
                    row.type != null &&
                    html`<i
                    class="dot"
                    title=${TYPES[row.type] ?? row.type}
                    style=${{ background: `var(--k-${row.type})` }}
                />`
                }
                <span class="cut"><${Path} path=${named(row)} /></span>
            </span>`,
    },
    size: { label: 'Size', width: '7rem', right: true },
    allocated: { label: 'On disk', width: '7rem', right: true },
    extension: { label: 'Ext', width: '5rem' },
    copies: {
        label: 'Copies',
        width: '5rem',
        right: true,
        cell: (row) =>
            row.copies > 1
                ? html`<a href="#/duplicates" tabindex="-1">
                      ${count(row.copies)}
                  </a>`
                : html`<span class="faint">${row.copies ?? '–'}</span>`,
    },
    hash: {
        label: 'Digest',
        width: '9rem',
        cell: (row) =>
            row.hash
                ? html`<${Digest} text=${String(row.hash)} />`
                : html`<span class="faint">not hashed</span>`,
    },
    root: { label: 'Root', width: '6.5rem' },
    type: {
        label: 'Type',
        width: '7rem',
        cell: (row) => TYPES[row.type] ?? row.type,
    },
});
const TIMES = ['modified', 'created', 'accessed', 'changed', 'taken'];
const SIZES = ['size', 'allocated', 'reclaimable'];

/** A value of no known form. @param {any} value */
function shown(value) {
    if (value == null) return none;
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'number' ? count(value) : safe(String(value));
}

/** @param {string} name @returns {Column} */
export function columnOf(name) {
    const isTime = TIMES.includes(name);
    const isSize = SIZES.includes(name);
    const cell = (/** @type {any} */ row) => {
        if (isSize) return size(row[name]);
        if (isTime) return time(row[name]);
        return shown(row[name] ?? (named(row, name) || null));
    };
    const label = plain(name.replaceAll('_', ' '));
    return {
        id: name,
        label: label[0].toUpperCase() + label.slice(1),
        width: isTime ? '9.5rem' : '7rem',
        right: isTime || isSize,
        sort: true,
        cell,
        ...KNOWN[name],
    };
}

/**
 * The columns that rows have, one for a name and its bytes.
 * @param {string[]} known
 */
export function choices(known) {
    const names = known
        .filter((it) => !it.endsWith('_base64'))
        .concat(known.length ? [] : usually);
    const rank = (/** @type {string} */ it) => {
        const at = usually.indexOf(it);
        return at < 0 ? usually.length : at;
    };
    return names.sort((a, b) => rank(a) - rank(b));
}
