// The filter of a table of files, with its mistake in place; quick filters,
// columns, export. The service is the one who reads expressions.
import { setQuery } from '../address.js';
import { count } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { plain } from '../names.js';
import { can, session } from '../session.js';
import { Menu } from '../ui/menu.js';
import { useKeys } from '../ui/parts.js';
import { mistake, totalOf } from '../views.js';
import { columnOf } from './columns.js';
import { FORMATS } from './export.js';
import { These } from './these.js';

const QUICK = [
    ['Larger than 1 GiB', 'size > 1GiB'],
    ['Logs', 'ext in (log, gz, jsonl)'],
    ['Not touched for 2 years', 'modified before 2y'],
    ['Of this week', 'modified within 7d'],
];
const WAIT = 180;

/**
 * What is typed, and what is wrong with it.
 * @param {string} text @param {any} refused
 */
function useTyped(text, refused) {
    const [typed, setTyped] = useState(text);
    // What was found about which text: about another one it says nothing.
    const [told, tell] = useState(/** @type {any} */ ({}));
    useEffect(() => setTyped(text), [text]);
    useEffect(() => {
        if (!typed.trim() || typed === text) return;
        const abort = new AbortController();
        const timer = setTimeout(async () => {
            const found = await mistake(typed, abort.signal);
            if (!abort.signal.aborted) tell({ typed, found });
        }, WAIT);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [typed, text]);
    const mine = typed === text && refused?.body?.at != null;
    const found = told.typed === typed ? told.found : null;
    return { typed, setTyped, wrong: mine ? refused.body : found };
}

/** @param {any} props */
export function FilterBar(props) {
    const { query, view, error, columns, onExport } = props;
    const text = query.f ?? '';
    const { typed, setTyped, wrong } = useTyped(text, error);
    const box = useRef(/** @type {any} */ (null));
    useKeys({ '/': () => box.current?.focus() }, []);
    const run = (/** @type {string} */ f) => setQuery({ f }, { push: true });
    const submit = (/** @type {Event} */ e) => {
        e.preventDefault();
        if (!wrong) run(typed.trim());
    };
    return html`<form class="filterbar" role="search" onSubmit=${submit}>
            <div class="filterbox">
                <${Icon} name="filter" />
                <input
                    ref=${box}
                    class="input mono"
                    aria-label="Filter"
                    aria-invalid=${wrong ? 'true' : undefined}
                    aria-describedby="filter-help"
                    spellcheck=${false}
                    autocapitalize="off"
                    autocomplete="off"
                    placeholder=${
                        'size > 1GiB and modified before 30d and not path ' +
                        '~ "archive"'
                    }
                    value=${typed}
                    onInput=${(/** @type {any} */ e) =>
                        setTyped(e.target.value)}
                />
                ${
                    (text || typed) &&
                    html`<button
                    type="button"
                    class="icon-btn sm"
                    aria-label="Clear the filter"
                    onClick=${() => {
                        setTyped('');
                        run('');
                        box.current?.focus();
                    }}
                >
                    <${Icon} name="x" />
                </button>`
                }
            </div>
            <button
                type="submit"
                class="btn primary"
                disabled=${Boolean(wrong)}
            >
                Show
            </button>
            <${These} view=${view} query=${query} />
            <${Columns} columns=${columns} />
            ${can('POST exports') && html`<${Exports} onExport=${onExport} />`}
        </form>
        <div id="filter-help" class="filterhelp small">
            ${
                wrong
                    ? html`<${Wrong} typed=${typed} wrong=${wrong} />`
                    : html`<span class="dim" role="status">
                          <${Total} view=${view} filtered=${text !== ''} />
                      </span>
                      ${QUICK.map(
                          ([label, f]) => html`<button
                              key=${f}
                              type="button"
                              class="chip"
                              title=${f}
                              aria-pressed=${String(text === f)}
                              onClick=${() => run(text === f ? '' : f)}
                          >
                              ${label}
                          </button>`,
                      )}`
            }
        </div>`;
}

/** @param {{view: any, filtered: boolean}} props */
function Total({ view, filtered }) {
    if (!view) return 'counting…';
    const exact = view.total != null;
    return html`${!exact && 'at least '}<strong class="num"
            >${count(totalOf(view))}</strong
        >
        ${filtered ? ' files are so' : ' files'}`;
}

/**
 * Where the mistake is, and what instead.
 * @param {{typed: string, wrong: any}} props
 */
function Wrong({ typed, wrong }) {
    // Columns count characters, and not their halves in UTF-16.
    const all = [...typed];
    const from = Math.min(all.length, Math.max(0, wrong.at ?? 0));
    const to = from + Math.max(1, wrong.length ?? 1);
    const before = all.slice(Math.max(0, from - 24), from).join('');
    const at = all.slice(from, to).join('') || '▯';
    const after = all.slice(to, to + 16).join('');
    const said = plain(wrong.detail ?? wrong.title ?? '');
    return html`<span class="error" role="status">
        <${Icon} name="alert" />
        <span>
            <code>${plain(before)}<mark>${plain(at)}</mark>${plain(after)}</code>
            ${` ${said.replace(/\.$/, '')}. ${plain(wrong.hint ?? '')}`}
        </span>
    </span>`;
}

/** @param {any} props */
function Columns({ columns }) {
    const { names, set, all } = columns;
    const turn = (/** @type {string} */ name) => {
        const now = names.includes(name)
            ? names.filter((/** @type {string} */ it) => it !== name)
            : all.filter(
                  (/** @type {string} */ it) =>
                      it === name || names.includes(it),
              );
        set(now);
    };
    return html`<${Menu}
        icon="columns"
        title="Choose columns"
        label=${html`<span class="text">Columns</span>`}
    >
        ${all.map(
            (
                /** @type {string} */ name,
            ) => html`<label key=${name} class="item" data-stay>
                <input
                    type="checkbox"
                    checked=${names.includes(name)}
                    disabled=${name === 'path'}
                    onChange=${() => turn(name)}
                />${columnOf(name).label}
            </label>`,
        )}
    <//>`;
}

/** @param {{onExport: (format: string) => void}} props */
function Exports({ onExport }) {
    const has = session.get().formats ?? Object.keys(FORMATS);
    return html`<${Menu}
        icon="download"
        title="Export these rows"
        label=${html`<span class="text">Export</span>`}
    >
        ${Object.entries(FORMATS)
            .filter(([id]) => has.includes(id))
            .map(
                ([id, name]) => html`<button
                    key=${id}
                    type="button"
                    class="item"
                    onClick=${() => onExport(id)}
                >
                    ${name}…
                </button>`,
            )}
    <//>`;
}
