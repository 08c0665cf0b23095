// What would be done, then doing it, then undoing it: one screen for every
// kind of change.
import { address, go, replace } from '../address.js';
import { get, post } from '../api.js';
import { useCell } from '../cell.js';
import { bytes, count, plural } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { kindOf } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { say, toast } from '../messages.js';
import { plain } from '../names.js';
import { mayChange } from '../session.js';
import { Banner, Bones, Empty, Failed } from '../ui/parts.js';
import { ApplyBar } from './apply.js';
import { How, howOf } from './how.js';
import { Steps } from './steps.js';

const MOVING = ['making', 'applying', 'undoing'];
const POLL = 500;
/** Of review, apply and done: where a plan of a state is. */
const STAGE = /** @type {Record<string, number>} */ ({
    applying: 1,
    applied: 2,
    partly: 2,
    undoing: 2,
    undone: 2,
});

/** A plan, asked for again while it moves. @param {string} id */
function usePlan(id) {
    const { plan: changed, job } = useCell(changes);
    const url = `plans/${encodeURIComponent(id)}`;
    const loaded = useLoad(
        (signal) => get(url, { signal }),
        [id, changed, job],
    );
    const moving = MOVING.includes(loaded.data?.state);
    useEffect(() => {
        if (!moving) return;
        const timer = setTimeout(loaded.again, POLL);
        return () => clearTimeout(timer);
    }, [loaded.data]);
    return { ...loaded, url };
}

export function Plan() {
    const { parts } = useCell(address);
    const { data: plan, error, again, url } = usePlan(parts[0] ?? '');
    const [before, setBefore] = useState('');
    useEffect(() => {
        if (!plan) return;
        if (before === 'applying' && plan.state !== 'applying')
            say('The plan was carried out.');
        setBefore(plan.state);
    }, [plan?.state]);
    if (!plan)
        return html`<div>
            <h1>Plan</h1>
            ${
                error?.status === 404
                    ? html`<section class="panel">
                      <${Empty} icon="search" title="There is no such plan">
                          <a class="btn" href="#/history">History</a>
                      <//>
                  </section>`
                    : error
                      ? html`<${Failed} error=${error} again=${again} />`
                      : html`<section class="panel">
                        <div class="body"><${Bones} n=${6} /></div>
                    </section>`
            }
        </div>`;
    const over = STAGE[plan.state] === 2;
    return html`<div class="plan">
        <${Head} plan=${plan} />
        ${
            plan.state === 'making' &&
            html`<div class="gap">
            <${Banner} icon="clock">
                The plan is being made; this page shows it as it grows.
            <//>
        </div>`
        }
        ${
            plan.state === 'failed' &&
            html`<div class="gap">
            <${Banner} tone="bad" icon="alert">
                <strong>
                    The plan could not be made.
                </strong>
                ${` ${plain(plan.problem?.detail ?? 'Make a new one.')}`}
            <//>
        </div>`
        }
        ${
            over
                ? html`<${Finished} plan=${plan} url=${url} />`
                : html`<${Review} plan=${plan} />`
        }
        <${Steps} plan=${plan} url=${url} />
        ${!over && html`<${ApplyBar} plan=${plan} url=${url} again=${again} />`}
    </div>`;
}

/** Where a plan came from. */
const BACK = /** @type {Record<string, [string, string]>} */ ({
    dedupe: ['#/duplicates', 'Duplicates'],
    rename: ['#/rename', 'Rename'],
});

/** @param {{plan: any}} props */
function Head({ plan }) {
    const stages = ['Review', 'Apply', 'Done'];
    const at = STAGE[/** @type {string} */ (plan.state)] ?? 0;
    const back = BACK[plan.kind] ?? ['#/history', 'History'];
    return html`<div class="head">
        <div>
            <div class="row faint small">
                <a href=${back[0]}>${back[1]}</a>
                <span aria-hidden="true">/</span>Plan ${plan.id}
            </div>
            <h1>${plan.of == null ? kindOf(plan.kind).label : `Undo plan ${plan.of}`}</h1>
        </div>
        <ol class="wizard end">
            ${stages.map(
                (name, i) => html`<li
                    key=${name}
                    class=${i < at ? 'past' : i === at ? 'now' : ''}
                    aria-current=${i === at ? 'step' : undefined}
                >
                    <span>
                        ${i < at ? html`<${Icon} name="check" />` : i + 1}
                    </span>
                    ${name}
                </li>`,
            )}
        </ol>
    </div>`;
}

/** Sums, how, and checks. @param {{plan: any}} props */
function Review({ plan }) {
    const how = howOf(plan);
    return html`<div class="plangrid">
        <section class="panel">
            <header><h2>What will be done</h2></header>
            <div class="body stack">
                <div class="sums">
                    <div>
                        <span class="big num">${count(plan.steps ?? 0)}</span>
                        <span class="dim">files ${how.will}</span>
                    </div>
                    ${
                        plan.bytes > 0 &&
                        html`<div>
                        <span class="big num">${bytes(plan.bytes)}</span>
                        <span class="dim">${how.sum}</span>
                    </div>`
                    }
                    <div>
                        <span class="big num">
                            ${count(plan.left_alone ?? 0)}
                        </span>
                        <span class="dim">left alone</span>
                    </div>
                </div>
                <${How} plan=${plan} />
            </div>
        </section>
        <${Checks} plan=${plan} />
    </div>`;
}

/** @param {{plan: any}} props */
function Checks({ plan }) {
    const checks = plan.checks ?? [];
    if (!checks.length) return null;
    return html`<section class="panel">
        <header><h2>Checks</h2></header>
        <ul class="checks">
            ${checks.map(
                (/** @type {any} */ it) => html`<li
                    key=${it.id}
                    class=${it.ok ? 'ok' : 'warn'}
                >
                    <${Icon} name=${it.ok ? 'check' : 'alert'} />
                    <span>
                        ${plain(it.text ?? it.id)}
                        ${it.count > 0 && !it.ok && ` (${count(it.count)})`}
                    </span>
                </li>`,
            )}
        </ul>
    </section>`;
}

/** @param {{plan: any, url: string}} props */
function Finished({ plan, url }) {
    const done = plan.applied ?? {};
    const how = howOf(plan);
    const undone = plan.state === 'undone';
    const files = plural(done.done ?? plan.steps ?? 0, 'file');
    const [busy, setBusy] = useState(false);
    const undo = async () => {
        setBusy(true);
        try {
            const back = await post(`${url}/undo`, {});
            go(`#/plans/${back.id}`);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    const rest = (done.left_alone ?? 0) + (done.failed ?? 0);
    return html`<section class="panel finished">
            <div class="body stack">
                <${Banner}
                    tone=${undone ? '' : rest ? 'warn' : 'good'}
                    icon=${undone ? 'undo' : rest ? 'alert' : 'check'}
                >
                    <strong>
                        ${
                            undone
                                ? 'Undone: what could be put back is ' +
                                  'where it was.'
                                : `${files} ${how.did}.`
                        }
                    </strong>
                    <span class="dim">
                        ${
                            rest
                                ? ` ${plural(rest, 'file')} left alone: ` +
                                  'changed since they were looked at, or ' +
                                  'failed.'
                                : ' Nothing was left out.'
                        }
                    </span>
                <//>
                <div class="row wrap">
                    ${
                        plan.undo === 'possible' &&
                        !undone &&
                        html`<button
                        type="button"
                        class="btn"
                        disabled=${busy || Boolean(mayChange())}
                        onClick=${undo}
                    >
                        <${Icon} name="undo" />Undo…
                    </button>`
                    }
                    <a class="btn" href="#/history">In the history</a>
                </div>
            </div>
        </section>
        <section class="panel gap" aria-label="Report">
            <header><h2 class="grow">Report</h2></header>
            <table class="plain">
                <caption class="sr">
                    What became of the steps
                </caption>
                <tbody>
                    ${[
                        ['Done', done.done ?? plan.steps],
                        ['Left alone', done.left_alone ?? 0],
                        ['Failed', done.failed ?? 0],
                    ].map(
                        ([name, n]) => html`<tr key=${name}>
                            <th scope="row">${name}</th>
                            <td class="r num">${count(Number(n ?? 0))}</td>
                        </tr>`,
                    )}
                </tbody>
            </table>
        </section>`;
}

/**
 * The plan with another way of doing it.
 * @param {any} plan @param {string} how
 */
export async function remake(plan, how) {
    const now = await post('plans', { ...plan.request, how });
    replace(`#/plans/${now.id}`);
}
