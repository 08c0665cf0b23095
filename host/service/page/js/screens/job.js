// A job as it runs, and what became of it.
import { address } from '../address.js';
import { del, get } from '../api.js';
import { useCell } from '../cell.js';
import {
    ago,
    bytes,
    count,
    dateTime,
    duration,
    percent,
    plural,
    rate,
    seconds,
} from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen, kindOf, planOf, resultOf, stateOf, where } from '../kinds.js';
import { changes, progress, share } from '../live.js';
import { useLoad } from '../loading.js';
import { say, toast } from '../messages.js';
import { Path, named } from '../names.js';
import { useRootNames } from '../roots.js';
import { Spark } from '../ui/charts.js';
import { Dialog } from '../ui/menu.js';
import { Banner, Bones, Command, Empty } from '../ui/parts.js';
import { Failed, Meter } from '../ui/parts.js';
import { Contents } from './contents.js';
import { Errors } from './errors.js';
import { PlanLink, outcome, titleOf, whyFailed } from './history.js';

export function Job() {
    const { parts } = useCell(address);
    const { job: changed } = useCell(changes);
    const id = parts[0] ?? '';
    const url = `jobs/${encodeURIComponent(id)}`;
    const loaded = useLoad((signal) => get(url, { signal }), [id, changed]);
    const live = useCell(progress).get(id);
    const job = loaded.data;
    if (!job && loaded.error)
        return html`<div>
            <h1>Job ${id}</h1>
            ${
                loaded.error.status === 404
                    ? html`<section class="panel">
                      <${Empty} icon="history" title="There is no such job">
                          <p>It may have been removed from the history.</p>
                          <a class="btn" href="#/history">All jobs</a>
                      <//>
                  </section>`
                    : html`<${Failed}
                      error=${loaded.error}
                      again=${loaded.again}
                  />`
            }
        </div>`;
    if (!job)
        return html`<div>
            <h1>Job ${id}</h1>
            <section class="panel">
                <div class="body"><${Bones} n=${6} h="1.5rem" /></div>
            </section>
        </div>`;
    return html`<div>
        <${Head} job=${job} />
        ${
            isOpen(job)
                ? html`<${Running} job=${job} live=${live ?? job.progress} />`
                : html`<${Ended} job=${job} />`
        }
    </div>`;
}

/** @param {{job: any}} props */
function Head({ job }) {
    const [ask, setAsk] = useState(false);
    const nameOf = useRootNames();
    const state = stateOf(job);
    const kind = kindOf(job.kind);
    const took = seconds(job.ended) - seconds(job.started);
    const open = isOpen(job);
    const place = where(job, nameOf);
    const said = [
        place ? `${kind.label} in ${place}` : kind.label,
        job.by && `by ${job.by}`,
        job.started && `begun ${ago(job.started)}`,
        !open && Number.isFinite(took) && `took ${duration(took)}`,
    ];
    return html`<div class="head">
        <div>
            <div class="row faint small">
                <a href="#/history">History</a>
                <span aria-hidden="true">/</span>Job ${job.id}
            </div>
            <h1>${titleOf(job)}</h1>
            <p title=${dateTime(job.started)}>
                ${said.filter(Boolean).join(', ')}
            </p>
        </div>
        <div class="end">
            <span class=${`tag ${state.tone}`}>
                <${Icon} name=${state.icon} />${state.label}
            </span>
            ${
                open &&
                html`<button
                type="button"
                class="btn"
                onClick=${() => setAsk(true)}
            >
                <${Icon} name="stop" />Cancel…
            </button>`
            }
            ${html`<${PlanLink} job=${job} />`}
            ${
                !open &&
                planOf(job) == null &&
                html`<a class="btn" href=${`#/new/${job.kind}`}>Run again</a>`
            }
        </div>
        <${Cancel} job=${job} open=${ask} onClose=${() => setAsk(false)} />
    </div>`;
}

/** @param {{job: any, open: boolean, onClose: () => void}} props */
function Cancel({ job, open, onClose }) {
    const cancel = async () => {
        onClose();
        try {
            await del(`jobs/${encodeURIComponent(job.id)}`);
            toast('The job is being cancelled. What it found is kept.');
            changes.set((was) => ({ ...was, job: was.job + 1 }));
        } catch (error) {
            toast(`${/** @type {any} */ (error).message}`);
        }
    };
    const footer = html`<span class="grow" />
        <button type="button" class="btn" onClick=${onClose}>
            Let it run
        </button>
        <button type="button" class="btn danger" onClick=${cancel}>
            Cancel the job
        </button>`;
    return html`<${Dialog}
        open=${open}
        onClose=${onClose}
        width="30rem"
        title="Cancel this job?"
        footer=${footer}
    >
        <p>
            What it has found so far is kept. A later job of the same kind reads
            only what is missing, where digests are kept.
        </p>
    <//>`;
}

/**
 * Says the share at each quarter, not at each step.
 * @param {number | null} part @param {any} job
 */
function useSpoken(part, job) {
    const quarter = part == null ? 0 : Math.floor(part * 4);
    const before = useRef(quarter);
    useEffect(() => {
        if (quarter > before.current)
            say(`${titleOf(job)}: ${quarter * 25} percent`);
        before.current = quarter;
    }, [quarter]);
}

/** @param {{job: any, live: any}} props */
function Running({ job, live }) {
    const part = share(live);
    useSpoken(part, job);
    if (!live)
        return html`<section class="panel">
            <${Empty}
                icon="clock"
                title=${job.state === 'queued' ? 'Waiting for its turn' : 'It begins'}
            >
                <p>This page shows how far it is as soon as it is known.</p>
            <//>
        </section>`;
    const [files, allFiles] = live.files ?? [0, null];
    const [read, allBytes] = live.bytes ?? [0, null];
    const of = (/** @type {any} */ all, /** @type {any} */ text) =>
        all ? ` of ${text(all)}` : '';
    const left = live.eta == null ? '' : `about ${duration(live.eta)} left`;
    const rates = live.rates ?? [];
    return html`<section class="panel runhead" aria-label="Progress">
            <div class="runbig">
                <div class="row">
                    <span class="huge num">
                        ${part == null ? count(files) : percent(part)}
                    </span>
                    <div class="grow">
                        <strong>
                            ${part == null ? 'files so far' : left || 'running'}
                        </strong>
                        <div class="dim small">
                            ${bytes(read)}${of(allBytes, bytes)} ·${' '}
                            ${count(files)}${of(allFiles, count)} files
                        </div>
                    </div>
                </div>
                <${Meter}
                    class="tall"
                    value=${part}
                    label="Share of the work that is done"
                />
            </div>
            <${Phases} live=${live} />
        </section>
        <div class="jobgrid">
            <${Numbers}
                items=${[
                    ['Bytes', rate(live.rate?.bytes ?? 0)],
                    ['Files', `${count(live.rate?.files ?? 0)}/s`],
                    ['So far', duration(live.elapsed ?? 0)],
                    ['Errors', count(live.errors ?? 0), live.errors > 0],
                ]}
            />
            <section class="panel">
                <header>
                    <h2 class="grow">Bytes read each second</h2>
                </header>
                <div class="body">
                    <${Spark}
                        values=${rates}
                        height=${120}
                        label=${
                            'Rate while this page is open, now ' +
                            `${rate(live.rate?.bytes ?? 0)}`
                        }
                    />
                    <div class="row tiny faint">
                        <span>0</span>
                        <span class="end">
                            peak ${rate(Math.max(0, ...rates))}
                        </span>
                    </div>
                </div>
            </section>
            <${SoFar} job=${job} live=${live} />
            <${Errors} job=${job} n=${live.errors ?? 0} />
            ${
                job.command &&
                html`<section class="panel">
                <header><h2>The same from the command line</h2></header>
                <div class="body"><${Command} text=${job.command} /></div>
            </section>`
            }
        </div>`;
}

/** @param {{live: any}} props */
function Phases({ live }) {
    const names = live.phases ?? [];
    if (names.length < 2) return null;
    const at =
        typeof live.phase === 'number'
            ? live.phase
            : names.indexOf(live.phase);
    const one = (/** @type {string} */ name, /** @type {number} */ i) =>
        html`<li
            key=${name}
            class=${i < at ? 'past' : i === at ? 'now' : ''}
            aria-current=${i === at ? 'step' : undefined}
        >
            ${name[0].toUpperCase() + name.slice(1)}${i < at && html`<span class="sr"> is done</span>`}
        </li>`;
    return html`<ol class="phases">
        ${names.map(one)}
    </ol>`;
}

/** @param {{items: any[]}} props */
const Numbers = ({ items }) =>
    html`<section class="panel nums" aria-label="Numbers">
        <dl>
            ${items.map(
                ([name, text, warn]) => html`<div
                    key=${name}
                    class=${warn ? 'warn' : ''}
                >
                    <dt>${name}</dt>
                    <dd class="num">${text}</dd>
                </div>`,
            )}
        </dl>
    </section>`;

/** @param {{job: any, live: any}} props */
function SoFar({ job, live }) {
    // The service counts the rows of the result; other words are its own.
    const found = Object.entries(live.found ?? {}).map(
        ([what, n]) =>
            `${count(Number(n))} ${what === 'rows' ? 'in the result' : what}`,
    );
    const to = resultOf(job);
    const now = live.now ?? [];
    return html`<section class="panel">
        <header><h2 class="grow">Found so far</h2></header>
        <div class="body stack">
            <p class="num">
                ${
                    found.length
                        ? found.join(', ')
                        : plural(live.files?.[0] ?? 0, 'file')
                }
            </p>
            ${
                to &&
                html`<div>
                <a class="btn" href=${to}>Look at it already</a>
            </div>`
            }
            ${
                now.length > 0 &&
                html`<div class="nowreading">
                <div class="label tiny">Now reading</div>
                ${now.map((/** @type {any} */ it) => {
                    const path = named(it);
                    return html`<div key=${path} class="cut tiny">
                        <${Path} path=${path} />
                    </div>`;
                })}
            </div>`
            }
        </div>
    </section>`;
}

/** @param {{job: any}} props */
function Ended({ job }) {
    const to = resultOf(job);
    const took = Math.max(0.001, seconds(job.ended) - seconds(job.started));
    const text = outcome(job);
    const read = job.bytes ?? 0;
    return html`${
        job.state === 'cancelled' &&
        html`<div class="gap">
            <${Banner} tone="warn" icon="stop">
                <strong>Cancelled.</strong> What it found until then is kept.
            <//>
        </div>`
    }
        ${
            job.state === 'failed' &&
            html`<div class="gap">
            <${Banner} tone="bad" icon="alert">
                <strong>It failed.</strong>
                ${` ${whyFailed(job)}`}
            <//>
        </div>`
        }
        <div class="jobgrid">
            <${Numbers}
                items=${[
                    ['Files', count(job.files ?? 0)],
                    ['Bytes', bytes(read)],
                    ['Rate', rate(read / took)],
                    ['Errors', count(job.errors ?? 0), job.errors > 0],
                ]}
            />
            <section class="panel">
                <header><h2>Result</h2></header>
                <div class="body stack">
                    <p>${text || (job.state === 'done' ? 'Done.' : 'There is none.')}</p>
                    ${
                        to &&
                        html`<div>
                        <a class="btn primary" href=${to}>Open the result</a>
                    </div>`
                    }
                </div>
            </section>
            ${job.kind === 'summary' && html`<${Contents} of=${job.result} />`}
            <${Errors} job=${job} n=${job.errors ?? 0} />
            ${
                job.command &&
                html`<section class="panel">
                <header><h2>The same from the command line</h2></header>
                <div class="body"><${Command} text=${job.command} /></div>
            </section>`
            }
        </div>`;
}
