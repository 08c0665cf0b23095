// What differs between two snapshots: how much, where, and which files.
import { address, setQuery } from '../address.js';
import { get } from '../api.js';
import { useCell } from '../cell.js';
import { bytes, count, date, signed, stamp } from '../format.js';
import { seconds } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { plain } from '../names.js';
import { session } from '../session.js';
import { toast } from '../messages.js';
import { Grid } from '../ui/grid.js';
import { Menu } from '../ui/menu.js';
import { Bones, Empty, Failed } from '../ui/parts.js';
import { rows, save, totalOf, useView } from '../views.js';
import { COLUMNS, KINDS } from './differences.js';
import { FORMATS } from './export.js';
import { Growth } from './growth.js';

export function Changes() {
    const { query } = useCell(address);
    const { snapshot } = useCell(changes);
    const loaded = useLoad(
        (signal) => get('snapshots', { signal }),
        [snapshot],
    );
    const list = [...(loaded.data?.snapshots ?? [])].sort(
        (x, y) => seconds(y.at) - seconds(x.at),
    );
    const find = (/** @type {string} */ id) =>
        list.find((it) => String(it.id) === id);
    const b = find(query.b) ?? list[0];
    const a = find(query.a) ?? list[Math.min(1, list.length - 1)];
    const body =
        loaded.error && !loaded.data
            ? html`<${Failed} error=${loaded.error} again=${loaded.again} />`
            : !loaded.data
              ? html`<section class="panel">
                    <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
                </section>`
              : list.length < 2
                ? html`<${TooFew} n=${list.length} />`
                : html`<${Between}
                      list=${list}
                      a=${a}
                      b=${b}
                      query=${query}
                  />`;
    return html`<div>
        <div class="head">
            <div>
                <h1>Changes</h1>
                <p>What differs between two snapshots of the catalog</p>
            </div>
        </div>
        ${body}
    </div>`;
}

/** @param {{n: number}} props */
const TooFew = ({ n }) =>
    html`<section class="panel">
        <${Empty}
            icon="diff"
            title=${n ? 'There is one snapshot' : 'There is no snapshot yet'}
        >
            <p>
                A snapshot keeps what files there are. Two of them tell what
                was added, removed, changed and moved in between.
            </p>
            <a class="btn primary" href="#/new/snapshot">
                <${Icon} name="pin" />Take ${n ? 'another' : 'a'} snapshot
            </a>
        <//>
    </section>`;

/** @param {any} props */
function Between({ list, a, b, query }) {
    const net = b.bytes - a.bytes;
    const same = a.id === b.id;
    const url = `diffs/${[a.id, b.id].map(encodeURIComponent).join('...')}`;
    const diff = useLoad(
        async (signal) => (same ? null : get(url, { signal })),
        [a.id, b.id],
    );
    return html`<section class="panel picksnap" aria-label="Which snapshots">
            <${Timeline} list=${list} a=${a} b=${b} />
            <div class="snaprow">
                <${Choice}
                    label="From"
                    value=${a.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ a: id, at: null })}
                />
                <${Icon} name="right" />
                <${Choice}
                    label="To"
                    value=${b.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ b: id, at: null })}
                />
                <div class="net">
                    <span class="label">Net</span>
                    <span class="big num">${signed(net, bytes)}</span>
                    <span class="dim num">
                        ${signed(b.files - a.files, count)} files
                    </span>
                </div>
            </div>
        </section>
        ${
            same
                ? html`<section class="panel">
                  <${Empty} icon="diff" title="The same snapshot twice">
                      <p>Choose two different ones.</p>
                  <//>
              </section>`
                : diff.error
                  ? html`<${Failed} error=${diff.error} again=${diff.again} />`
                  : !diff.data
                    ? html`<section class="panel">
                      <div class="body"><${Bones} n=${6} /></div>
                  </section>`
                    : html`<${Differences}
                      url=${url}
                      ids=${[a.id, b.id]}
                      diff=${diff.data}
                      query=${query}
                  />`
        }`;
}

/** @param {any} props */
function Differences({ url, ids, diff, query }) {
    const only = query.only || 'all';
    const of = (/** @type {string} */ id) =>
        diff.kinds?.find((/** @type {any} */ it) => it.id === id);
    const sum = (diff.kinds ?? []).reduce(
        (/** @type {any} */ all, /** @type {any} */ it) => ({
            files: all.files + it.files,
            bytes: all.bytes + (it.bytes ?? 0),
        }),
        { files: 0, bytes: 0 },
    );
    const cards = [
        { id: 'all', label: 'All', icon: 'diff', tone: '', ...sum },
        ...KINDS.map((it) => ({ files: 0, bytes: 0, ...it, ...of(it.id) })),
    ];
    return html`<div
            class="kindcards"
            role="radiogroup"
            aria-label="Kinds of change"
        >
            ${cards.map(
                (it) => html`<label
                    key=${it.id}
                    class=${`kindcard ${only === it.id ? 'on' : ''}`}
                >
                    <input
                        type="radio"
                        name="kind"
                        class="sr"
                        checked=${only === it.id}
                        onChange=${() =>
                            setQuery({ only: it.id === 'all' ? null : it.id })}
                    />
                    <span class="row small">
                        <span class=${`tag ${it.tone}`}>
                            <${Icon} name=${it.icon} />
                        </span>
                        ${it.label}
                    </span>
                    <span class="num value">${count(it.files)}</span>
                    <span class="num small dim">
                        ${it.bytes ? signed(it.bytes, bytes) : 'no bytes'}
                    </span>
                </label>`,
            )}
        </div>
        <div class="difgrid">
            <${Growth} url=${url} at=${query.at ?? ''} />
            <${Rows} ids=${ids} only=${only} />
        </div>`;
}

/** The files that differ. @param {{ids: any[], only: string}} props */
function Rows({ ids, only }) {
    const source = { diff: ids, ...(only === 'all' ? {} : { only }) };
    const { view, error, again } = useView({ source }, null);
    const [at, setAt] = useState(-1);
    useEffect(() => setAt(-1), [only]);
    const formats = session.get().formats ?? Object.keys(FORMATS);
    const take = async (/** @type {string} */ format) => {
        try {
            await save({ view: view.id, format });
            toast(`Downloading ${count(totalOf(view))} differences.`);
        } catch (problem) {
            const it = /** @type {any} */ (problem);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
    };
    return html`<section class="panel flush">
        <header>
            <h2 class="grow">Files</h2>
            <span class="num small dim">
                ${view ? count(totalOf(view)) : ''}
            </span>
            <${Menu}
                class="btn sm"
                icon="download"
                label="Export"
                title="Export the differences"
            >
                ${Object.entries(FORMATS)
                    .filter(([id]) => formats.includes(id))
                    .map(
                        ([id, name]) => html`<button
                            key=${id}
                            type="button"
                            class="item"
                            disabled=${!view}
                            onClick=${() => take(id)}
                        >
                            ${name}
                        </button>`,
                    )}
            <//>
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
                    height="26rem"
                    load=${(
                        /** @type {number} */ from,
                        /** @type {number} */ size,
                        /** @type {AbortSignal} */ signal,
                    ) => rows(view.id, from, size, signal)}
                    columns=${COLUMNS}
                    empty=${html`<${Empty} icon="check" title="None" />`}
                />`
        }
    </section>`;
}

/** @param {any} props */
const Choice = ({ label, value, list, onChange }) =>
    html`<label class="field">
        <span class="label">${label}</span>
        <select
            class="input"
            value=${String(value)}
            onChange=${(/** @type {any} */ e) => onChange(e.target.value)}
        >
            ${list.map(
                (/** @type {any} */ it) => html`<option
                    key=${it.id}
                    value=${String(it.id)}
                    selected=${it.id === value}
                >
                    ${stamp(it.at)}${it.label ? ` – ${plain(it.label)}` : ''}
                </option>`,
            )}
        </select>
    </label>`;

/** Snapshots on a line of time, their sizes above it. @param {any} props */
function Timeline({ list, a, b }) {
    const times = list.map((/** @type {any} */ it) => seconds(it.at));
    const sizes = list.map((/** @type {any} */ it) => it.bytes);
    const [low, high] = [Math.min(...times), Math.max(...times)];
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    const x = (/** @type {any} */ it) =>
        1.5 + ((seconds(it.at) - low) / (high - low || 1)) * 97;
    const y = (/** @type {any} */ it) =>
        34 - ((it.bytes - least) / (most - least || 1)) * 26;
    const points = [...list].reverse();
    const from = Math.min(x(a), x(b));
    const label =
        `${list.length} snapshots from ${date(low)} to ${date(high)}; they ` +
        `hold ${bytes(least)} to ${bytes(most)}`;
    return html`<div class="timeline">
        <div>
            <svg
                viewBox="0 0 100 40"
                preserveAspectRatio="none"
                role="img"
                aria-label=${label}
            >
                <rect
                    x=${from}
                    y="0"
                    width=${Math.abs(x(b) - x(a))}
                    height="40"
                    fill="var(--accent)"
                    opacity=".1"
                />
                <path
                    d=${`M${points.map((it) => `${x(it)},${y(it)}`).join('L')}`}
                    fill="none"
                    stroke="var(--accent)"
                    stroke-width="1.5"
                    vector-effect="non-scaling-stroke"
                />
            </svg>
            ${points.map(
                (it) => html`<span
                    key=${it.id}
                    class=${
                        'snapdot ' +
                        `${it.id === a.id || it.id === b.id ? 'on' : ''}`
                    }
                    style=${{ left: `${x(it)}%`, top: `${(y(it) / 40) * 100}%` }}
                />`,
            )}
        </div>
        <div class="row tiny faint">
            <span>${date(low)}</span><span class="end">${date(high)}</span>
        </div>
    </div>`;
}
