// The steps of a plan, each with the reason beside it.
import { get, query } from '../api.js';
import { bytes, count } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { Path, named, plain } from '../names.js';
import { Grid } from '../ui/grid.js';
import { Empty, Seg } from '../ui/parts.js';
import { objects } from '../views.js';

const STATES = /** @type {Record<string, [string, string, string]>} */ ({
    done: ['done', 'check', 'keep'],
    failed: ['failed', 'alert', 'drop'],
    skipped: ['left alone', 'alert', 'warn'],
    changed: ['left alone', 'alert', 'warn'],
    left_alone: ['left alone', 'alert', 'warn'],
    undone: ['undone', 'undo', 'info'],
    kept: ['kept', 'alert', 'warn'],
});

/** @param {any} row */
function State(row) {
    const [label, icon, tone] = STATES[row.state] ?? [];
    if (!label) return '';
    const why = plain(row.why ?? '');
    return html`<span class="row" title=${why}>
        <span class=${`tag ${tone}`}><${Icon} name=${icon} />${label}</span>
        ${why && html`<span class="tiny cut">${why}</span>`}
    </span>`;
}

/** @param {string} field */
const path = (field) => (/** @type {any} */ row) => {
    const name = named(row, field);
    return name ? html`<${Path} path=${name} />` : '';
};

/** @param {any} plan */
function columnsOf(plan) {
    const wide = 'minmax(16rem, 1fr)';
    const removes = ['dedupe', 'delete'].includes(plan.kind) && !plan.of;
    const because = plan.kind === 'dedupe' && !plan.of;
    return [
        {
            id: 'path',
            label: removes ? 'This makes way' : 'From',
            width: wide,
            cell: (/** @type {any} */ row) =>
                path(
                    row.path != null || row.path_base64 != null
                        ? 'path'
                        : 'from',
                )(row),
        },
        ...(because
            ? [
                  {
                      id: 'because',
                      label: 'because this stays',
                      width: wide,
                      cell: path('because'),
                  },
              ]
            : []),
        ...(removes
            ? []
            : [{ id: 'to', label: 'To', width: wide, cell: path('to') }]),
        {
            id: 'size',
            label: 'Size',
            width: '6.5rem',
            right: true,
            cell: (/** @type {any} */ row) =>
                row.size == null ? '' : bytes(row.size),
        },
        {
            id: 'state',
            label: html`<span class="sr">State</span>`,
            width: 'minmax(8rem, .6fr)',
            cell: State,
        },
    ];
}

/** @param {{plan: any, url: string}} props */
export function Steps({ plan, url }) {
    const [only, setOnly] = useState('all');
    const [at, setAt] = useState(-1);
    const of = /** @type {Record<string, number>} */ ({
        all: plan.steps ?? 0,
        left_alone: plan.left_alone ?? 0,
        failed: plan.applied?.failed ?? 0,
    });
    const options = [
        { id: 'all', label: `All ${count(of.all)}` },
        ...(of.left_alone
            ? [
                  {
                      id: 'left_alone',
                      label: `Left alone ${count(of.left_alone)}`,
                  },
              ]
            : []),
        ...(of.failed
            ? [{ id: 'failed', label: `Failed ${count(of.failed)}` }]
            : []),
    ];
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const asked = { from, count: size, only: only === 'all' ? '' : only };
        return objects(await get(query(`${url}/steps`, asked), { signal }));
    };
    return html`<section class="panel flush">
        <header>
            <h2 class="grow">Steps</h2>
            ${
                options.length > 1 &&
                html`<${Seg}
                label="Which steps"
                value=${only}
                options=${options}
                onChange=${setOnly}
            />`
            }
        </header>
        <${Grid}
            label="Steps of the plan"
            total=${of[only] ?? 0}
            version=${`${plan.id} ${plan.state} ${only}`}
            at=${at}
            onAt=${setAt}
            height="18rem"
            load=${load}
            columns=${columnsOf(plan)}
            empty=${html`<${Empty}
                icon="check"
                title="There is nothing to do"
            />`}
        />
    </section>`;
}
