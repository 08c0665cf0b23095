// What a job would take, going by those before it.
import { post } from '../api.js';
import { bytes, count, duration } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { can } from '../session.js';

const WAIT = 400;

/**
 * What a job would take, going by those before it.
 * @param {{body: any}} props
 */
export function Estimate({ body }) {
    const [told, set] = useState(/** @type {any} */ (null));
    const key = JSON.stringify(body);
    useEffect(() => {
        set(null);
        if (!body || !can('POST estimates')) return;
        const abort = new AbortController();
        const { signal } = abort;
        const timer = setTimeout(
            () => post('estimates', body, { signal }).then(set, () => {}),
            WAIT,
        );
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [key]);
    if (!told?.files && !told?.seconds)
        return html`<span class="dim">
            Files are looked at, and not changed.
        </span>`;
    const reads = told.bytes_to_read;
    return html`${
        told.seconds != null &&
        html`<strong>About ${duration(told.seconds)}</strong>${' '}`
    }
        <span class="dim">
            ${
                reads
                    ? `to read ${bytes(reads)} of ${count(told.files)} files`
                    : `for ${count(told.files)} names`
            }
            ${told.from_jobs > 0 && ', going by the last jobs here'}
        </span>`;
}
