// The small parts that screens are made of.
import { useCell } from '../cell.js';
import { html, useEffect, useId, useState } from '../html.js';
import { Icon } from '../icons.js';
import { dismiss, spoken, toasts } from '../messages.js';

/**
 * A choice among a few, all visible.
 * @param {{label: string, value: string, hideText?: boolean,
 *     options: {id: string, label: string, icon?: string, hint?: string}[],
 *     onChange: (id: string) => void}} props
 */
export function Seg({ label, value, options, onChange, hideText }) {
    const name = useId();
    return html`<div class="seg" role="radiogroup" aria-label=${label}>
        ${options.map(
            (it) => html`<label key=${it.id} title=${it.hint}>
                <input
                    type="radio"
                    name=${name}
                    checked=${it.id === value}
                    onChange=${() => onChange(it.id)}
                    aria-label=${hideText ? it.label : undefined}
                />
                <span
                    >${it.icon && html`<${Icon} name=${it.icon} />`}
                    ${!hideText && it.label}</span
                >
            </label>`,
        )}
    </div>`;
}

/**
 * How much of a whole; `value` null: no one knows.
 * @param {{value: number | null, max?: number, label: string,
 *     tone?: string, class?: string}} props
 */
export function Meter({ value, max = 1, label, tone, class: more = '' }) {
    const part = value == null ? 0 : Math.min(100, (value / max) * 100) || 0;
    const background = tone ? `var(--${tone})` : undefined;
    return html`<div
        class=${`meter ${more} ${value == null ? 'unknown' : ''}`}
        role="progressbar"
        aria-label=${label}
        aria-valuemin="0"
        aria-valuemax=${max}
        aria-valuenow=${value ?? undefined}
    >
        <i style=${{ width: `${part}%`, background }} />
    </div>`;
}

/** @param {{icon?: string, title: string, children?: any}} props */
export const Empty = ({ icon = 'folder', title, children }) =>
    html`<div class="empty">
        <${Icon} name=${icon} />
        <h2>${title}</h2>
        ${children}
    </div>`;

/**
 * What went wrong, and what to do.
 * @param {{error: any, again?: () => void}} props
 */
export const Failed = ({ error, again }) =>
    html`<div class="banner bad" role="alert">
        <${Icon} name="alert" />
        <div class="grow">
            <strong>${error.message}</strong>
            <div class="dim small">
                ${error.detail || 'Nothing was changed.'}
            </div>
        </div>
        ${
            again &&
            html`<button type="button" class="btn sm" onClick=${again}>
            Try again
        </button>`
        }
    </div>`;

/** @param {{tone?: string, icon?: string, end?: any, children?: any}} props */
export const Banner = ({ tone = '', icon = 'info', end, children }) =>
    html`<div class=${`banner ${tone}`} role="status">
        <${Icon} name=${icon} />
        <div class="grow">${children}</div>
        ${end}
    </div>`;

/** Stands where something will be. @param {{n?: number, h?: string}} props */
export const Bones = ({ n = 4, h = '1rem' }) =>
    html`<div class="stack" aria-hidden="true">
        ${Array.from(
            { length: n },
            (_, at) => html`<div
                key=${at}
                class="skeleton"
                style=${{ height: h, width: `${90 - ((at * 17) % 45)}%` }}
            />`,
        )}
    </div>`;

/** @param {{text: string, label?: string}} props */
export function Copy({ text, label = 'Copy' }) {
    const [said, say] = useState('');
    useEffect(() => {
        if (!said) return;
        const timer = setTimeout(() => say(''), 2000);
        return () => clearTimeout(timer);
    }, [said]);
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(text);
            say('Copied');
        } catch {
            say('The browser refused');
        }
    };
    return html`<button type="button" class="btn sm" onClick=${copy}>
        <${Icon} name=${said === 'Copied' ? 'check' : 'copy'} />${said || label}
    </button>`;
}

/** @param {{text: string}} props */
export const Command = ({ text }) =>
    html`<div class="command">
        <pre tabindex="0" role="region" aria-label=${`Command: ${text}`}><code
            >${text}</code></pre>
        <${Copy} text=${text} />
    </div>`;

/** A digest, short; all of it in the title. @param {{text: string}} props */
export const Digest = ({ text }) =>
    html`<code class="faint" title=${text}
        >${text.slice(0, 8)}…${text.slice(-4)}</code
    >`;

export function Toasts() {
    const list = useCell(toasts);
    const text = useCell(spoken);
    const one = (/** @type {import('../messages.js').Toast} */ it) => {
        const act = () => {
            it.action?.run();
            dismiss(it.id);
        };
        return html`<div key=${it.id} class="toast" role="status">
            <span class="grow">${it.text}</span>
            ${
                it.action &&
                html`<button type="button" class="btn sm" onClick=${act}>
                ${it.action.label}
            </button>`
            }
            <button
                type="button"
                class="icon-btn sm"
                aria-label="Dismiss"
                onClick=${() => dismiss(it.id)}
            >
                <${Icon} name="x" />
            </button>
        </div>`;
    };
    return html`<div class="toasts" role="region" aria-label="Messages">
            ${list.map(one)}
        </div>
        <div class="sr" aria-live="polite">${text}</div>`;
}

/** @param {EventTarget | null} target */
const typing = (target) =>
    target instanceof Element &&
    target.closest(
        'input:not([type=radio], [type=checkbox], [type=range]), textarea,' +
            'select, [contenteditable]',
    );

/**
 * Runs functions on keys, unless something is typed into, or a dialog asks.
 * @param {Record<string, (e: KeyboardEvent) => void>} map @param {any[]} deps
 */
export function useKeys(map, deps) {
    useEffect(() => {
        const pressed = (/** @type {KeyboardEvent} */ e) => {
            const held = e.ctrlKey || e.metaKey;
            const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
            const run = map[(held ? 'mod+' : '') + key];
            if (!run || e.altKey || e.defaultPrevented) return;
            if (!held && typing(e.target)) return;
            if (document.querySelector('dialog[open]')) return;
            e.preventDefault();
            run(e);
        };
        addEventListener('keydown', pressed);
        return () => removeEventListener('keydown', pressed);
    }, deps);
}
