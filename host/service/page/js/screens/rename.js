// New names for many files: a template, a live preview, then a plan. The
// service makes the names, in the sandbox, as the program does.
import { address, go, link } from '../address.js';
import { post } from '../api.js';
import { useCell } from '../cell.js';
import { count, plural } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { toast } from '../messages.js';
import { base, named, plain, safe } from '../names.js';
import { can, hasKind, mayChange } from '../session.js';
import { differ } from '../differ.js';
import { useListed } from '../sources.js';
import { Grid } from '../ui/grid.js';
import { Banner, Bones, Empty, Failed, Seg } from '../ui/parts.js';
import { objects, totalOf, useView } from '../views.js';
import { requestOf } from './files.js';
import { Template, TEMPLATES } from './template.js';

const WAIT = 150;
/** What was typed last: one may come back to it. */
const kept = {
    template: TEMPLATES[0][1],
    find: '',
    put: '',
    regex: false,
    lower: false,
};

/**
 * What is asked of the service.
 * @param {any} view @param {typeof kept} form
 */
function request(view, form) {
    const { template, find, put, regex, lower } = form;
    return {
        view: view.id,
        template,
        ...(find ? { replace: { find, put, regex } } : {}),
        ...(lower ? { lower } : {}),
    };
}

/** Whether the service makes names while one types. */
const canPreview = () => can('POST renames/preview');

/**
 * How many get which names, asked again a little after each key.
 * @param {any} view @param {typeof kept} form
 */
function usePreview(view, form) {
    const [state, set] = useState(
        /** @type {{told?: any, error?: any, key: string}} */ ({ key: '' }),
    );
    const ready = view?.state === 'ready' && canPreview();
    const key = JSON.stringify([view?.id, form]);
    useEffect(() => {
        if (!ready) return;
        const abort = new AbortController();
        const { signal } = abort;
        const timer = setTimeout(async () => {
            const body = { ...request(view, form), from: 0, count: 1 };
            try {
                const told = await post('renames/preview', body, { signal });
                set({ told, key });
            } catch (error) {
                if (!signal.aborted) set((was) => ({ ...was, error, key }));
            }
        }, WAIT);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [key, ready]);
    return state;
}

export function Rename() {
    const { query } = useCell(address);
    const newest = useListed(query);
    const asked = newest.data ? requestOf(query, newest.data) : null;
    const { view, error, again } = useView(asked, null);
    const [form, setForm] = useState({ ...kept });
    const preview = usePreview(view, form);
    const { told } = preview;
    // What a plan was refused for, until something else is typed.
    const [refused, setRefused] = useState(/** @type {any} */ (null));
    const wrong = preview.error ?? refused;
    const [busy, setBusy] = useState(false);
    Object.assign(kept, form);
    const set = (/** @type {any} */ now) => {
        setRefused(null);
        setForm((was) => ({ ...was, ...now }));
    };
    const counts = told?.counts ?? {};
    const why =
        mayChange() ||
        (hasKind('rename') ? '' : 'This service does not rename.');
    const review = async () => {
        setBusy(true);
        try {
            const body = { kind: 'rename', ...request(view, form) };
            const plan = await post('plans', body);
            go(`#/plans/${plan.id}`);
        } catch (problem) {
            const it = /** @type {any} */ (problem);
            if (it.status === 422) setRefused(it);
            else toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    const none = newest.data === null;
    return html`<div class="rename">
        <div class="head">
            <div>
                <h1>Rename</h1>
                <p>${view ? plural(totalOf(view), 'file') : ' '}</p>
            </div>
            <div class="end">
                <a class="btn" href=${link('files', query)}>
                    <${Icon} name="files" />Choose other files
                </a>
            </div>
        </div>
        ${
            why &&
            html`<${Banner} tone="warn" icon="lock">
            <strong>Names can be tried out, and not given.</strong> ${why}
        <//>`
        }
        <${Template}
            form=${form}
            set=${set}
            wrong=${wrong}
            onReview=${review}
            disabled=${
                busy ||
                Boolean(wrong || why) ||
                !(canPreview() ? counts.new : totalOf(view))
            }
        />
        ${
            none
                ? html`<section class="panel">
                  <${Empty} icon="scan" title="Nothing has been looked at yet">
                      <a class="btn primary" href="#/new/scan">
                          Choose what to scan
                      </a>
                  <//>
              </section>`
                : error
                  ? html`<${Failed} error=${error} again=${again} />`
                  : !canPreview()
                    ? html`<${Later} view=${view} />`
                    : !told && !wrong
                      ? html`<section class="panel">
                      <div class="body"><${Bones} n=${8} /></div>
                  </section>`
                      : html`<${Preview}
                      view=${view}
                      form=${form}
                      told=${told}
                      wrong=${wrong}
                  />`
        }
    </div>`;
}

/**
 * What is said where names are not made while one types.
 * @param {{view: any}} props
 */
const Later = ({ view }) =>
    html`<section class="panel">
        <${Empty} icon="rename" title="The plan shows each new name">
            <p>
                ${
                    view
                        ? `${plural(totalOf(view), 'file')} would be renamed. `
                        : ''
                }
                It lists old and new names, and what stands in the way. Nothing
                happens before you have seen it.
            </p>
        <//>
    </section>`;

/** @param {any} props */
function Preview({ view, form, told, wrong }) {
    const [only, setOnly] = useState('all');
    const [at, setAt] = useState(-1);
    const counts = told?.counts ?? {};
    const of = /** @type {Record<string, number>} */ ({
        all: told?.total ?? 0,
        conflicts: counts.conflicts ?? 0,
        warnings: counts.warnings ?? 0,
    });
    const shown = of[only] || only === 'conflicts' ? only : 'all';
    const total = wrong ? 0 : of[shown];
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const body = {
            ...request(view, form),
            ...(shown === 'all' ? {} : { only: shown }),
            from,
            count: size,
        };
        return objects(await post('renames/preview', body, { signal }));
    };
    const options = [
        { id: 'all', label: `All ${count(of.all)}` },
        { id: 'conflicts', label: `Conflicts ${count(of.conflicts)}` },
        ...(of.warnings
            ? [{ id: 'warnings', label: `Warnings ${count(of.warnings)}` }]
            : []),
    ];
    const empty = html`<${Empty}
        icon=${wrong ? 'alert' : 'check'}
        title=${wrong ? 'The template is not complete' : 'None'}
    />`;
    return html`<section class="panel flush">
        <header>
            <h2 class="grow">Preview</h2>
            <${Seg}
                label="Which files"
                value=${shown}
                options=${options}
                onChange=${setOnly}
            />
        </header>
        ${!wrong && html`<${Checks} counts=${counts} show=${setOnly} />`}
        <${Grid}
            label="Old and new names"
            total=${total}
            version=${JSON.stringify([view?.id, form, shown, Boolean(wrong)])}
            at=${at}
            onAt=${setAt}
            height="max(18rem, calc(100dvh - 29rem))"
            load=${load}
            empty=${empty}
            rowClass=${(/** @type {any} */ row) =>
                row.problem ? 'isbad' : ''}
            columns=${COLUMNS}
        />
    </section>`;
}

/** @param {{counts: any, show: (id: string) => void}} props */
function Checks({ counts, show }) {
    const line = (
        /** @type {string} */ tone,
        /** @type {any} */ text,
        /** @type {string} */ id = '',
    ) => html`<li class=${tone}>
        <${Icon} name=${tone === 'ok' ? 'check' : 'alert'} />
        <span>
            ${text}
            ${
                id &&
                html`${' '}<button
                    type="button"
                    class="linkish"
                    onClick=${() => show(id)}
                >
                    show
                </button>`
            }
        </span>
    </li>`;
    const bad = counts.conflicts ?? 0;
    const same = counts.same ?? 0;
    return html`<ul class="strip checks">
        ${line(
            'ok',
            html`<strong class="num">${count(counts.new ?? 0)}</strong> get a
                new name${same ? `, ${count(same)} have it already` : ''}`,
        )}
        ${
            bad
                ? line(
                      'bad',
                      html`<strong class="num">${count(bad)}</strong> cannot be
                      renamed so and keep their names`,
                      'conflicts',
                  )
                : line('ok', 'No two get the same name, none takes another’s')
        }
        ${
            counts.hops > 0 &&
            line(
                'ok',
                `${count(counts.hops)} take a name that another gives ` +
                    'up: by way of temporary names',
            )
        }
        ${
            counts.warnings > 0 &&
            line(
                'warn',
                `${plural(counts.warnings, 'name')} that Windows and ` +
                    'some shares refuse',
                'warnings',
            )
        }
    </ul>`;
}

/**
 * A name with what the other has not.
 * @param {string} mine @param {string} other @param {string} tone
 */
const marked = (mine, other, tone) =>
    differ(other, mine).map((it) =>
        it.own
            ? html`<mark class=${tone}>${safe(it.text)}</mark>`
            : safe(it.text),
    );

/** @param {any} row */
const oldOf = (row) => base(named(row));
/** @param {any} row */
const newOf = (row) => base(named(row, 'to'));

const COLUMNS = /** @type {import('../ui/grid.js').Column[]} */ ([
    {
        id: 'from',
        label: 'Now',
        width: 'minmax(11rem, .8fr)',
        cell: (row) =>
            html`<bdi class="mono small" title=${plain(named(row))}>
                ${
                    newOf(row) && !row.problem
                        ? marked(oldOf(row), newOf(row), 'old')
                        : safe(oldOf(row))
                }
            </bdi>`,
    },
    {
        id: 'to',
        label: 'Then',
        width: 'minmax(16rem, 1.2fr)',
        cell: (row) =>
            newOf(row)
                ? html`<bdi class="mono small">
                      ${marked(newOf(row), oldOf(row), 'new')}
                  </bdi>`
                : html`<span class="faint">stays as it is</span>`,
    },
    {
        id: 'note',
        label: html`<span class="sr">Note</span>`,
        width: 'minmax(12rem, .8fr)',
        cell: (row) => {
            const why = row.problem ?? row.warning;
            if (why)
                return html`<span
                    class=${`tag ${row.problem ? 'drop' : 'warn'}`}
                    title=${plain(why)}
                >
                    <${Icon} name="alert" />${safe(why)}
                </span>`;
            return oldOf(row) === newOf(row)
                ? html`<span class="faint small">the same</span>`
                : '';
        },
    },
]);
