// The columns of a table of files. One that the page does not know, of a
// plugin, is shown as it comes.
import { TYPES, ago, bytes, count, stamp, typeOf } from '../format.js';
import { html } from '../html.js';
import { Path, base, named, plain, safe } from '../names.js';
import { Digest } from '../ui/parts.js';

/** @typedef {import('../ui/grid.js').Column} Column */

/** What each kind of job tells of files. */
const FIELDS = /** @type {Record<string, string[]>} */ ({
    scan: ['path', 'size', 'modified', 'extension', 'kind'],
    hash: ['path', 'size', 'modified', 'extension', 'hash'],
    snapshot: ['path', 'size', 'modified', 'extension', 'hash'],
});
/** What snapshots keep besides. */
const KEPT = ['changed', 'mode', 'user'];
/** What can be asked for besides. */
const MORE = [
    'allocated',
    'created',
    'accessed',
    'changed',
    'mode',
    'user',
    'links',
];

/** The columns that are shown unless others are chosen. @param {any} job */
export const usually = (job) =>
    (FIELDS[job.kind] ?? FIELDS.scan).filter((it) => it !== 'kind');

/** All columns that there are. @param {any} job */
export const fieldsOf = (job) => [
    ...(FIELDS[job.kind] ?? FIELDS.scan),
    ...(job.kind === 'snapshot' ? KEPT : MORE),
];

const none = html`<span class="faint">–</span>`;
const size = (/** @type {any} */ n) =>
    n == null
        ? none
        : html`<span title=${`${count(n)} bytes`}>${bytes(n)}</span>`;
const time = (/** @type {any} */ at) =>
    at == null ? none : html`<time title=${ago(at)}>${stamp(at)}</time>`;

/** The square in the colour of a file's type. @param {{path: string}} props */
export function Dot({ path }) {
    const type = typeOf(base(path));
    const background = `var(--k-${type})`;
    return html`<i class="dot" title=${TYPES[type]} style=${{ background }} />`;
}

const KNOWN = /** @type {Record<string, Partial<Column>>} */ ({
    path: {
        label: 'Path',
        width: 'minmax(20rem, 1fr)',
        cell: (row) =>
            html`<span class="row">
                <${Dot} path=${named(row)} />
                <span class="cut"><${Path} path=${named(row)} /></span>
            </span>`,
    },
    allocated: { label: 'On disk' },
    extension: { label: 'Ext', width: '5rem' },
    hash: {
        label: 'Digest',
        width: '9rem',
        cell: (row) =>
            row.hash
                ? html`<${Digest} text=${String(row.hash)} />`
                : html`<span class="faint">not hashed</span>`,
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
