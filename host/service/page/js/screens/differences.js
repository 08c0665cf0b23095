// The kinds of change, and the columns of a table of them.
import { bytes, signed } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { Path, base, named, parent, plain, safe } from '../names.js';

export const KINDS = [
    { id: 'added', label: 'Added', icon: 'plus', tone: 'keep' },
    { id: 'removed', label: 'Removed', icon: 'x', tone: 'drop' },
    { id: 'changed', label: 'Changed', icon: 'rename', tone: 'warn' },
    { id: 'moved', label: 'Moved or renamed', icon: 'move', tone: 'info' },
];

/** @param {any} row */
const kindOf = (row) =>
    KINDS.find((it) => it.id === row.change) ?? {
        id: row.change ?? '',
        label: row.change ?? '',
        icon: 'info',
        tone: '',
    };

/** By how much a file grew. @param {any} row */
function growth(row) {
    if (row.change === 'moved') return null;
    const now = row.change === 'removed' ? 0 : (row.size ?? 0);
    const was =
        row.change === 'added'
            ? 0
            : (row.was ?? (row.change === 'removed' ? row.size : null));
    return was == null ? null : now - was;
}

export const COLUMNS = /** @type {import('../ui/grid.js').Column[]} */ ([
    {
        id: 'change',
        label: 'What',
        width: '7rem',
        cell: (row) => {
            const kind = kindOf(row);
            return html`<span class=${`tag ${kind.tone}`}>
                <${Icon} name=${kind.icon} />${kind.id}
            </span>`;
        },
    },
    {
        id: 'path',
        label: 'Path',
        width: 'minmax(18rem, 1fr)',
        cell: (row) => {
            const from = named(row, 'from');
            const path = html`<${Path} path=${named(row)} />`;
            if (!from) return path;
            return html`<span class="row">
                <span class="cut grow">${path}</span>
                <span class="tag" title=${`from ${plain(from)}`}>
                    from …/${safe(base(parent(from)))}
                </span>
            </span>`;
        },
    },
    {
        id: 'by',
        label: 'By',
        width: '7rem',
        right: true,
        cell: (row) => {
            const by = growth(row);
            return by == null
                ? html`<span class="faint">–</span>`
                : signed(by, bytes);
        },
    },
    {
        id: 'size',
        label: 'Size now',
        width: '7rem',
        right: true,
        cell: (row) =>
            row.change === 'removed'
                ? html`<span class="faint">gone</span>`
                : bytes(row.size ?? 0),
    },
]);
