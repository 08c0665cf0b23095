// Groups of equal files: which of each are kept, by rules and by hand.
import { address, link } from '../address.js';
import { get } from '../api.js';
import { useCell } from '../cell.js';
import { ago, count, plural } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen, where } from '../kinds.js';
import { changes } from '../live.js';
import { useLoad } from '../loading.js';
import { useRootNames } from '../roots.js';
import { Banner, Bones, Empty, Failed } from '../ui/parts.js';
import { Groups } from './groups.js';
import { Pairs } from './pairs.js';

const SHOWN = ['done', 'no', 'running', 'cancelled'];

/** The job that is looked at: that of the address, or the newest. */
function useJob() {
    const { query } = useCell(address);
    const { job } = useCell(changes);
    return useLoad(
        async (signal) => {
            if (query.job)
                return get(`jobs/${encodeURIComponent(query.job)}`, {
                    signal,
                });
            const { jobs } = await get('jobs?kind=dupes', { signal });
            const fit = jobs.filter((/** @type {any} */ it) =>
                SHOWN.includes(it.state),
            );
            // One that runs is shown where there is none that has ended.
            return (
                fit.find((/** @type {any} */ it) => !isOpen(it)) ??
                fit[0] ??
                null
            );
        },
        [query.job, job],
    );
}

export function Duplicates() {
    const { parts } = useCell(address);
    const { data: job, error, again } = useJob();
    const body =
        error && !job
            ? html`<${Failed} error=${error} again=${again} />`
            : job === undefined
              ? html`<section class="panel">
                    <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
                </section>`
              : job === null
                ? html`<${Never} />`
                : html`<${Found} job=${job} tab=${parts[0] || 'groups'} />`;
    return html`<div>
        <div class="head">
            <div>
                <h1>Duplicates</h1>
                <p>${job ? html`<${About} job=${job} />` : ' '}</p>
            </div>
            ${
                job &&
                html`<div class="end">
                <a class="btn" href="#/new/dupes">Search again</a>
            </div>`
            }
        </div>
        ${body}
    </div>`;
}

/** @param {{job: any}} props */
function About({ job }) {
    const nameOf = useRootNames();
    return html`${`In ${where(job, nameOf)}, `}<a href=${`#/jobs/${job.id}`}
            >job ${job.id}</a
        >${`, ${ago(job.ended ?? job.started)}; equal by content`}`;
}

const Never = () =>
    html`<section class="panel">
        <${Empty} icon="dupes" title="Nobody has looked for duplicates yet">
            <p>
                Files of one size are compared by their content. Nothing is
                changed: you see the groups first, and then a plan.
            </p>
            <a class="btn primary" href="#/new/dupes">
                <${Icon} name="dupes" />Find duplicates
            </a>
        <//>
    </section>`;

/** @param {{job: any, tab: string}} props */
function Found({ job, tab }) {
    const asked = { job: job.id };
    const tabs = [
        ['groups', 'Groups', link('duplicates', asked)],
        ['folders', 'Folder pairs', link('duplicates/folders', asked)],
    ];
    const groups = job.result?.groups;
    if (job.state !== 'running' && groups === 0)
        return html`<section class="panel">
            <${Empty} icon="check" title="No two files are the same">
                <p>
                    ${plural(job.files ?? 0, 'file')} were looked at, and
                    nothing is there twice.
                </p>
            <//>
        </section>`;
    return html`<nav class="tabs" aria-label="Views of the duplicates">
            ${tabs.map(
                ([id, label, to]) => html`<a
                    key=${id}
                    href=${to}
                    aria-current=${tab === id ? 'page' : undefined}
                    >${label}</a
                >`,
            )}
        </nav>
        ${
            isOpen(job) &&
            html`<div class="gap">
            <${Banner}
                icon="play"
                end=${html`<a class="btn sm" href=${`#/jobs/${job.id}`}
                    >Watch it</a
                >`}
            >
                <strong>The job is still running.</strong> These are the groups
                that were found until now.
            <//>
        </div>`
        }
        ${
            job.state === 'cancelled' &&
            html`<div class="gap">
            <${Banner} tone="warn" icon="stop">
                <strong>The job was cancelled.</strong>
                ${
                    groups == null
                        ? ''
                        : ` ${count(groups)} groups were ` +
                          'found until then.'
                }
            <//>
        </div>`
        }
        ${
            tab === 'folders'
                ? html`<${Pairs} job=${job} />`
                : html`<${Groups} key=${job.id} job=${job} />`
        }`;
}
