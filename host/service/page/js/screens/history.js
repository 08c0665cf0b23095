// Everything that was done, and its undoing.
import { address, setQuery } from '../address.js';
import { get, query } from '../api.js';
import { useCell } from '../cell.js';
import {
    ago,
    bytes,
    count,
    dateTime,
    duration,
    percent,
    plural,
    seconds,
} from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen, kindOf, planOf, stateOf, where } from '../kinds.js';
import { changes, progress, share } from '../live.js';
import { useLoad } from '../loading.js';
import { plain } from '../names.js';
import { useRootNames } from '../roots.js';
import { Bones, Empty, Failed, Meter, Seg } from '../ui/parts.js';

/** The title of a job. @param {any} job */
export const titleOf = (job) => plain(job.title || kindOf(job.kind).label);

/** Why a job failed. @param {any} job */
export const whyFailed = (job) =>
    plain(
        job.problem?.detail ??
            job.problem?.title ??
            'The log of the service has more.',
    );

/** @param {any} of */
const duplicates = (of) =>
    of.groups
        ? `${plural(of.groups, 'group')}, ${bytes(of.reclaimable)} to reclaim`
        : 'No two files are the same';

/** What a job came to, in a line, by its kind. */
const OUTCOMES = /** @type {Record<string, (of: any) => string>} */ ({
    dupes: duplicates,
    merge: duplicates,
    shards: (of) =>
        `${plural(of.shards, 'shard')} of ${plural(of.files, 'file')}`,
    shard: (of) => `${plural(of.files, 'file')}, ${bytes(of.bytes)}`,
    similar: (of) =>
        of.groups
            ? `${plural(of.groups, 'group')} of similar ` +
              (of.images == null ? 'texts' : 'pictures')
            : 'No two are alike',
    'store-put': (of) =>
        `${plural(of.files, 'file')}, ${bytes(of.bytes)}; the store grew by ` +
        bytes(of.stored),
    'store-get': (of) =>
        `${plural(of.restored, 'file')} came back` +
        (of.kept ? `, ${count(of.kept)} were there` : ''),
    snapshot: (of) => `${plural(of.files, 'file')}, ${bytes(of.bytes)}`,
    summary: (of) => `${plural(of.files, 'file')}, ${bytes(of.bytes)}`,
    verify: (of) =>
        of.failed
            ? `${plural(of.failed, 'file')} of ${count(of.files)} not as ` +
              'before'
            : `${plural(of.verified, 'file')} as before`,
    diff: (of) => {
        const all = Object.entries(of.changes ?? {});
        const said = all.filter(([, n]) => Number(n) > 0);
        return said.length
            ? said.map(([what, n]) => `${count(Number(n))} ${what}`).join(', ')
            : 'Nothing differs';
    },
});

/** @param {any} job */
export function outcome(job) {
    const of = job.result;
    if (!of) return '';
    if (of.text) return plain(of.text);
    return OUTCOMES[job.kind]?.(of) ?? '';
}

/** What a job says of itself, in a line. @param {any} job */
function summary(job) {
    const told = outcome(job);
    if (told) return told;
    if (job.state === 'failed') return whyFailed(job);
    const parts = [];
    if (job.files != null) parts.push(plural(job.files, 'file'));
    if (job.bytes) parts.push(bytes(job.bytes));
    return parts.join(', ');
}

/** @param {{job: any, short?: boolean}} props */
export function JobRow({ job, short }) {
    const live = useCell(progress).get(String(job.id)) ?? job.progress;
    const open = isOpen(job);
    const part = open ? share(live) : null;
    const nameOf = useRootNames();
    const kind = kindOf(job.kind);
    const state = stateOf(job);
    const said = [
        kind.label,
        where(job, nameOf),
        ago(job.started ?? job.created),
    ];
    if (!short && job.ended) {
        const took = seconds(job.ended) - seconds(job.started);
        said.push(`took ${duration(took)}`);
    }
    return html`<li class=${`job ${job.state}`}>
        <span class="jobicon"><${Icon} name=${kind.icon} /></span>
        <div class="grow">
            <a class="jobtitle cut" href=${`#/jobs/${job.id}`}>
                ${titleOf(job)}
            </a>
            <div class="tiny faint cut" title=${dateTime(job.started)}>
                ${said.filter(Boolean).join(' · ')}
            </div>
            ${
                open &&
                html`<${Meter}
                class="thin"
                value=${part}
                label=${
                    `${titleOf(job)}: ` +
                    `${part == null ? 'running' : percent(part)}`
                }
            />`
            }
            ${
                !open &&
                !short &&
                html`<div class="small dim">
                ${summary(job)}
                ${
                    job.errors > 0 &&
                    html`${' · '}<a href=${`#/jobs/${job.id}/errors`}
                        >${plural(job.errors, 'error')}</a
                    >`
                }
            </div>`
            }
        </div>
        <div class="jobend">
            ${
                part != null &&
                html`<span class="num small">${percent(part)}</span>`
            }
            <span class=${`tag ${state.tone}`}>
                <${Icon} name=${state.icon} />${state.label}
            </span>
            ${!short && html`<${PlanLink} job=${job} />`}
        </div>
    </li>`;
}

/** The way to a job's plan, and to its undoing. @param {{job: any}} props */
export function PlanLink({ job }) {
    const plan = planOf(job);
    if (plan == null || isOpen(job)) return null;
    const undo = job.kind === 'apply' && !/^Undoing/.test(job.title ?? '');
    return html`<a class="btn sm" href=${`#/plans/${plan}`}>
        <${Icon} name=${undo ? 'undo' : 'right'} />
        ${undo ? 'Undo…' : 'The plan'}
    </a>`;
}

const CHOICES = [
    { id: 'all', label: 'All' },
    { id: 'changed', label: 'Changed files' },
    { id: 'looked', label: 'Only looked' },
    { id: 'errors', label: 'With errors' },
];

/** @param {any} job @param {string} kind */
function isOf(job, kind) {
    if (kind === 'changed') return planOf(job) != null;
    if (kind === 'looked') return planOf(job) == null;
    if (kind === 'errors') return job.errors > 0 || job.state === 'failed';
    return true;
}

/** The day of a job, in words. @param {any} job */
function dayOf(job) {
    const midnight = new Date().setHours(0, 0, 0, 0) / 1000;
    const at = seconds(job.started ?? job.created) || Date.now() / 1000;
    if (at >= midnight) return 'Today';
    if (at >= midnight - 86_400) return 'Yesterday';
    return at >= midnight - 6 * 86_400 ? 'This week' : 'Earlier';
}

/** Jobs, page by page. */
function useJobs() {
    const { job } = useCell(changes);
    const first = useLoad((signal) => get('jobs', { signal }), [job]);
    const [more, setMore] = useState(/** @type {any[]} */ ([]));
    const [next, setNext] = useState(/** @type {any} */ (null));
    useEffect(() => {
        setMore([]);
        setNext(first.data?.next ?? null);
    }, [first.data]);
    const load = async () => {
        const page = await get(query('jobs', { cursor: next }));
        setMore((was) => [...was, ...page.jobs]);
        setNext(page.next ?? null);
    };
    const list = first.data && [...first.data.jobs, ...more];
    return { ...first, list, load: next ? load : null };
}

export function History() {
    const now = useCell(address);
    const kind = now.query.kind || 'all';
    const jobs = useJobs();
    const list = (jobs.list ?? []).filter((/** @type {any} */ it) =>
        isOf(it, kind),
    );
    const days = new Map();
    for (const it of list) {
        const day = dayOf(it);
        days.set(day, [...(days.get(day) ?? []), it]);
    }
    return html`<div>
        <div class="head">
            <div>
                <h1>History</h1>
                <p>Jobs, and every change to files with its undoing</p>
            </div>
            <div class="end">
                <${Seg}
                    label="Which jobs"
                    value=${kind}
                    options=${CHOICES}
                    onChange=${(/** @type {string} */ id) =>
                        setQuery({ kind: id === 'all' ? null : id })}
                />
            </div>
        </div>
        <${Days} jobs=${jobs} days=${days} />
    </div>`;
}

/** @param {{jobs: any, days: Map<string, any[]>}} props */
function Days({ jobs, days }) {
    if (jobs.error && !jobs.list)
        return html`<${Failed} error=${jobs.error} again=${jobs.again} />`;
    if (!jobs.list)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
        </section>`;
    if (days.size === 0)
        return html`<section class="panel">
            <${Empty} icon="history" title="No such jobs">
                <p>What is begun here is listed here, with its undoing.</p>
                <a class="btn primary" href="#/new">
                    <${Icon} name="plus" />New job
                </a>
            <//>
        </section>`;
    return html`${[...days].map(
        ([day, list]) => html`<section key=${day} class="panel day">
            <header><h2>${day}</h2></header>
            <ul class="joblist wide">
                ${list.map((it) => html`<${JobRow} key=${it.id} job=${it} />`)}
            </ul>
        </section>`,
    )}
    ${
        jobs.load &&
        html`<button type="button" class="btn" onClick=${jobs.load}>
        Show older jobs
    </button>`
    }`;
}
