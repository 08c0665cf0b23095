// Equal files, group by group.
import { bytes, count } from '../format.js';
import { html, useRef, useState } from '../html.js';
import { useRules } from '../keep.js';
import { Path, named } from '../names.js';
import { Grid } from '../ui/grid.js';
import { Banner, Bones, Digest, Empty, Failed } from '../ui/parts.js';
import { rows, totalOf, useView } from '../views.js';
import { Dot } from './columns.js';
import { Detail } from './detail.js';
import { RuleBar } from './rules.js';

const FIELDS = ['group', 'path', 'size', 'hash'];
/** How far a group's end is looked for. */
const FAR = 10_000;

const COLUMNS = /** @type {import('../ui/grid.js').Column[]} */ ([
    {
        id: 'group',
        label: 'Group',
        width: '5rem',
        right: true,
        cell: (row) => count(row.group),
    },
    {
        id: 'path',
        label: 'Path',
        width: 'minmax(18rem, 1fr)',
        cell: (row) =>
            html`<span class="row">
                <${Dot} path=${named(row)} />
                <span class="cut"><${Path} path=${named(row)} /></span>
            </span>`,
    },
    {
        id: 'size',
        label: 'Size',
        width: '7rem',
        right: true,
        cell: (row) => bytes(row.size ?? 0),
    },
    {
        id: 'hash',
        label: 'Digest',
        width: '9rem',
        cell: (row) => (row.hash ? html`<${Digest} text=${row.hash} />` : ''),
    },
]);

/** @param {{job: any}} props */
export function Groups({ job }) {
    const request = { source: { job: job.id } };
    const { view, error, again } = useView(request, job.rows);
    const rules = useRules();
    const handle = useRef(/** @type {any} */ (null));
    const [at, setAt] = useState(0);
    const [row, setRow] = useState(/** @type {any} */ (null));
    if (error) return html`<${Failed} error=${error} again=${again} />`;
    if (!view)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${9} h="1.5rem" /></div>
        </section>`;
    const total = totalOf(view);
    const choose = (/** @type {number} */ index) => {
        setAt(index);
        setRow(handle.current?.row(index) ?? null);
    };
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const all = await rows(view.id, from, size, signal, FIELDS);
        if (at >= from && at < from + size) setRow(all[at - from] ?? null);
        return all;
    };
    // To the first file of another group.
    const hop = (/** @type {number} */ way) => {
        const group = handle.current?.row(at)?.group;
        for (let i = at; Math.abs(i - at) < FAR; i += way) {
            const it = handle.current?.row(i);
            if (!it) return;
            if (it.group === group) continue;
            choose(i);
            handle.current.show(i);
            return;
        }
    };
    const key = (/** @type {KeyboardEvent} */ e) => {
        if (e.key !== 'n' && e.key !== 'p') return false;
        hop(e.key === 'n' ? 1 : -1);
        return true;
    };
    const columns =
        innerWidth < 640
            ? COLUMNS.filter((it) => ['path', 'size'].includes(it.id)).map(
                  (it) =>
                      it.id === 'path'
                          ? { ...it, width: 'minmax(7.5rem, 1fr)' }
                          : it,
              )
            : COLUMNS;
    const empty = html`<${Empty} icon="check" title="Nothing yet" />`;
    return html`<div class="dupes">
        <${RuleBar} job=${job} rules=${rules} />
        ${
            view.state === 'building' &&
            html`<${Banner} icon="sort">
                The list is being made; the first groups are here already.
            <//>`
        }
        <div class="dupsplit">
            <section class="panel flush" aria-label="Groups">
                <${Grid}
                    columns=${columns}
                    total=${total}
                    label=${
                        'Groups of duplicates. ' +
                        'N and P go to the next and the previous group.'
                    }
                    version=${view.id}
                    handle=${handle}
                    height="max(22rem, calc(100dvh - 23rem))"
                    at=${at}
                    onAt=${choose}
                    onKey=${key}
                    load=${load}
                    rowClass=${(/** @type {any} */ it) =>
                        it.group % 2 ? 'odd-group' : ''}
                    empty=${empty}
                />
                <footer class="keys small dim">
                    <span><kbd>N</kbd> next group</span>
                    <span><kbd>P</kbd> previous group</span>
                    <span class="end num">${count(total)} files</span>
                </footer>
            </section>
            <${Detail} row=${row} job=${job} rules=${rules} />
        </div>
    </div>`;
}
