// What the colours of the map stand for, and the other of the two as bars.
import {
    AGES,
    AGE_NAMES,
    TYPES,
    TYPE_NAMES,
    bytes,
    percent,
} from '../format.js';
import { html } from '../html.js';
import { Bars } from '../ui/charts.js';

/** How many bars there are. */
const BARS = 6;

/** Bytes by type. @param {any} summary */
const types = (summary) =>
    TYPE_NAMES.map((id) => ({
        id,
        tone: `k-${id}`,
        label: TYPES[id],
        bytes:
            summary.kinds.find((/** @type {any} */ it) => it.id === id)
                ?.bytes ?? 0,
    })).filter((it) => it.bytes > 0);

/** Bytes by age. @param {any} summary */
function ages(summary) {
    const all = AGES.map((label, at) => ({
        id: String(at),
        tone: `a-${at}`,
        label,
        bytes: 0,
    }));
    for (const it of summary.ages) {
        // What is from the future is as young as can be.
        const at = Math.max(0, AGE_NAMES.indexOf(it.age));
        all[at].bytes += it.bytes;
    }
    return all;
}

/** @param {any} summary @param {string} colour */
const classes = (summary, colour) =>
    colour === 'age' ? ages(summary) : types(summary);

/**
 * What the colours stand for; one can be seen alone.
 * @param {{summary: any, colour: string, only: string,
 *     setOnly: (id: string) => void}} props
 */
export function Legend({ summary, colour, only, setOnly }) {
    const whole = summary.bytes || 1;
    const what = colour === 'age' ? 'Ages, by the newest file' : 'Types';
    return html`<div
        class="legend"
        role="group"
        aria-label=${`${what}; press one to see it alone`}
    >
        ${classes(summary, colour).map(
            (it) =>
                html`<button
                    key=${it.id}
                    type="button"
                    class="chip"
                    aria-pressed=${String(only === it.id)}
                    onClick=${() => setOnly(only === it.id ? '' : it.id)}
                >
                    <i
                        class="dot"
                        style=${{ background: `var(--${it.tone})` }}
                    />
                    ${it.label}
                    <span class="faint num">${percent(it.bytes / whole)}</span>
                </button>`,
        )}
    </div>`;
}

/** The other of the two. @param {{summary: any, colour: string}} props */
export function Others({ summary, colour }) {
    const other = colour === 'age' ? 'type' : 'age';
    const items = classes(summary, other)
        .map((it) => ({ ...it, value: it.bytes, text: bytes(it.bytes) }))
        .filter((it) => it.value > 0);
    const shown =
        other === 'type'
            ? items.sort((a, b) => b.value - a.value).slice(0, BARS)
            : items;
    if (!shown.length) return null;
    return html`<div class="mapother">
        <div class="label tiny">By ${other}, all roots</div>
        <${Bars} items=${shown} />
    </div>`;
}
