// What a comparison found: how many of each kind, and which files.
import { setQuery } from '../address.js';
import { patiently } from '../api.js';
import { anywhereIn, below } from '../folders.js';
import { bytes, count, signed, stamp } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { toast } from '../messages.js';
import { Path, base, named, plain } from '../names.js';
import { useRoots } from '../roots.js';
import { can, session } from '../session.js';
import { Grid } from '../ui/grid.js';
import { Menu } from '../ui/menu.js';
import { Bones, Empty, Failed } from '../ui/parts.js';
import { rows, save, totalOf, useView } from '../views.js';
import { FORMATS } from './export.js';
import { Growth } from './growth.js';

/** @typedef {{label: string, icon: string, tone: string}} Kind */
const KINDS = /** @type {Record<string, Kind>} */ ({
    new: { label: 'New', icon: 'plus', tone: 'keep' },
    deleted: { label: 'Deleted', icon: 'x', tone: 'drop' },
    changed: { label: 'Changed', icon: 'rename', tone: 'warn' },
    moved: { label: 'Moved or renamed', icon: 'move', tone: 'info' },
    touched: { label: 'Touched', icon: 'clock', tone: '' },
});

/** @param {string} kind @returns {Kind} */
const kindOf = (kind) =>
    KINDS[kind] ?? { label: plain(kind), icon: 'info', tone: '' };

const COLUMNS = /** @type {import('../ui/grid.js').Column[]} */ ([
    {
        id: 'change',
        label: 'What',
        width: '8rem',
        cell: (row) => {
            const kind = kindOf(row.change ?? '');
            return html`<span class=${`tag ${kind.tone}`}>
                <${Icon} name=${kind.icon} />${plain(row.change ?? '')}
            </span>`;
        },
    },
    {
        id: 'path',
        label: 'Path',
        width: 'minmax(18rem, 1fr)',
        cell: (row) => html`<${Path} path=${named(row)} />`,
    },
    {
        id: 'from',
        label: 'Before',
        width: 'minmax(8rem, .5fr)',
        cell: (row) => {
            const old = named(row, 'from');
            return old
                ? html`<${Path} path=${old} />`
                : html`<span class="faint">–</span>`;
        },
    },
    {
        id: 'size',
        label: 'Size',
        width: '7rem',
        right: true,
        cell: (row) => (row.size == null ? '' : bytes(row.size)),
    },
    {
        id: 'modified',
        label: 'Modified',
        width: '9.5rem',
        right: true,
        cell: (row) => (row.modified == null ? '' : stamp(row.modified)),
    },
]);

/**
 * @param {{a: string, b: string, at: string, only: string}} props
 */
export function Differences({ a, b, at: folder, only }) {
    const pair = `${a}...${b}`;
    const { data: sums, error: wrong } = useLoad(
        (signal) =>
            patiently(`diffs/${encodeURIComponent(pair)}`, { signal }),
        [pair],
    );
    const { list } = useRoots();
    // Paths are told from the root, or whole where there are several.
    const filter = folder.startsWith('/')
        ? anywhereIn(folder, list)
        : below(folder);
    const wanted = only.split(',').filter((id) => Object.hasOwn(KINDS, id));
    const request = {
        source: { diff: [a, b] },
        ...(folder ? { filter } : {}),
        ...(wanted.length ? { changes: wanted } : {}),
    };
    const { view, error: failed, again } = useView(request, null);
    const error = wrong ?? failed;
    const kinds = (sums?.changes ?? []).map((/** @type {any} */ it) => [
        it.change,
        it,
    ]);
    const [at, setAt] = useState(-1);
    const small = innerWidth < 640;
    const columns = small
        ? COLUMNS.slice(0, 2).map((it) =>
              it.id === 'path' ? { ...it, width: 'minmax(9rem, 1fr)' } : it,
          )
        : COLUMNS;
    const none = wanted.length ? 'Nothing differs so' : 'Nothing differs';
    const empty = html`<${Empty} icon="check" title=${none} />`;
    const toggle = (/** @type {string} */ id) => {
        const others = wanted.filter((it) => it !== id);
        const now = others.length < wanted.length ? others : [...wanted, id];
        setAt(-1);
        setQuery({ only: now.join(',') });
    };
    return html`<ul class="kindcards" aria-label="Only these kinds of change">
            ${kinds.map((/** @type {any} */ [id, it]) => {
                const kind = kindOf(id);
                return html`<li key=${id}>
                    <button
                        type="button"
                        class="kindcard"
                        aria-pressed=${wanted.includes(id)}
                        onClick=${() => toggle(id)}
                    >
                        <span class="row small">
                            <span class=${`tag ${kind.tone}`}>
                                <${Icon} name=${kind.icon} />
                            </span>
                            ${kind.label}
                        </span>
                        <span class="num value">${count(it.files)}</span>
                        <span class="num small dim">
                            ${signed(it.bytes, bytes)}
                        </span>
                    </button>
                </li>`;
            })}
        </ul>
        ${!error && html`<${Growth} pair=${pair} at=${folder} />`}
        <section class="panel flush">
            <header>
                <h2 class="grow cut">
                    ${folder ? `Files in ${plain(base(folder))}` : 'Files'}
                </h2>
                ${
                    wanted.length > 0 &&
                    html`<button
                        type="button"
                        class="btn sm"
                        onClick=${() => setQuery({ only: null })}
                    >
                        All changes
                    </button>`
                }
                ${
                    folder &&
                    html`<button
                        type="button"
                        class="btn sm"
                        onClick=${() => setQuery({ at: null }, { push: true })}
                    >
                        All files
                    </button>`
                }
                <span class="num small dim">
                    ${view ? count(totalOf(view)) : ''}
                </span>
                ${can('POST exports') && html`<${Exports} view=${view} />`}
            </header>
            ${
                error
                    ? html`<div class="padded">
                          <${Failed} error=${error} again=${again} />
                      </div>`
                    : !view
                      ? html`<div class="padded"><${Bones} n=${8} /></div>`
                      : html`<${Grid}
                            label="Differences"
                            total=${totalOf(view)}
                            version=${`${view.id} ${view.state}`}
                            at=${at}
                            onAt=${setAt}
                            height="max(20rem, calc(100dvh - 30rem))"
                            load=${(
                                /** @type {number} */ from,
                                /** @type {number} */ size,
                                /** @type {AbortSignal} */ signal,
                            ) => rows(view.id, from, size, signal)}
                            columns=${columns}
                            empty=${empty}
                        />`
            }
        </section>`;
}

/** @param {{view: any}} props */
function Exports({ view }) {
    const formats = session.get().formats ?? Object.keys(FORMATS);
    const take = async (/** @type {string} */ format) => {
        try {
            await save({ view: view.id, format });
            toast(`Downloading ${count(totalOf(view))} differences.`);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
    };
    return html`<${Menu}
        class="btn sm"
        icon="download"
        label="Export"
        title="Export the differences"
    >
        ${Object.entries(FORMATS)
            .filter(([id]) => formats.includes(id))
            .map(
                ([id, name]) =>
                    html`<button
                        key=${id}
                        type="button"
                        class="item"
                        disabled=${!view}
                        onClick=${() => take(id)}
                    >
                        ${name}
                    </button>`,
            )}
    <//>`;
}
