// What differs between two snapshots: how much, and which files.
import { address, setQuery } from '../address.js';
import { get } from '../api.js';
import { useCell } from '../cell.js';
import { bytes, count, date, seconds, signed, stamp } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { plain } from '../names.js';
import { Bones, Empty, Failed } from '../ui/parts.js';
import { Differences } from './differences.js';
import { JobRow } from './history.js';

/** @typedef {{id: string, at: any, files: number, bytes: number, label: string, roots: string[]}} Snapshot */

/**
 * The snapshots that were taken, the newest first; and which a job compared.
 * @param {string | undefined} job
 */
function useSnapshots(job) {
    const { job: changed } = useCell(changes);
    return useLoad(
        async (signal) => {
            const [known, taken, asked] = await Promise.all([
                get('snapshots', { signal }),
                get('jobs?kind=snapshot', { signal }),
                job && get(`jobs/${encodeURIComponent(job)}`, { signal }),
            ]);
            const list = /** @type {Snapshot[]} */ ([...known.snapshots]).sort(
                (x, y) => seconds(y.at) - seconds(x.at),
            );
            return { list, asked: asked?.request, taking: taken.jobs };
        },
        [changed, job],
    );
}

export function Changes() {
    const { query } = useCell(address);
    const { data, error, again } = useSnapshots(query.job);
    const body =
        error && !data
            ? html`<${Failed} error=${error} again=${again} />`
            : !data
              ? html`<section class="panel">
                    <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
                </section>`
              : data.list.length < 2
                ? html`<${TooFew} n=${data.list.length} jobs=${data.taking} />`
                : html`<${Between}
                      list=${data.list}
                      asked=${data.asked}
                      query=${query}
                  />`;
    return html`<div>
        <div class="head">
            <div>
                <h1>Changes</h1>
                <p>What differs between two snapshots of the catalog</p>
            </div>
            ${
                (data?.list.length ?? 0) > 1 &&
                html`<div class="end">
                    <a class="btn" href="#/new/snapshot">
                        <${Icon} name="pin" />Take a snapshot
                    </a>
                </div>`
            }
        </div>
        ${body}
    </div>`;
}

/** @param {{n: number, jobs: any[]}} props */
function TooFew({ n, jobs }) {
    const running = jobs.filter(isOpen);
    return html`<section class="panel">
            <${Empty}
                icon="diff"
                title=${n ? 'There is one snapshot' : 'There is no snapshot yet'}
            >
                <p>
                    A snapshot keeps what files there are. Two of them tell
                    what was added, removed, changed and moved in between.
                </p>
                <a class="btn primary" href="#/new/snapshot">
                    <${Icon} name="pin" />Take ${n ? 'another' : 'a'} snapshot
                </a>
            <//>
        </section>
        ${
            running.length > 0 &&
            html`<section class="panel day">
                <ul class="joblist wide">
                    ${running.map(
                        (it) =>
                            html`<${JobRow} key=${it.id} job=${it} short />`,
                    )}
                </ul>
            </section>`
        }`;
}

/** @param {{list: Snapshot[], asked: any, query: Record<string, string>}} props */
function Between({ list, asked, query }) {
    const find = (/** @type {string | undefined} */ id) =>
        list.find((it) => it.id === String(id));
    const b = find(query.b ?? asked?.b) ?? list[0];
    const a = find(query.a ?? asked?.a) ?? before(list, b);
    const same = a.id === b.id;
    return html`<section class="panel picksnap" aria-label="Which snapshots">
            <${Timeline} list=${list} a=${a} b=${b} />
            <div class="snaprow">
                <${Choice}
                    label="From"
                    value=${a.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ a: id, b: b.id, at: null, job: null })}
                />
                <${Icon} name="right" />
                <${Choice}
                    label="To"
                    value=${b.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ a: a.id, b: id, at: null, job: null })}
                />
                <div class="net">
                    <span class="label">Net</span>
                    <span class="big num">${signed(b.bytes - a.bytes, bytes)}</span>
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
                : html`<${Differences}
                      key=${`${a.id} ${b.id}`}
                      a=${a.id}
                      b=${b.id}
                      at=${query.at ?? ''}
                      only=${query.only ?? ''}
                  />`
        }`;
}

/**
 * What a snapshot is compared with unless somebody says so: the one before it
 * of the same roots.
 * @param {Snapshot[]} list @param {Snapshot} b
 */
function before(list, b) {
    const roots = (/** @type {Snapshot} */ it) => JSON.stringify(it.roots);
    const older = list.slice(list.indexOf(b) + 1);
    return older.find((it) => roots(it) === roots(b)) ?? older[0] ?? b;
}

/** @param {any} props */
const Choice = ({ label, value, list, onChange }) =>
    html`<label class="field">
        <span class="label">${label}</span>
        <select
            class="input"
            value=${value}
            onChange=${(/** @type {any} */ e) => onChange(e.target.value)}
        >
            ${list.map(
                (/** @type {Snapshot} */ it) =>
                    html`<option
                        key=${it.id}
                        value=${it.id}
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
    const line = points.map((it) => `${x(it)},${y(it)}`).join('L');
    const chosen = [a.id, b.id];
    const label =
        `${list.length} snapshots from ${date(low)} to ${date(high)}; ` +
        `they hold ${bytes(least)} to ${bytes(most)}`;
    return html`<div class="timeline">
        <div>
            <svg
                viewBox="0 0 100 40"
                preserveAspectRatio="none"
                role="img"
                aria-label=${label}
            >
                <rect
                    x=${Math.min(x(a), x(b))}
                    y="0"
                    width=${Math.abs(x(b) - x(a))}
                    height="40"
                    fill="var(--accent)"
                    opacity=".1"
                />
                <path
                    d=${`M${line}`}
                    fill="none"
                    stroke="var(--accent)"
                    stroke-width="1.5"
                    vector-effect="non-scaling-stroke"
                />
            </svg>
            ${points.map((it) => {
                const on = chosen.includes(it.id) ? 'on' : '';
                const top = `${(y(it) / 40) * 100}%`;
                return html`<span
                    key=${it.id}
                    class=${`snapdot ${on}`}
                    style=${{ left: `${x(it)}%`, top }}
                />`;
            })}
        </div>
        <div class="row tiny faint">
            <span>${date(low)}</span><span class="end">${date(high)}</span>
        </div>
    </div>`;
}
