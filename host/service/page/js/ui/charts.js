// Small charts in SVG. Each has a sentence that says what it shows.
import { html } from '../html.js';

/**
 * A line over time.
 * @param {{values: number[], label: string, height?: number, zero?: boolean,
 *     tone?: string}} props
 */
export function Spark(props) {
    const { values, label, height = 56, zero = true } = props;
    const { tone = 'accent' } = props;
    const low = zero ? 0 : Math.min(...values);
    const high = Math.max(...values, low + 1e-9);
    const last = Math.max(1, values.length - 1);
    const point = (/** @type {number} */ value, /** @type {number} */ at) => {
        const x = (at / last) * 100;
        const y = 38 - ((value - low) / (high - low)) * 36;
        return `${x.toFixed(2)},${y.toFixed(2)}`;
    };
    const line = values.length < 2 ? '' : `M${values.map(point).join('L')}`;
    return html`<svg
        class="spark"
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        style=${{ height: `${height}px` }}
        role="img"
        aria-label=${label}
    >
        ${
            line &&
            html`<path
                d=${`${line}L100,40L0,40Z`}
                fill=${`var(--${tone})`}
                opacity=".14"
            />
            <path
                d=${line}
                fill="none"
                stroke=${`var(--${tone})`}
                stroke-width="1.75"
                vector-effect="non-scaling-stroke"
                stroke-linejoin="round"
            />`
        }
    </svg>`;
}

/**
 * Bars of a few classes.
 * @param {{items: {label: string, value: number, tone: string,
 *     text: string}[]}} props
 */
export function Bars({ items }) {
    const most = Math.max(...items.map((it) => it.value), 1);
    return html`<ul class="bars">
        ${items.map(
            (it) => html`<li key=${it.label} class="barrow">
                <span class="cut">${it.label}</span>
                <span class="track" aria-hidden="true"
                    ><i
                        style=${{
                            width: `${(it.value / most) * 100}%`,
                            background: `var(--${it.tone})`,
                        }}
                /></span>
                <span class="num dim">${it.text}</span>
            </li>`,
        )}
    </ul>`;
}
