// What is there, what it holds, what happened last.
import { address, link, setQuery } from '../address.js';
import { get, query as withQuery } from '../api.js';
import { useCell } from '../cell.js';
import {
    ago,
    bytes,
    count,
    dateTime,
    percent,
    plural,
    short,
    signed,
    weekday,
} from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { named, plain, safe } from '../names.js';
import { useRootNames, useRoots } from '../roots.js';
import { Spark } from '../ui/charts.js';
import { HereCard } from '../ui/here.js';
import { Bones, Empty, Failed, Meter, Seg } from '../ui/parts.js';
import { JobRow } from './history.js';
import { FolderMap } from './map.js';

const RECENT = 5;

export function Overview() {
    const { query } = useCell(address);
    const { job, snapshot } = useCell(changes);
    const root = query.root || '';
    const roots = useRoots();
    const nameOf = useRootNames();
    const sums = useLoad(
        (signal) => get(withQuery('summary', { root }), { signal }),
        [root, snapshot],
    );
    const jobs = useLoad((signal) => get('jobs', { signal }), [job]);
    const s = sums.data;
    const never = sums.error?.status === 404 || (s && s.snapshot == null);
    const error = !never && (sums.error ?? roots.error);
    const { list } = roots;
    const recent = jobs.data?.jobs ?? [];
    const choices = [
        { id: '', label: 'All roots' },
        ...list.map((/** @type {any} */ it) => ({
            id: String(it.id),
            label: plain(nameOf(it.id)),
            hint: plain(named(it)),
        })),
    ];
    const body =
        error && !s
            ? html`<${Failed} error=${error} again=${sums.again} />`
            : never
              ? html`<${FirstRun} roots=${list} jobs=${recent} />`
              : html`<div class="overview">
                    <${Stats} s=${s} jobs=${recent} />
                    <${FolderMap}
                        key=${root}
                        version=${snapshot}
                        root=${root}
                        query=${query}
                        s=${s}
                    />
                    <${Recent} jobs=${jobs} />
                    <${Roots} roots=${roots} />
                    <${HereCard} />
                </div>`;
    return html`<div>
        <div class="head">
            <div>
                <h1>Overview</h1>
                <p>
                    ${
                        s?.snapshot
                            ? html`As of the snapshot
                              ${` ${ago(s.snapshot.at)}, `}<time
                                  >${dateTime(s.snapshot.at)}</time
                              >`
                            : never
                              ? 'Nothing is in the catalog yet'
                              : ' '
                    }
                </p>
            </div>
            <div class="end">
                ${
                    list.length > 1 &&
                    html`<${Seg}
                    label="Root"
                    value=${root}
                    options=${choices}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ root: id, at: null }, { push: true })}
                />`
                }
                <a class="btn" href=${link('new/snapshot', { root })}>
                    <${Icon} name="scan" />${never ? 'Take a snapshot' : 'Take another'}
                </a>
            </div>
        </div>
        ${body}
    </div>`;
}

/** @param {{s: any, jobs: any[]}} props */
function Stats({ s, jobs }) {
    if (!s)
        return html`<section class="stats" aria-label="Totals">
            ${[1, 2, 3, 4].map(
                (it) => html`<div key=${it} class="stat">
                    <${Bones} n=${3} />
                </div>`,
            )}
        </section>`;
    const freed = s.reclaimable;
    const since = s.since;
    const scan = jobs.find((it) => it.errors > 0);
    return html`<section class="stats" aria-label="Totals">
        <${Stat}
            label="Stored"
            value=${bytes(s.bytes)}
            note=${
                `${count(s.files)} ` +
                `files${s.folders == null ? '' : ` in ${short(s.folders)} folders`}`
            }
            href="#/files"
        />
        ${
            freed
                ? html`<${Stat}
                  label="Duplicates"
                  tone="gold"
                  value=${bytes(freed.bytes)}
                  note=${`to reclaim in ${plural(freed.groups, 'group')}`}
                  href=${link('duplicates', { job: freed.job })}
              />`
                : html`<${Stat}
                  label="Duplicates"
                  value="–"
                  note="not looked for yet"
                  href="#/new/dupes"
              />`
        }
        ${
            since
                ? html`<${Stat}
                  label=${`Since ${weekday(since.at)}`}
                  value=${signed(since.bytes, bytes)}
                  note=${`${count(since.files)} files differ`}
                  href=${link('changes', {
                      a: since.snapshot,
                      b: s.snapshot.id,
                  })}
                  spark=${s.history?.map((/** @type {any} */ it) => it.bytes)}
              />`
                : html`<${Stat}
                  label="Changes"
                  value="–"
                  note="shown from the second snapshot on"
                  href="#/changes"
              />`
        }
        <${Stat}
            label="Could not be read"
            tone=${s.unreadable ? 'warn' : ''}
            value=${count(s.unreadable ?? 0)}
            note=${
                s.unreadable
                    ? 'entries; the rest is complete'
                    : 'everything was read'
            }
            href=${
                s.unreadable && scan
                    ? `#/jobs/${scan.id}`
                    : '#/history?kind=errors'
            }
        />
    </section>`;
}

/** @param {any} props */
const Stat = ({ label, value, note, href, tone = '', spark }) =>
    html`<a class=${`stat ${tone}`} href=${href}>
        <span class="label">${label}</span>
        <span class="value">${value}</span>
        <span class="note">${note}</span>
        ${
            spark?.length > 1 &&
            html`<span class="statspark">
            <${Spark}
                values=${spark}
                zero=${false}
                height=${28}
                label=${
                    `Bytes stored, from ${bytes(spark[0])} to ` +
                    `${bytes(spark[spark.length - 1])}`
                }
            />
        </span>`
        }
    </a>`;

/** @param {{jobs: any}} props */
function Recent({ jobs }) {
    const list = jobs.data?.jobs.slice(0, RECENT);
    return html`<section class="panel recent">
        <header>
            <h2 class="grow">Recent jobs</h2>
            <a class="small" href="#/history">All jobs</a>
        </header>
        ${
            list
                ? html`<ul class="joblist">
                  ${list.map(
                      (/** @type {any} */ it) =>
                          html`<${JobRow} key=${it.id} job=${it} short />`,
                  )}
              </ul>`
                : html`<div class="body"><${Bones} n=${5} /></div>`
        }
    </section>`;
}

/** @param {{roots: any}} props */
function Roots({ roots }) {
    const list = roots.data?.roots;
    return html`<section class="panel rootlist">
        <header>
            <h2 class="grow">Roots</h2>
            <span class="faint tiny">set where the service was started</span>
        </header>
        ${
            list
                ? html`<ul>
                  ${list.map(
                      (/** @type {any} */ it) =>
                          html`<${Root} key=${it.id} root=${it} />`,
                  )}
              </ul>`
                : html`<div class="body"><${Bones} n=${4} /></div>`
        }
    </section>`;
}

/** @param {{root: any}} props */
function Root({ root }) {
    const name = plain(useRootNames()(root.id));
    const { total, free } = root;
    const used = total ? (total - free) / total : 0;
    return html`<li>
        <div class="row">
            <strong>${name}</strong>
            ${
                root.writable === false &&
                html`<span class="tag" title=${root.note ?? ''}>
                <${Icon} name="lock" />read only
            </span>`
            }
            ${
                root.bytes != null &&
                html`<span class="end num">${bytes(root.bytes)}</span>`
            }
        </div>
        <div class="row tiny faint">
            <code class="cut grow">${safe(named(root))}</code>
            ${free != null && html`<span class="num">${bytes(free)} free</span>`}
        </div>
        ${
            total > 0 &&
            html`<${Meter}
            class="thin"
            value=${used}
            tone=${used > 0.9 ? 'warn' : 'accent'}
            label=${`${name}: ${percent(used)} of its device is used`}
        />`
        }
    </li>`;
}

/** @param {{roots: any[], jobs: any[]}} props */
function FirstRun({ roots, jobs }) {
    const running = jobs.filter(
        (it) => it.state === 'running' || it.state === 'queued',
    );
    return html`<section class="panel">
            <${Empty} icon="scan" title="There is no snapshot yet">
                <p>
                    ${
                        'Sanchay may look at ' +
                        `${plural(roots.length, 'root')}. A snapshot reads ` +
                        'names, sizes and times, and opens no file; a ' +
                        'million files take some seconds.'
                    }
                </p>
                <div class="row wrap">
                    <a class="btn primary" href="#/new/snapshot">
                        <${Icon} name="scan" />
                        Take a snapshot
                    </a>
                </div>
            <//>
        </section>
        ${
            running.length > 0 &&
            html`<section class="panel day">
            <header><h2>At work</h2></header>
            <ul class="joblist wide">
                ${running.map(
                    (it) => html`<${JobRow} key=${it.id} job=${it} short />`,
                )}
            </ul>
        </section>`
        }`;
}
