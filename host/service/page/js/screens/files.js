// All files of the catalog, or those of a job: filter, sort, choose columns,
// take away.
import { address, link, setQuery } from '../address.js';
import { useCell } from '../cell.js';
import { bytes, count, stamp } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { changes } from '../live.js';
import { named, parent, plain, quoted } from '../names.js';
import { useRootNames } from '../roots.js';
import { hasKind } from '../session.js';
import { Grid } from '../ui/grid.js';
import { Dialog } from '../ui/menu.js';
import { Banner, Bones, Empty, Failed, useKeys } from '../ui/parts.js';
import { rows, totalOf, useView } from '../views.js';
import { columnOf, usually } from './columns.js';
import { Details } from './details.js';
import { ExportDialog } from './export.js';
import { FilterBar } from './filterbar.js';

/** What the address asks to see. @param {Record<string, string>} query */
function sourceOf(query) {
    if (query.job) return { job: number(query.job) };
    const source = { snapshot: number(query.snapshot || 'latest') };
    if (query.root) Object.assign(source, { root: query.root });
    if (query.at) Object.assign(source, { path: query.at });
    return source;
}

/**
 * Ids are numbers or texts, as the service gave them out.
 * @param {string} id
 */
const number = (id) => (/^\d+$/.test(id) ? Number(id) : id);

/**
 * The request of the view that the address asks for.
 * @param {Record<string, string>} query
 */
export function requestOf(query) {
    const sort = query.sort || 'path';
    return {
        source: sourceOf(query),
        ...(query.f ? { filter: query.f } : {}),
        sort: `${query.desc === '1' ? '-' : ''}${sort}`,
    };
}

/** The columns of a table, which a small screen has room for. */
function useColumns() {
    const small = innerWidth < 640;
    const [names, set] = useState(small ? ['path', 'size'] : usually);
    const columns = names.map((name) => {
        const it = columnOf(name);
        const width = 'minmax(7.5rem, 1fr)';
        return small && name === 'path' ? { ...it, width } : it;
    });
    return { names, set, columns };
}

export function Files() {
    const { query } = useCell(address);
    const { snapshot } = useCell(changes);
    const request = requestOf(query);
    const { view, error, again } = useView(request, snapshot);
    const columns = useColumns();
    const [known, setKnown] = useState(/** @type {string[]} */ ([]));
    const [open, setOpen] = useState(/** @type {any} */ (null));
    const [format, setFormat] = useState('');
    const none = error?.status === 404 && !query.job && !query.snapshot;
    return html`<div class="files">
        <div class="head">
            <div>
                <h1>Files</h1>
                <p><${Source} query=${query} /></p>
            </div>
            <div class="end">
                <a class="btn" href=${link('rename', query)}>
                    <${Icon} name="rename" />Rename these
                </a>
                ${
                    hasKind('dupes') &&
                    html`<a class="btn" href=${link('new/dupes', { f: query.f })}>
                    <${Icon} name="dupes" />Duplicates of these
                </a>`
                }
            </div>
        </div>
        ${
            none
                ? html`<${Nothing} />`
                : html`<section class="panel flush">
                  <${FilterBar}
                      query=${query}
                      view=${view}
                      error=${error}
                      columns=${columns}
                      known=${known}
                      onExport=${setFormat}
                  />
                  <${Table}
                      key=${JSON.stringify(request)}
                      query=${query}
                      view=${view}
                      error=${error}
                      again=${again}
                      columns=${columns.columns}
                      onOpen=${setOpen}
                      onKnown=${setKnown}
                  />
              </section>`
        }
        <${Details} row=${open} onClose=${() => setOpen(null)} />
        <${ExportDialog}
            format=${format}
            view=${view}
            query=${query}
            names=${columns.names}
            onClose=${() => setFormat('')}
        />
    </div>`;
}

const Nothing = () =>
    html`<section class="panel">
        <${Empty} icon="scan" title="There is no snapshot yet">
            <p>It keeps names, sizes and times, and opens no file.</p>
            <a class="btn primary" href="#/new/snapshot">
                <${Icon} name="scan" />Take a snapshot
            </a>
        <//>
    </section>`;

/**
 * Which files these are, in words.
 * @param {{query: Record<string, string>}} props
 */
function Source({ query }) {
    const nameOf = useRootNames();
    if (query.job)
        return html`What
            <a href=${`#/jobs/${query.job}`}>job ${query.job}</a> found`;
    const when = query.snapshot
        ? `snapshot ${query.snapshot}`
        : 'the latest snapshot';
    if (!query.root) return `Everything in ${when} of the catalog`;
    const root = nameOf(query.root);
    const at = plain(query.at ? `${root}/${query.at}` : root);
    return html`What is in <code>${at}</code>, in ${when}${' '}
        <a href=${link('files', { f: query.f })}>(show all)</a>`;
}

/** @param {any} props */
function Table({ query, view, error, again, columns, onOpen, onKnown }) {
    const [at, setAt] = useState(-1);
    const [jump, setJump] = useState(false);
    const handle = useRef(/** @type {any} */ (null));
    const sort = { id: query.sort || 'path', desc: query.desc === '1' };
    const total = totalOf(view);
    useKeys({ g: () => total && setJump(true) }, [total]);
    useEffect(() => {
        if (view?.state === 'ready') handle.current?.reload();
    }, [view?.state]);
    if (error && error.body?.at == null)
        return html`<div class="body padded">
            <${Failed} error=${error} again=${again} />
        </div>`;
    if (!view)
        return html`<div class="padded">
            <${Bones} n=${10} h="1.25rem" />
        </div>`;
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const all = await rows(view.id, from, size, signal);
        if (all[0]) onKnown(Object.keys(all[0]));
        return all;
    };
    const where = (/** @type {any} */ row) => {
        if (sort.id === 'size') return bytes(row.size);
        if (sort.id === 'modified') return stamp(row.modified).slice(0, 10);
        return plain(parent(named(row)));
    };
    const empty = html`<${Empty} icon="search" title="No file is like that">
        <p>
            ${
                query.f
                    ? html`Nothing matches <code>${plain(query.f)}</code>.`
                    : 'There are no files here.'
            }
        </p>
        ${
            query.f &&
            html`<button
            type="button"
            class="btn"
            onClick=${() => setQuery({ f: null }, { push: true })}
        >
            Show all files
        </button>`
        }
    <//>`;
    const go = (/** @type {number} */ index) => {
        setJump(false);
        setAt(index);
        handle.current?.show(index, true);
        requestAnimationFrame(() => handle.current?.focus());
    };
    return html`${
        view.state === 'building' &&
        html`<${Banner} icon="sort">
            The order is being made; the first rows are here already.
        <//>`
    }
        <${Grid}
            columns=${columns}
            total=${total}
            label="Files"
            version=${view.id}
            load=${load}
            sort=${sort}
            onSort=${(/** @type {string} */ id, /** @type {boolean} */ desc) =>
                setQuery({ sort: id, desc: desc ? '1' : null })}
            handle=${handle}
            height="max(20rem, calc(100dvh - 17.5rem))"
            at=${at}
            onAt=${setAt}
            onOpen=${onOpen}
            where=${where}
            empty=${view.state === 'building' ? null : empty}
        />
        <footer class="keys small dim">
            <span><kbd>/</kbd> filter</span>
            <span><kbd>G</kbd> go to row</span>
            <span><kbd>Enter</kbd> details</span>
            <span class="end num">
                ${at >= 0 ? `row ${count(at + 1)} of ` : ''}${count(total)}
            </span>
        </footer>
        ${
            jump &&
            html`<${Jump}
            total=${total}
            onClose=${() => setJump(false)}
            onGo=${go}
        />`
        }`;
}

/**
 * @param {{total: number, onClose: () => void, onGo: (i: number) => void}}
 *     props
 */
function Jump({ total, onClose, onGo }) {
    const [text, setText] = useState('');
    const submit = (/** @type {Event} */ e) => {
        e.preventDefault();
        const row = Number(text.replace(/[^\d]/g, ''));
        if (row >= 1) onGo(Math.min(total, row) - 1);
    };
    return html`<${Dialog}
        open=${true}
        onClose=${onClose}
        title="Go to a row"
        width="22rem"
    >
        <form class="row" onSubmit=${submit}>
            <input
                class="input"
                inputmode="numeric"
                autofocus
                aria-label=${`Row, 1 to ${total}`}
                placeholder=${`1 to ${count(total)}`}
                value=${text}
                onInput=${(/** @type {any} */ e) => setText(e.target.value)}
            />
            <button type="submit" class="btn primary">Go</button>
        </form>
    <//>`;
}

/** The address of the files of a folder. @param {string} folder */
export const filesIn = (folder) =>
    link('files', { f: `parent = ${quoted(folder)}` });
