// What is there, what it holds, what happened last.
import { address, link } from '../address.js';
import { get, patiently, post, query as url } from '../api.js';
import { useCell } from '../cell.js';
import {
    ago,
    bytes,
    count,
    dateTime,
    percent,
    plural,
    signed,
} from '../format.js';
import { canLookUp } from '../here.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { toast } from '../messages.js';
import { named, plain, safe } from '../names.js';
import { useRootNames, useRoots } from '../roots.js';
import { mayRun } from '../session.js';
import { sourceOf, useListed } from '../sources.js';
import { Spark } from '../ui/charts.js';
import { HereCard } from '../ui/here.js';
import { Bones, Empty, Failed, Meter } from '../ui/parts.js';
import { JobRow } from './history.js';
import { FolderMap } from './map.js';

const RECENT = 5;

/** Looks at all roots: which files there are, kept. @param {any[]} roots */
async function lookAt(roots) {
    const where = roots.map((it) => ({ root: it.id }));
    await post('jobs', { kind: 'snapshot', roots: where });
}

/** @param {{roots: any[], label: string, primary?: boolean}} props */
function Look({ roots, label, primary }) {
    const [busy, setBusy] = useState(false);
    const look = async () => {
        setBusy(true);
        try {
            await lookAt(roots);
            toast('A snapshot is being taken.');
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    return html`<button
        type="button"
        class=${`btn ${primary ? 'primary' : ''}`}
        disabled=${busy || !roots.length || Boolean(mayRun())}
        title=${mayRun() || undefined}
        onClick=${look}
    >
        <${Icon} name="scan" />${label}
    </button>`;
}

export function Overview() {
    const { query } = useCell(address);
    const { job } = useCell(changes);
    const roots = useRoots();
    const newest = useListed(query);
    const jobs = useLoad((signal) => get('jobs', { signal }), [job]);
    const { list } = roots;
    const found = newest.data;
    const source = found && !isOpen(found) ? sourceOf(found) : null;
    const sums = useLoad(
        async (signal) =>
            source ? patiently(url('summary', source), { signal }) : null,
        // What was found lately is in it, too.
        [JSON.stringify(source), jobs.data],
    );
    const summary = (source && sums.data) || undefined;
    const never = found === null || (found && !source);
    const error =
        (!found && newest.error) ||
        (!roots.data && roots.error) ||
        (!summary && source && sums.error);
    const recent = jobs.data?.jobs ?? [];
    const again = () => {
        newest.again();
        roots.again();
        sums.again();
    };
    const body = error
        ? html`<${Failed} error=${error} again=${again} />`
        : never
          ? html`<${FirstRun} roots=${list} jobs=${recent} />`
          : html`<div class="overview">
                <${Stats} s=${summary} />
                ${
                    summary
                        ? html`<${FolderMap}
                              key=${found.id}
                              query=${query}
                              summary=${summary}
                              source=${source}
                          />`
                        : html`<section class="panel map">
                              <div class="padded mapbones">
                                  <${Bones} n=${9} />
                              </div>
                          </section>`
                }
                ${summary && html`<${Past} summary=${summary} />`}
                <${Recent} jobs=${jobs} />
                <${Roots} roots=${roots} />
                ${canLookUp() && html`<${HereCard} />`}
            </div>`;
    return html`<div>
        <div class="head">
            <div>
                <h1>Overview</h1>
                <p>
                    ${
                        summary
                            ? html`As of
                                  ${` ${ago(summary.at)}, `}<time
                                      >${dateTime(summary.at)}</time
                                  >`
                            : never
                              ? 'Nothing is known yet'
                              : ' '
                    }
                </p>
            </div>
            ${
                summary &&
                html`<div class="end">
                    <${Look} roots=${list} label="Look again" />
                </div>`
            }
        </div>
        ${body}
    </div>`;
}

/** @param {{s: any}} props */
function Stats({ s }) {
    if (!s)
        return html`<section class="stats" aria-label="Totals">
            ${[1, 2, 3, 4].map(
                (it) =>
                    html`<div key=${it} class="stat">
                        <${Bones} n=${3} />
                    </div>`,
            )}
        </section>`;
    const { reclaimable: dupes, since } = s;
    return html`<section class="stats" aria-label="Totals">
        <${Stat}
            label="Stored"
            value=${bytes(s.bytes)}
            note=${
                `${plural(s.files, 'file')} of ` +
                plural(s.kinds.length, 'type')
            }
            href="#/files"
        />
        ${
            dupes
                ? html`<${Stat}
                      label="Duplicates"
                      tone="gold"
                      value=${bytes(dupes.bytes)}
                      note=${`to reclaim in ${plural(dupes.groups, 'group')}`}
                      href=${link('duplicates', { job: dupes.job })}
                  />`
                : html`<${Stat}
                      label="Duplicates"
                      value="–"
                      note="not looked for lately"
                      href="#/duplicates"
                  />`
        }
        ${
            since
                ? html`<${Stat}
                      label="Changes"
                      value=${signed(since.bytes, bytes)}
                      note=${
                          `${signed(since.files, count)} files since the ` +
                          `snapshot ${ago(since.at)}`
                      }
                      href=${link('changes', {
                          a: since.snapshot,
                          b: s.source.snapshot,
                      })}
                  />`
                : html`<${Stat}
                      label="Changes"
                      value="–"
                      note="two snapshots tell them"
                      href="#/changes"
                  />`
        }
        <${Stat}
            label="Could not be read"
            tone=${s.unreadable ? 'warn' : ''}
            value=${count(s.unreadable)}
            note=${
                s.unreadable ? 'entries; the rest is complete' : 'all was read'
            }
            href="#/history?kind=errors"
        />
    </section>`;
}

/** @param {any} props */
const Stat = ({ label, value, note, href, tone = '' }) =>
    html`<a class=${`stat ${tone}`} href=${href}>
        <span class="label">${label}</span>
        <span class="value">${value}</span>
        <span class="note">${note}</span>
    </a>`;

/** How much there was before. @param {{summary: any}} props */
function Past({ summary }) {
    const all = summary.history;
    if (all.length < 2) return null;
    const values = all.map((/** @type {any} */ it) => it.bytes);
    const [first, last] = [all[0], all.at(-1)];
    const label =
        `${plural(all.length, 'snapshot')}: ${bytes(first.bytes)} ` +
        `${ago(first.at)}, ${bytes(last.bytes)} ${ago(last.at)}`;
    return html`<section class="panel past">
        <header>
            <h2 class="grow">Stored over time</h2>
            <a class="small" href="#/changes">Changes</a>
        </header>
        <div class="body stack">
            <${Spark} values=${values} label=${label} zero=${false} />
            <p class="small dim">${label}</p>
        </div>
    </section>`;
}

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
const Roots = ({ roots }) =>
    html`<section class="panel rootlist">
        <header>
            <h2 class="grow">Roots</h2>
            <span class="faint tiny">set where the service was started</span>
        </header>
        ${
            roots.data
                ? html`<ul>
                      ${roots.list.map(
                          (/** @type {any} */ it) =>
                              html`<${Root} key=${it.id} root=${it} />`,
                      )}
                  </ul>`
                : html`<div class="body"><${Bones} n=${4} /></div>`
        }
    </section>`;

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
                free != null &&
                html`<span class="end num tiny faint">
                    ${bytes(free)} free
                </span>`
            }
        </div>
        <div class="tiny faint cut"><code>${safe(named(root))}</code></div>
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
    const running = jobs.filter(isOpen);
    return html`<section class="panel">
            <${Empty} icon="scan" title="Nothing has been looked at yet">
                <p>
                    ${
                        'Sanchay may look at ' +
                        `${plural(roots.length, 'root')}. That reads names, ` +
                        'sizes and times, and opens no file; a million files ' +
                        'take some seconds.'
                    }
                </p>
                <div class="row wrap">
                    <${Look}
                        primary
                        roots=${roots}
                        label=${
                            roots.length > 1
                                ? 'Look at all roots'
                                : 'Look at it'
                        }
                    />
                    <a class="btn" href="#/new">Choose what to do</a>
                </div>
            <//>
        </section>
        ${
            running.length > 0 &&
            html`<section class="panel day">
                <header><h2>At work</h2></header>
                <ul class="joblist wide">
                    ${running.map(
                        (it) =>
                            html`<${JobRow} key=${it.id} job=${it} short />`,
                    )}
                </ul>
            </section>`
        }`;
}
