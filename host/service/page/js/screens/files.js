// Files that a job listed: filter, sort, choose columns, take away.
import { address, setQuery } from '../address.js';
import { useCell } from '../cell.js';
import { ago, bytes, count, stamp } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { where } from '../kinds.js';
import { named, parent, plain } from '../names.js';
import { useRootNames } from '../roots.js';
import { sourceOf, useListed } from '../sources.js';
import { Grid } from '../ui/grid.js';
import { Dialog } from '../ui/menu.js';
import { Banner, Bones, Empty, Failed, useKeys } from '../ui/parts.js';
import { rows, totalOf, useView } from '../views.js';
import { columnOf, fieldsOf, usually } from './columns.js';
import { Details } from './details.js';
import { ExportDialog } from './export.js';
import { FilterBar } from './filterbar.js';

/**
 * The request of the view that the address asks for.
 * @param {Record<string, string>} query @param {any} job
 */
export function requestOf(query, job) {
    const sort = query.sort || 'path';
    return {
        source: sourceOf(job),
        ...(query.f ? { filter: query.f } : {}),
        sort: `${query.desc === '1' ? '-' : ''}${sort}`,
    };
}

/**
 * The columns of a table, as far as a small screen has room.
 * @param {any} job
 */
function useColumns(job) {
    const small = innerWidth < 640;
    const [names, set] = useState(small ? ['path', 'size'] : usually(job));
    const columns = names.map((name) => {
        const it = columnOf(name);
        const width = 'minmax(7.5rem, 1fr)';
        return small && name === 'path' ? { ...it, width } : it;
    });
    return { names, set, columns, all: fieldsOf(job) };
}

export function Files() {
    const { query } = useCell(address);
    const { data: job, error, again } = useListed(query);
    const body =
        error && job === undefined
            ? html`<${Failed} error=${error} again=${again} />`
            : job === undefined
              ? html`<section class="panel">
                    <div class="body"><${Bones} n=${10} h="1.25rem" /></div>
                </section>`
              : job === null
                ? html`<${Nothing} />`
                : html`<${List} key=${job.id} job=${job} query=${query} />`;
    return html`<div class="files">
        <div class="head">
            <div>
                <h1>Files</h1>
                <p>${job ? html`<${Source} job=${job} />` : ' '}</p>
            </div>
        </div>
        ${body}
    </div>`;
}

/** @param {{job: any, query: Record<string, string>}} props */
function List({ job, query }) {
    const request = requestOf(query, job);
    // A job that runs has more rows now than before.
    const { view, error, again } = useView(request, job.rows);
    const columns = useColumns(job);
    const [open, setOpen] = useState(/** @type {any} */ (null));
    const [format, setFormat] = useState('');
    return html`<section class="panel flush">
            <${FilterBar}
                query=${query}
                view=${view}
                error=${error}
                columns=${columns}
                onExport=${setFormat}
            />
            <${Table}
                key=${JSON.stringify(request)}
                query=${query}
                view=${view}
                error=${error}
                again=${again}
                columns=${columns}
                onOpen=${setOpen}
            />
        </section>
        <${Details} row=${open} job=${job} onClose=${() => setOpen(null)} />
        <${ExportDialog}
            format=${format}
            view=${view}
            query=${query}
            names=${columns.names}
            onClose=${() => setFormat('')}
        />`;
}

const Nothing = () =>
    html`<section class="panel">
        <${Empty} icon="scan" title="Nothing has been looked at yet">
            <p>
                A snapshot reads names, sizes and times, and opens no file. It
                is kept, so that later ones tell what changed.
            </p>
            <a class="btn primary" href="#/new/snapshot">
                <${Icon} name="pin" />Choose what to look at
            </a>
        <//>
    </section>`;

/** Which files these are, in words. @param {{job: any}} props */
function Source({ job }) {
    const nameOf = useRootNames();
    if (job.named) return html`Snapshot ${plain(job.result.snapshot)}`;
    const place = where(job, nameOf);
    return html`What${' '}<a href=${`#/jobs/${job.id}`}>job ${job.id}</a>
        ${` found in ${place}, ${ago(job.ended ?? job.started)}`}`;
}

/** @param {any} props */
function Table({ query, view, error, again, columns, onOpen }) {
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
    const load = (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => rows(view.id, from, size, signal, columns.names);
    const place = (/** @type {any} */ row) => {
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
            columns=${columns.columns}
            total=${total}
            label="Files"
            version=${`${view.id} ${columns.names}`}
            load=${load}
            sort=${sort}
            onSort=${(/** @type {string} */ id, /** @type {boolean} */ desc) =>
                setQuery({ sort: id, desc: desc ? '1' : null })}
            handle=${handle}
            height="max(20rem, calc(100dvh - 17.5rem))"
            at=${at}
            onAt=${setAt}
            onOpen=${onOpen}
            where=${place}
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
    const box = useRef(/** @type {any} */ (null));
    useEffect(() => box.current?.focus(), []);
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
                ref=${box}
                aria-label=${`Row, 1 to ${total}`}
                placeholder=${`1 to ${count(total)}`}
                value=${text}
                onInput=${(/** @type {any} */ e) => setText(e.target.value)}
            />
            <button type="submit" class="btn primary">Go</button>
        </form>
    <//>`;
}
