// A table of any number of rows, of which only those in sight exist.
import { count } from '../format.js';
import {
    html,
    useEffect,
    useId,
    useLayoutEffect,
    useRedraw,
    useRef,
} from '../html.js';
import { Icon } from '../icons.js';
import { clamp } from '../loading.js';
import { Pages } from './pages.js';
import { Scroll } from './scroll.js';

/** Rows beyond each end of what is in sight. */
const SPARE = 4;
/** How long the hand must rest, in ms: to fetch, and to settle the bar. */
const REST = 60;
const SETTLE = 140;
const RETRY = 2000;

/**
 * @typedef {{id: string, label: any, width: string, right?: boolean,
 *     sort?: boolean, cell: (row: any, at: number) => any}} Column
 * @typedef {{columns: Column[], total: number, version: any, label: string,
 *     load: (from: number, count: number, s: AbortSignal) => Promise<any[]>,
 *     sort?: {id: string, desc: boolean},
 *     onSort?: (id: string, desc: boolean) => void, height?: string,
 *     at?: number, onAt?: (at: number, row: any) => void,
 *     onOpen?: (row: any, at: number) => void,
 *     onKey?: (e: KeyboardEvent, row: any, at: number) => boolean | void,
 *     line?: (row: any, at: number) => any,
 *     rowClass?: (row: any, at: number) => string,
 *     where?: (row: any) => any, handle?: any, empty?: any}} Props
 */

const rem = () =>
    parseFloat(getComputedStyle(document.documentElement).fontSize);

/** What a table keeps from one drawing to the next. @param {Props} p */
function useTable(p) {
    const redraw = useRedraw();
    const kept = useRef(/** @type {any} */ (null));
    kept.current ??= {
        scroll: new Scroll(),
        pages: new Pages(),
        version: p.version,
        timer: 0,
        settling: 0,
        width: 0,
        jumping: false,
    };
    const table = kept.current;
    if (table.version !== p.version) {
        table.pages.clear();
        table.version = p.version;
    }
    table.scroll.total = p.total;
    const { scroll } = table;
    const box = useRef(/** @type {any} */ (null));
    useLayoutEffect(() => {
        scroll.element = box.current;
        const read = () => {
            const coarse = matchMedia('(pointer: coarse)').matches;
            const { clientHeight, clientWidth } = box.current;
            const head = p.columns.length ? 2 * rem() : 0;
            const row = rem() * (coarse ? 2.75 : 2.25);
            const view = clientHeight - head;
            const same =
                view === scroll.view &&
                row === scroll.row &&
                clientWidth === table.width;
            scroll.row = row;
            scroll.view = view;
            table.width = clientWidth;
            if (!same) redraw();
        };
        read();
        const observer = new ResizeObserver(read);
        observer.observe(box.current);
        return () => observer.disconnect();
    }, [p.total === 0 && Boolean(p.empty)]);
    useLayoutEffect(() => {
        scroll.reset();
        redraw();
    }, [p.version]);
    useEffect(() => () => table.pages.clear(), []);
    return { ...table, table, box, redraw };
}

/** @param {Props} p */
export function Grid(p) {
    const { total, at = -1, height = '60dvh' } = p;
    const { scroll, pages, table, box, redraw } = useTable(p);
    const id = useId().replace(/[^\w-]/g, '');
    const top = scroll.top;
    const first = clamp(
        Math.floor(top / scroll.row) - SPARE,
        0,
        Math.max(0, total - 1),
    );
    const last = clamp(
        Math.ceil((top + scroll.view) / scroll.row) + SPARE,
        0,
        total,
    );
    const scrolled = () => {
        const { moved, jumped } = scroll.moved();
        if (!moved) return;
        if (jumped) table.jumping = true;
        clearTimeout(table.settling);
        table.settling = setTimeout(() => {
            table.jumping = false;
            scroll.settle();
            redraw();
        }, SETTLE);
        redraw();
    };
    useEffect(() => {
        if (!total) return;
        const failed = () => setTimeout(redraw, RETRY);
        const want = () =>
            pages.want(first, last, total, p.load, redraw, failed);
        clearTimeout(table.timer);
        if (pages.pages.size === 0 || pages.has(first)) want();
        else table.timer = setTimeout(want, REST);
        return () => clearTimeout(table.timer);
    });
    if (p.handle)
        p.handle.current = {
            /** @param {number} index @param {boolean} [centre] */
            show(index, centre) {
                scroll.show(index, centre);
                redraw();
            },
            row: (/** @type {number} */ index) => pages.row(index),
            reload() {
                pages.refresh();
                redraw();
            },
            focus: () => box.current?.focus(),
        };
    const keys = (/** @type {KeyboardEvent} */ e) => {
        if (e.target !== box.current || e.ctrlKey || e.metaKey || e.altKey)
            return;
        const screen = Math.max(1, Math.floor(scroll.view / scroll.row) - 1);
        const moves = /** @type {Record<string, number>} */ ({
            ArrowDown: at + 1,
            ArrowUp: at - 1,
            PageDown: at + screen,
            PageUp: at - screen,
            Home: 0,
            End: total - 1,
        });
        const to = moves[e.key];
        if (to != null) {
            e.preventDefault();
            const index = clamp(to, 0, total - 1);
            p.onAt?.(index, pages.row(index));
            scroll.show(index);
            redraw();
        } else if (p.onKey?.(e, pages.row(at), at)) e.preventDefault();
        else if (e.key === 'Enter' && at >= 0 && pages.row(at)) {
            e.preventDefault();
            p.onOpen?.(pages.row(at), at);
        }
    };
    if (total === 0 && p.empty)
        return html`<div ref=${box} class="grid-empty">${p.empty}</div>`;
    const columns = p.columns.map((it) => it.width).join(' ');
    const rows = [];
    for (let index = first; index < last; index++)
        rows.push(
            Row({ p, index, id, columns, row: pages.row(index), scroll }),
        );
    const active = at >= first && at < last ? `${id}-${at}` : undefined;
    return html`<div class="grid-box">
        <div
            ref=${box}
            class="grid"
            role="grid"
            tabindex="0"
            aria-label=${p.label}
            aria-rowcount=${total + (p.columns.length ? 1 : 0)}
            aria-colcount=${p.columns.length || undefined}
            aria-activedescendant=${active}
            style=${{ height }}
            onScroll=${scrolled}
            onKeyDown=${keys}
        >
            ${p.columns.length > 0 && Head({ p, columns })}
            <div
                class="gspace"
                role="rowgroup"
                style=${{ height: `${Math.max(scroll.tall, 1)}px` }}
            >
                ${rows}
            </div>
        </div>
        ${scroll.mapped && Position({ p, scroll, pages, on: table.jumping })}
    </div>`;
}

/** One row. @param {any} all */
function Row({ p, index, id, columns, row, scroll }) {
    const head = p.columns.length ? 2 : 1;
    const y = Math.round(scroll.base + index * scroll.row);
    const marks = [
        'grow-row',
        row ? '' : 'wait',
        index === p.at ? 'at' : '',
        row && p.rowClass ? p.rowClass(row, index) : '',
    ];
    const style = { top: `${y}px`, gridTemplateColumns: columns };
    const cells =
        row && p.line
            ? p.line(row, index)
            : p.line
              ? html`<div role="gridcell" />`
              : p.columns.map(
                    (/** @type {Column} */ it) => html`<div
                        key=${it.id}
                        role="gridcell"
                        class=${it.right ? 'r num' : ''}
                    >
                        ${row ? it.cell(row, index) : ''}
                    </div>`,
                );
    return html`<div
        key=${index}
        id=${`${id}-${index}`}
        role="row"
        aria-rowindex=${index + head}
        aria-selected=${String(index === p.at)}
        class=${marks.filter(Boolean).join(' ')}
        style=${style}
        onMouseDown=${() => p.onAt?.(index, row)}
        onDblClick=${() => row && p.onOpen?.(row, index)}
    >
        ${cells}
    </div>`;
}

/** @param {{p: Props, columns: string}} all */
function Head({ p, columns }) {
    const { sort, onSort } = p;
    const one = (/** @type {Column} */ it) => {
        const on = sort?.id === it.id;
        const way = sort?.desc ? 'descending' : 'ascending';
        const turn = () =>
            onSort?.(it.id, on ? !sort?.desc : (it.right ?? false));
        return html`<div
            key=${it.id}
            role="columnheader"
            class=${it.right ? 'r' : ''}
            aria-sort=${it.sort ? (on ? way : 'none') : undefined}
        >
            ${
                it.sort
                    ? html`<button type="button" onClick=${turn}>
                      ${it.label}
                      ${
                          on &&
                          html`<${Icon} name=${sort?.desc ? 'down' : 'up'} />`
                      }
                  </button>`
                    : it.label
            }
        </div>`;
    };
    const style = { gridTemplateColumns: columns };
    return html`<div class="ghead" role="row" aria-rowindex="1" style=${style}>
        ${p.columns.map(one)}
    </div>`;
}

/** Where one is while the bar is drawn. @param {any} all */
function Position({ p, scroll, pages, on }) {
    const index = Math.floor(scroll.top / scroll.row);
    const part = clamp(scroll.top / Math.max(1, scroll.lowest), 0, 1);
    const row = pages.row(Math.floor(index + scroll.view / scroll.row / 2));
    return html`<div
        class=${`gpos ${on ? 'on' : ''}`}
        aria-hidden="true"
        style=${{ top: `calc(2.5rem + ${part * 80}%)` }}
    >
        ${count(index + 1)}${row && p.where ? ` · ${p.where(row)}` : ''}
    </div>`;
}
