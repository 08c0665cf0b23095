// Everything by name: Ctrl K. And the keys, on ?.
import { go, link } from './address.js';
import { get } from './api.js';
import { html, useEffect, useRef, useState } from './html.js';
import { Icon } from './icons.js';
import { kindOf } from './kinds.js';
import { base, named, plain, quoted } from './names.js';
import { prefs } from './prefs.js';
import { offered as screens } from './screens.js';
import { offered } from './screens/new.js';
import { Dialog } from './ui/menu.js';

/** @typedef {{label: string, hint: string, icon: string, to?: string,
 *     run?: () => void}} Entry */

const MOST = 12;

/** @returns {Entry[]} */
function fixed() {
    const theme = (/** @type {string} */ id, /** @type {string} */ label) => ({
        label,
        hint: 'Theme',
        icon: id === 'dark' ? 'moon' : id === 'light' ? 'sun' : 'auto',
        run: () => prefs.set({ ...prefs.get(), theme: id }),
    });
    return [
        ...screens()
            .filter((it) => it.nav)
            .map((it) => ({
                label: it.title,
                hint: 'Screen',
                icon: it.icon ?? 'file',
                to: `#/${it.id}`,
            })),
        ...offered().map((kind) => ({
            label: `New job: ${kindOf(kind).label}`,
            hint: 'Begin',
            icon: kindOf(kind).icon,
            to: `#/new/${kind}`,
        })),
        theme('dark', 'Dark'),
        theme('light', 'Light'),
        theme('auto', 'As the system has it'),
    ];
}

/** Jobs and roots, as entries. @returns {Promise<Entry[]>} */
async function asked() {
    const [jobs, roots] = await Promise.all([get('jobs'), get('roots')]);
    return [
        ...(jobs.jobs ?? []).map((/** @type {any} */ it) => ({
            label: plain(it.title ?? kindOf(it.kind).label),
            hint: `Job ${it.id}`,
            icon: kindOf(it.kind).icon,
            to: `#/jobs/${it.id}`,
        })),
        ...(roots.roots ?? []).map((/** @type {any} */ it) => ({
            label: plain(base(named(it)) || named(it)),
            hint: plain(named(it)),
            icon: 'home',
            to: link('overview', { root: it.id }),
        })),
    ];
}

/** @param {string} text @param {Entry[]} all */
function search(text, all) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all
        .filter((it) => {
            const said = `${it.label} ${it.hint}`.toLowerCase();
            return words.every((word) => said.includes(word));
        })
        .slice(0, MOST);
    const part = text.trim();
    if (part) {
        const pattern = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        found.push({
            label: `Files whose path has “${part}”`,
            hint: 'Search',
            icon: 'search',
            to: link('files', { f: `path ~ ${quoted(pattern)}` }),
        });
    }
    return found;
}

/** @param {{onClose: () => void}} props */
export function Palette({ onClose }) {
    const [text, setText] = useState('');
    const [at, setAt] = useState(0);
    const [all, setAll] = useState(fixed);
    const ref = useRef(/** @type {any} */ (null));
    useEffect(() => {
        ref.current.showModal();
        ref.current.querySelector('input').focus();
        asked().then(
            (more) => setAll((was) => [...was, ...more]),
            () => {},
        );
    }, []);
    const found = search(text, all);
    const now = Math.min(at, found.length - 1);
    const run = (/** @type {Entry | undefined} */ it) => {
        if (!it) return;
        onClose();
        if (it.run) it.run();
        else if (it.to) go(it.to);
    };
    const keys = (/** @type {KeyboardEvent} */ e) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
        if (step) setAt((now + step + found.length) % found.length);
        else if (e.key === 'Enter') run(found[now]);
        else return;
        e.preventDefault();
    };
    const option = (/** @type {Entry} */ it, /** @type {number} */ i) =>
        html`<li
            key=${`${it.label} ${it.hint}`}
            id=${`found-${i}`}
            role="option"
            aria-selected=${String(i === now)}
            onMouseMove=${() => setAt(i)}
            onClick=${() => run(it)}
        >
            <${Icon} name=${it.icon} />
            <span class="grow cut">${it.label}</span>
            <span class="tiny faint cut">${it.hint}</span>
        </li>`;
    return html`<dialog
        ref=${ref}
        class="palette"
        aria-label="Go to or search"
        onClose=${onClose}
        onClick=${(/** @type {any} */ e) =>
            e.target === ref.current && onClose()}
    >
        <div class="findbox">
            <${Icon} name="search" />
            <input
                class="input"
                role="combobox"
                aria-expanded="true"
                aria-controls="found"
                aria-activedescendant=${now < 0 ? undefined : `found-${now}`}
                aria-label="Go to or search"
                placeholder="A screen, a job, a root, or part of a path"
                autocomplete="off"
                spellcheck=${false}
                value=${text}
                onInput=${(/** @type {any} */ e) => {
                    setText(e.target.value);
                    setAt(0);
                }}
                onKeyDown=${keys}
            />
        </div>
        <ul id="found" role="listbox" aria-label="Found">
            ${found.map(option)}
        </ul>
    </dialog>`;
}

const KEYS = [
    ['Ctrl K', 'go to anything, search'],
    ['?', 'these keys'],
    ['/', 'filter (Files)'],
    ['G', 'go to a row (Files)'],
    ['↑ ↓ PgUp PgDn Home End', 'move in a table'],
    ['Enter', 'open what is at hand'],
    ['N  P', 'next, previous group (Duplicates)'],
    ['← → ↑ ↓', 'move in the map of folders'],
    ['Enter  Backspace', 'open, go up in the map of folders'],
];

/** @param {{open: boolean, onClose: () => void}} props */
export const Keys = ({ open, onClose }) =>
    html`<${Dialog}
        open=${open}
        onClose=${onClose}
        title="Keys"
        width="34rem"
    >
        <dl class="keylist">
            ${KEYS.map(
                ([keys, text]) => html`<div key=${keys}>
                    <dt>
                        ${keys
                            .split('  ')
                            .map((it) => html`<kbd key=${it}>${it}</kbd> `)}
                    </dt>
                    <dd>${text}</dd>
                </div>`,
            )}
        </dl>
    <//>`;
