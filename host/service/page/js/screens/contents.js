// What a summary found, on the page of its job.
import { bytes } from '../format.js';
import { html } from '../html.js';
import { plain } from '../names.js';
import { Bars } from '../ui/charts.js';

/** Largest first. @param {{of: any}} props */
export function Contents({ of }) {
    const items = (of?.extensions ?? [])
        .slice(0, 12)
        .map((/** @type {any} */ it) => ({
            label: it.extension == null ? 'none' : plain(it.extension),
            tone: 'accent',
            value: it.bytes,
            text: bytes(it.bytes),
        }));
    if (!items.length) return null;
    return html`<section class="panel">
        <header><h2>Bytes by extension</h2></header>
        <div class="body"><${Bars} items=${items} /></div>
    </section>`;
}
