// What looks nearly the same, pair by pair: pictures side by side, or one over
// the other with an edge that can be moved.
import { get } from '../api.js';
import { useCell } from '../cell.js';
import { count, percent } from '../format.js';
import { html, useState } from '../html.js';
import { isOpen } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { Path, named, plain } from '../names.js';
import { Grid } from '../ui/grid.js';
import { Bones, Copy, Empty, Failed, Seg } from '../ui/parts.js';
import { Picture } from '../ui/picture.js';
import { rows, totalOf, useView } from '../views.js';
import { RemoveOne } from './removeone.js';

/** Whether a job compared pictures, pair by pair. @param {any} job */
const isOfPictures = (job) => job.request?.images && job.request?.pairs;

/** The job of that id, or the newest that compared pictures. @param {string | undefined} id */
function useSimilar(id) {
    const { job } = useCell(changes);
    return useLoad(
        async (signal) => {
            if (id) return get(`jobs/${encodeURIComponent(id)}`, { signal });
            const { jobs } = await get('jobs?kind=similar', { signal });
            const useful = jobs.filter(
                (/** @type {any} */ it) =>
                    it.state !== 'failed' && isOfPictures(it),
            );
            const done = useful.find((/** @type {any} */ it) => !isOpen(it));
            return done ?? useful[0] ?? null;
        },
        [id, job],
    );
}

/** @param {{id: string | undefined}} props */
export function Similar({ id }) {
    const { data: job, error, again } = useSimilar(id);
    if (error && job === undefined)
        return html`<${Failed} error=${error} again=${again} />`;
    if (job === undefined)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
        </section>`;
    if (job === null)
        return html`<section class="panel">
            <${Empty}
                icon="similar"
                title="Nobody has compared pictures yet"
            >
                <p>
                    Pictures are decoded in the sandbox, and those that look
                    the same in another format, size or crop are shown side by
                    side. Nothing is changed.
                </p>
                <a class="btn primary" href="#/new/similar?images=1">
                    Compare pictures
                </a>
            <//>
        </section>`;
    return html`<${Pairs} key=${job.id} job=${job} />`;
}

const MODES = [
    { id: 'side', label: 'Side by side' },
    { id: 'slide', label: 'Slide' },
];

/** @param {{job: any}} props */
function Pairs({ job }) {
    const request = { source: { job: job.id }, sort: '-similarity' };
    const { view, error, again } = useView(request, job.rows);
    const [at, setAt] = useState(0);
    const [row, setRow] = useState(/** @type {any} */ (null));
    const [mode, setMode] = useState('side');
    if (error) return html`<${Failed} error=${error} again=${again} />`;
    if (!view)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
        </section>`;
    const total = totalOf(view);
    if (!total && !isOpen(job))
        return html`<section class="panel">
            <${Empty} icon="check" title="No two look the same" />
        </section>`;
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const all = await rows(view.id, from, size, signal);
        if (at >= from && at < from + size) setRow(all[at - from] ?? null);
        return all;
    };
    const pictures = isOfPictures(job);
    return html`<div class="dupes">
        ${
            pictures &&
            row &&
            html`<section class="panel" aria-label="The pair at hand">
                <header>
                    <h2 class="grow num">
                        ${percent(row.similarity ?? 0)} alike
                    </h2>
                    <${Seg}
                        label="How they are compared"
                        value=${mode}
                        options=${MODES}
                        onChange=${setMode}
                    />
                </header>
                ${
                    mode === 'slide'
                        ? html`<${Slide} row=${row} />`
                        : html`<${SideBySide} row=${row} />`
                }
            </section>`
        }
        <section class="panel flush" aria-label="Pairs">
            <${Grid}
                label="Pairs of similar files, the most alike first"
                columns=${columns()}
                total=${total}
                version=${`${view.id} ${view.state}`}
                height=${pictures ? '18rem' : 'max(22rem, calc(100dvh - 20rem))'}
                at=${at}
                onAt=${(/** @type {number} */ index, /** @type {any} */ it) => {
                    setAt(index);
                    if (it) setRow(it);
                }}
                load=${load}
                empty=${html`<${Empty} icon="check" title="Nothing yet" />`}
            />
            <footer class="keys small dim">
                <span><kbd>↓</kbd> next pair</span>
                <span><kbd>↑</kbd> previous pair</span>
                <span class="end num">${count(total)} pairs</span>
            </footer>
        </section>
    </div>`;
}

/** The columns of pairs, as far as there is room. */
function columns() {
    const path = (/** @type {string} */ field) => (/** @type {any} */ row) => {
        const of = named(row, field);
        return of ? html`<${Path} path=${of} />` : '';
    };
    const all = [
        {
            id: 'similarity',
            label: 'Alike',
            width: '5rem',
            right: true,
            cell: (/** @type {any} */ row) => percent(row.similarity ?? 0),
        },
        {
            id: 'path',
            label: 'One',
            width: 'minmax(7rem, 1fr)',
            cell: path('path'),
        },
        {
            id: 'other',
            label: 'The other',
            width: 'minmax(7rem, 1fr)',
            cell: path('other'),
        },
    ];
    return innerWidth < 640 ? all.slice(0, 2) : all;
}

/** @param {{row: any}} props */
const SideBySide = ({ row }) =>
    html`<div class="pairsides padded">
        ${['path', 'other'].map((field) => {
            const path = named(row, field);
            return html`<div key=${path} class="pairside">
                <${Picture} path=${path} facts />
                <div class="cut"><${Path} path=${path} /></div>
                <div class="row wrap">
                    <${Copy} text=${path} label="Copy the path" />
                    <${RemoveOne} path=${path} />
                </div>
            </div>`;
        })}
    </div>`;

/** One over the other. @param {{row: any}} props */
function Slide({ row }) {
    const [part, setPart] = useState(50);
    const [one, other] = [named(row), named(row, 'other')];
    return html`<div class="slide padded">
        <div class="slidebox">
            <${Picture} path=${other} />
            <div
                class="slideover"
                style=${{ clipPath: `inset(0 ${100 - part}% 0 0)` }}
            >
                <${Picture} path=${one} />
            </div>
            <i class="slideedge" style=${{ left: `${part}%` }} />
        </div>
        <label class="field">
            <span class="small dim">
                Left: ${plain(one)}. Right: ${plain(other)}.
            </span>
            <input
                type="range"
                min="0"
                max="100"
                value=${part}
                aria-label="How much of the first is seen"
                onInput=${(/** @type {any} */ e) =>
                    setPart(Number(e.target.value))}
            />
        </label>
    </div>`;
}
