// Groups of equal files, and the rules by which one of each stays.
import { address, link } from '../address.js';
import { useCell } from '../cell.js';
import { ago, bytes, count, plural } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { isOpen, where } from '../kinds.js';
import { useNewest } from '../newest.js';
import { useRootNames } from '../roots.js';
import { Banner, Bones, Empty, Failed } from '../ui/parts.js';
import { Groups } from './groups.js';
import { FolderPairs } from './pairs.js';
import { Similar } from './similar.js';

export function Duplicates() {
    const { parts, query } = useCell(address);
    const tab = parts[0] ?? '';
    if (tab === 'similar')
        return html`<div>
            <div class="head">
                <div>
                    <h1>Duplicates</h1>
                    <p>What looks nearly the same. Similar is a guess.</p>
                </div>
                <div class="end">
                    <a class="btn" href="#/new/similar?images=1">
                        Compare pictures
                    </a>
                </div>
            </div>
            <${Tabs} tab=${tab} query=${{}} />
            <${Similar} id=${query.job} />
        </div>`;
    return html`<${Equal} tab=${tab} query=${query} />`;
}

/** @param {{tab: string, query: Record<string, string>}} props */
function Equal({ tab, query }) {
    const { data: job, error, again } = useNewest(query.job, ['dupes']);
    const body =
        error && job === undefined
            ? html`<${Failed} error=${error} again=${again} />`
            : job === undefined
              ? html`<section class="panel">
                    <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
                </section>`
              : job === null
                ? html`<${Never} />`
                : html`<${Found} key=${job.id} job=${job} tab=${tab} />`;
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
        <${Tabs} tab=${tab} query=${query} />
        ${body}
    </div>`;
}

/** @param {{tab: string, query: Record<string, string>}} props */
const Tabs = ({ tab, query }) =>
    html`<nav class="tabs" aria-label="Views of the duplicates">
        ${TABS.map(
            ([id, label]) =>
                html`<a
                    key=${id}
                    href=${link(
                        id ? `duplicates/${id}` : 'duplicates',
                        // Similar files are those of another job.
                        id === 'similar' ? {} : query,
                    )}
                    aria-current=${id === tab ? 'page' : undefined}
                >
                    ${label}
                </a>`,
        )}
    </nav>`;

const TABS = [
    ['', 'Groups'],
    ['folders', 'Folder pairs'],
    ['similar', 'Similar images'],
];

/** @param {{job: any}} props */
function About({ job }) {
    const nameOf = useRootNames();
    const of = job.result ?? {};
    const groups =
        of.groups == null
            ? ''
            : `${plural(of.groups, 'group')}, ` +
              `${bytes(of.reclaimable ?? 0)} to reclaim; `;
    const when = ago(job.ended ?? job.started);
    return html`${`${groups}in ${where(job, nameOf)}, `}<a
            href=${`#/jobs/${job.id}`}
            >job ${job.id}</a
        >${`, ${when}. Equal by content.`}`;
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
    const groups = job.result?.groups;
    if (!isOpen(job) && groups === 0)
        return html`<section class="panel">
            <${Empty} icon="check" title="No two files are the same">
                <p>
                    ${plural(job.files ?? 0, 'file')} were looked at, and
                    nothing is there twice.
                </p>
            <//>
        </section>`;
    const watch = html`<a class="btn sm" href=${`#/jobs/${job.id}`}>
        Watch it
    </a>`;
    return html`${
        isOpen(job) &&
        html`<div class="gap">
            <${Banner} icon="play" end=${watch}>
                <strong>The job is still running.</strong> These are the groups
                that were found until now.
            <//>
        </div>`
    }
    ${
        job.state === 'cancelled' &&
        html`<div class="gap">
            <${Banner} tone="warn" icon="stop">
                <strong>The job was cancelled.</strong> These are the
                ${` ${count(job.rows ?? 0)} files that were found until then.`}
            <//>
        </div>`
    }
        ${
            tab === 'folders'
                ? html`<${FolderPairs} job=${job} />`
                : html`<${Groups} job=${job} />`
        }`;
}
