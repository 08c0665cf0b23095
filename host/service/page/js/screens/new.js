// A new job: what, where, which files; and the same as a command.
import { address, go } from '../address.js';
import { post } from '../api.js';
import { useCell } from '../cell.js';
import { plural } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { KINDS, kindOf } from '../kinds.js';
import { plain } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind, mayChange, mayRun } from '../session.js';
import { Bones, Command, Failed, Banner } from '../ui/parts.js';
import { FolderPicker, idOf, pathOf, wiredPlace } from '../ui/picker.js';
import { command } from './command.js';
import { Estimate } from './estimate.js';
import { How, Which, alike } from './options.js';
import { Storing, isOfStore, stored, storing } from './storing.js';

const LOOK = /** @type {[string, string][]} */ ([
    [
        'snapshot',
        'Which files are there, kept: Overview, Files and Changes show it.',
    ],
    ['scan', 'Which files are there now: names, sizes, times.'],
    ['hash', 'Their digests, made in the sandbox.'],
    ['dupes', 'Which are the same, byte for byte.'],
    ['similar', 'Which texts, or pictures, are nearly the same.'],
    ['summary', 'What folders consist of: types, ages, sizes, owners.'],
    ['diff', 'What differs between two snapshots.'],
    ['verify', 'Reads files again whose digests are known.'],
    ['store-put', 'Into a store: each content is kept there once.'],
]);
const CHANGE = /** @type {[string, string][]} */ ([
    ['rename', 'New names from a template.'],
    ['move', 'To another folder.'],
    ['copy', 'To another folder, and verified.'],
    ['delete', 'Into the trash, from where they can come back.'],
    ['store-get', 'Back from a store; what is there stays.'],
]);
const PLANNED = CHANGE.map(([kind]) => kind).filter(
    (kind) => kind !== 'store-get',
);

/** The kinds that can be begun here. */
export const offered = () =>
    [...LOOK, ...CHANGE].map(([kind]) => kind).filter(hasKind);

/** @param {string} kind */
const noteOf = (kind) =>
    [...LOOK, ...CHANGE].find(([id]) => id === kind)?.[1] ?? '';

/** @param {{now: string}} props */
function Kinds({ now }) {
    const list = (
        /** @type {string} */ title,
        /** @type {[string, string][]} */ all,
        why = '',
    ) => {
        const here = all.filter(([kind]) => hasKind(kind));
        if (!here.length) return null;
        return html`<div key=${title}>
            <div class="label faint tiny">${title}</div>
            ${why && html`<p class="hint kindwhy">${why}</p>`}
            <ul>
                ${here.map(
                    ([kind, note]) => html`<li key=${kind}>
                        <a
                            href=${`#/new/${kind}`}
                            aria-current=${kind === now ? 'page' : undefined}
                        >
                            <${Icon} name=${kindOf(kind).icon} />
                            <span>
                                <strong>${kindOf(kind).label}</strong>
                                <span class="tiny note">${note}</span>
                            </span>
                        </a>
                    </li>`,
                )}
            </ul>
        </div>`;
    };
    return html`<nav class="panel whats" aria-label="Kind of job">
        ${list('Look', LOOK)}
        ${list('Change, with a plan first', CHANGE, mayChange())}
    </nav>`;
}

export function NewJob() {
    const { parts, query } = useCell(address);
    const asked = parts[0] ?? '';
    const kind = KINDS[asked] && noteOf(asked) ? asked : offered()[0];
    return html`<div>
        <div class="head">
            <div>
                <h1>New job</h1>
                <p>${kindOf(kind).label}: ${noteOf(kind)}</p>
            </div>
        </div>
        <div class="newjob">
            <${Kinds} now=${kind} />
            ${
                kind === 'diff'
                    ? html`<${Elsewhere}
                      text=${
                          'Snapshots are chosen on a line of time, with ' +
                          'what they hold.'
                      }
                      to="#/changes"
                      icon="diff"
                      label="Compare snapshots"
                  />`
                    : kind === 'rename'
                      ? html`<${Elsewhere}
                        text=${
                            'Names are tried out on the files themselves, ' +
                            'before anything happens.'
                        }
                        to="#/rename"
                        icon="rename"
                        label="Open Rename"
                    />`
                      : html`<${Form}
                        key=${`${kind} ${JSON.stringify(query)}`}
                        kind=${kind}
                        query=${query}
                    />`
            }
        </div>
    </div>`;
}

/** @param {{text: string, to: string, icon: string, label: string}} props */
const Elsewhere = ({ text, to, icon, label }) =>
    html`<section class="panel">
        <div class="body stack">
            <p class="dim">${text}</p>
            <div>
                <a class="btn primary" href=${to}>
                    <${Icon} name=${icon} />${label}
                </a>
            </div>
        </div>
    </section>`;

/**
 * What the form begins with.
 * @param {string} kind @param {Record<string, string>} query
 */
function initial(kind, query) {
    return {
        extension: '',
        min_size: query.size ?? (kind === 'dupes' ? '1' : ''),
        max_size: query.size ?? '',
        where: query.f ?? '',
        max_depth: '',
        hidden: false,
        follow: false,
        hardlinks: false,
        hash: false,
        algorithm: 'xxh3-128',
        images: query.images === '1',
        rotations: false,
        ...storing(),
    };
}

const HASHING = ['hash', 'dupes', 'verify', 'copy'];

/**
 * The job's options for the wire: those that say something.
 * @param {string} kind @param {any} form
 */
function optionsOf(kind, form) {
    const extension = form.extension
        .split(/[\s,]+/)
        .map((/** @type {string} */ it) => it.replace(/^\./, ''))
        .filter(Boolean);
    const texts = ['min_size', 'max_size', 'where'].filter((it) =>
        form[it].trim(),
    );
    const flags = ['hidden', 'follow'].filter((it) => form[it]);
    const algorithm = HASHING.includes(kind) && form.algorithm !== 'xxh3-128';
    return {
        ...(extension.length ? { extension } : {}),
        ...Object.fromEntries(texts.map((it) => [it, form[it].trim()])),
        ...(form.max_depth ? { max_depth: Number(form.max_depth) } : {}),
        ...Object.fromEntries(flags.map((it) => [it, true])),
        ...(kind === 'summary' ? { depth: 4 } : {}),
        ...(kind === 'dupes' && form.hardlinks ? { hardlinks: true } : {}),
        ...(kind === 'snapshot' && form.hash ? { hash: true } : {}),
        ...(algorithm ? { algorithm: form.algorithm } : {}),
        ...stored(kind, form),
        ...alike(kind, form),
    };
}

/** @param {{kind: string, query: Record<string, string>}} props */
function Form({ kind, query }) {
    const roots = useRoots();
    const first = query.root
        ? [idOf({ root: query.root, path: query.at ?? '' })]
        : [];
    const [chosen, setChosen] = useState(/** @type {string[]} */ (first));
    const [to, setTo] = useState(/** @type {string[]} */ ([]));
    const [form, setForm] = useState(initial(kind, query));
    const [wrong, setWrong] = useState(/** @type {any} */ (null));
    const [busy, setBusy] = useState(false);
    const all = roots.list;
    const planned = PLANNED.includes(kind);
    const got = kind === 'store-get';
    const moved = got || kind === 'move' || kind === 'copy';
    useEffect(() => {
        // The only root, or all of them where one only looks.
        if (all.length && !first.length && !planned)
            setChosen(all.map((/** @type {any} */ it) => String(it.id)));
    }, [roots.data]);
    const options = optionsOf(kind, form);
    const body = {
        kind,
        ...(got ? {} : { roots: chosen.map(wiredPlace) }),
        ...options,
    };
    const forbidden = planned || got ? mayChange() : mayRun();
    const submit = async (/** @type {Event} */ e) => {
        e.preventDefault();
        const missing = !got && !chosen.length
            ? { option: 'roots', detail: 'Choose at least one folder.' }
            : moved && !to.length
              ? { option: 'into', detail: 'Choose where they go.' }
              : null;
        setWrong(missing);
        if (missing) return point(missing.option);
        setBusy(true);
        try {
            const target = moved ? { into: wiredPlace(to[0]) } : {};
            if (planned) {
                const plan = await post('plans', { ...body, ...target });
                go(`#/plans/${plan.id}`);
            } else {
                const job = await post('jobs', { ...body, ...target });
                go(`#/jobs/${job.id}`);
            }
        } catch (error) {
            const problem = /** @type {any} */ (error);
            const option = problem.body?.option ?? problem.body?.field;
            const at = problem.body?.at != null ? 'where' : option;
            setWrong({
                option: at,
                detail: problem.detail ?? problem.message,
                hint: problem.body?.hint,
                title: problem.message,
            });
            point(at);
        }
        setBusy(false);
    };
    const set = (/** @type {any} */ now) =>
        setForm((/** @type {any} */ was) => ({ ...was, ...now }));
    const by = (/** @type {string} */ name) =>
        wrong?.option === name ? wrong : null;
    const inPlace = ['roots', 'into', ...Object.keys(form)];
    const elsewhere = wrong && !inPlace.includes(wrong.option);
    return html`<form class="stack" onSubmit=${submit} novalidate>
        ${
            forbidden &&
            html`<${Banner} tone="warn" icon="lock">
            <strong>Not possible here.</strong> ${forbidden}
        <//>`
        }
        ${
            !got &&
            html`<${Where}
            title="Where"
            name="roots"
            roots=${roots}
            chosen=${chosen}
            onChange=${setChosen}
            wrong=${by('roots')}
        />`
        }
        ${isOfStore(kind) && html`<${Storing} kind=${kind} form=${form} set=${set} />`}
        ${
            moved &&
            html`<${Where}
            title="To"
            name="into"
            single
            roots=${roots}
            chosen=${to}
            onChange=${setTo}
            wrong=${by('into')}
        />`
        }
        <${Which} kind=${kind} form=${form} set=${set} by=${by} />
        ${
            HASHING.includes(kind) &&
            html`<${How} kind=${kind} form=${form} set=${set} by=${by} />`
        }
        ${
            elsewhere &&
            html`<${Failed}
            error=${{ message: wrong.title, detail: wrong.detail }}
        />`
        }
        <section class="panel begin">
            <div class="body row wrap">
                <div class="grow">
                    ${
                        planned
                            ? html`<strong>
                                  Nothing is changed by beginning:
                              </strong>
                              <span class="dim">
                                  ${' '}a plan is made, and you look at it
                                  first.
                              </span>`
                            : html`<${Estimate}
                              body=${chosen.length && !got ? body : null}
                          />`
                    }
                </div>
                <button
                    type="submit"
                    class="btn primary"
                    disabled=${busy || Boolean(forbidden)}
                >
                    ${planned ? 'Make a plan' : (kindOf(kind).verb ?? 'Begin')}
                </button>
            </div>
        </section>
        ${
            chosen.length > 0 &&
            !isOfStore(kind) &&
            html`<section class="stack tight">
            <div class="label small dim">The same from the command line</div>
            <${Command}
                text=${command(
                    kind,
                    options,
                    chosen.map((it) => pathOf(all, it)),
                    to[0] && pathOf(all, to[0]),
                )}
            />
        </section>`
        }
    </form>`;
}

/** Has the focus go to what is wrong. @param {string} option */
function point(option) {
    requestAnimationFrame(() => {
        const at = document.querySelector(
            `[data-option="${CSS.escape(option ?? '')}"]`,
        );
        const inner = at?.querySelector('[tabindex="0"]') ?? at;
        /** @type {HTMLElement | null} */ (inner)?.focus();
    });
}

/** @param {any} props */
function Where({ title, name, roots, chosen, onChange, single, wrong }) {
    const all = roots.list;
    const fit = single
        ? all.filter((/** @type {any} */ it) => it.writable !== false)
        : all;
    const said = !chosen.length
        ? 'nothing is chosen yet'
        : single
          ? plain(pathOf(all, chosen[0]))
          : plural(chosen.length, 'folder');
    return html`<section class="panel" data-option=${name}>
        <header>
            <h2 class="grow">${title}</h2>
            <span
                class=${wrong ? 'error' : 'small dim num cut'}
                role=${wrong ? 'alert' : undefined}
            >
                ${wrong ? wrong.detail : said}
            </span>
        </header>
        ${
            roots.error
                ? html`<div class="body">
                  <${Failed} error=${roots.error} again=${roots.again} />
              </div>`
                : !roots.data
                  ? html`<div class="body"><${Bones} /></div>`
                  : html`<${FolderPicker}
                    label=${title === 'To' ? 'Where they go' : undefined}
                    roots=${fit}
                    chosen=${chosen}
                    onChange=${onChange}
                    single=${single}
                />`
        }
    </section>`;
}
