// What differs between two snapshots: how much, and which files.
import { address, setQuery } from '../address.js';
import { get, post } from '../api.js';
import { useCell } from '../cell.js';
import { ago, bytes, count, date, seconds, signed, stamp } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { toast } from '../messages.js';
import { plain } from '../names.js';
import { Bones, Empty, Failed } from '../ui/parts.js';
import { Differences } from './differences.js';
import { JobRow } from './history.js';

/** @typedef {{id: string, at: any, files: number, bytes: number, label: string}} Snapshot */

/** The snapshots that were taken, the newest first. */
function useSnapshots() {
    const { job } = useCell(changes);
    return useLoad(
        async (signal) => {
            const [known, taken, compared] = await Promise.all(
                ['snapshots', 'jobs?kind=snapshot', 'jobs?kind=diff'].map(
                    (url) => get(url, { signal }),
                ),
            );
            const list = /** @type {Snapshot[]} */ ([...known.snapshots]).sort(
                (x, y) => seconds(y.at) - seconds(x.at),
            );
            return { list, diffs: compared.jobs, taking: taken.jobs };
        },
        [job],
    );
}

export function Changes() {
    const { query } = useCell(address);
    const { data, error, again } = useSnapshots();
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
                      diffs=${data.diffs}
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

/** @param {{list: Snapshot[], diffs: any[], query: Record<string, string>}} props */
function Between({ list, diffs, query }) {
    const asked = diffs.find((it) => String(it.id) === query.job)?.request;
    const find = (/** @type {string | undefined} */ id) =>
        list.find((it) => it.id === String(id));
    const b = find(query.b ?? asked?.b) ?? list[0];
    const a = find(query.a ?? asked?.a) ?? list[1];
    const same = a.id === b.id;
    const job = diffs.find(
        (it) =>
            it.state !== 'failed' &&
            String(it.request?.a) === a.id &&
            String(it.request?.b) === b.id,
    );
    return html`<section class="panel picksnap" aria-label="Which snapshots">
            <${Timeline} list=${list} a=${a} b=${b} />
            <div class="snaprow">
                <${Choice}
                    label="From"
                    value=${a.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ a: id, b: b.id, job: null })}
                />
                <${Icon} name="right" />
                <${Choice}
                    label="To"
                    value=${b.id}
                    list=${list}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ a: a.id, b: id, job: null })}
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
                : !job
                  ? html`<${Compare} a=${a} b=${b} />`
                  : isOpen(job)
                    ? html`<section class="panel">
                          <ul class="joblist wide">
                              <${JobRow} job=${job} short />
                          </ul>
                      </section>`
                    : html`<${Differences} key=${job.id} job=${job} />`
        }`;
}

/** @param {{a: Snapshot, b: Snapshot}} props */
function Compare({ a, b }) {
    const [busy, setBusy] = useState(false);
    const compare = async () => {
        setBusy(true);
        try {
            await post('jobs', { kind: 'diff', a: a.id, b: b.id });
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    return html`<section class="panel">
        <${Empty} icon="diff" title="These two were not compared yet">
            <p>${`From ${ago(a.at)} to ${ago(b.at)}. No file is opened.`}</p>
            <button
                type="button"
                class="btn primary"
                disabled=${busy}
                onClick=${compare}
            >
                <${Icon} name="diff" />Compare them
            </button>
        <//>
    </section>`;
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
