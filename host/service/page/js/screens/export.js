// Rows as a file.
import { count } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { toast } from '../messages.js';
import { plain } from '../names.js';
import { Dialog } from '../ui/menu.js';
import { Banner, Failed } from '../ui/parts.js';
import { save, totalOf } from '../views.js';

export const FORMATS = /** @type {Record<string, string>} */ ({
    ndjson: 'NDJSON',
    csv: 'CSV',
    parquet: 'Parquet',
    arrow: 'Arrow',
});

/** @param {any} props */
export function ExportDialog({ format, view, query, names, onClose }) {
    const [all, setAll] = useState(true);
    const [error, setError] = useState(/** @type {any} */ (null));
    if (!format || !view) return null;
    const total = totalOf(view);
    const run = async () => {
        try {
            const columns = all ? {} : { columns: names };
            await save({ view: view.id, format, ...columns });
            toast(`Downloading ${count(total)} rows.`);
            setError(null);
            onClose();
        } catch (problem) {
            setError(problem);
        }
    };
    const footer = html`<span class="small dim grow">
            Streamed by the service. The browser asks where to save it, or
            keeps it among its downloads.
        </span>
        <button type="button" class="btn" onClick=${onClose}>Cancel</button>
        <button type="button" class="btn primary" onClick=${run}>
            <${Icon} name="download" />Download
        </button>`;
    return html`<${Dialog}
        open=${true}
        onClose=${onClose}
        title=${`Export as ${FORMATS[format]}`}
        footer=${footer}
    >
        <div class="stack">
            ${error && html`<${Failed} error=${error} />`}
            <dl class="facts">
                <dt>Rows</dt>
                <dd class="num">${count(total)}</dd>
                <dt>Filter</dt>
                <dd>
                    ${query.f ? html`<code>${plain(query.f)}</code>` : 'none'}
                </dd>
            </dl>
            <label class="check">
                <input
                    type="checkbox"
                    checked=${all}
                    onChange=${() => setAll(!all)}
                />
                <span>
                    All columns, also those that are not shown
                    <span class="hint block">
                        A name that is not UTF-8 is in another column, byte for
                        byte: path_base64, and path_bytes in Parquet and Arrow.
                    </span>
                </span>
            </label>
            ${
                format === 'csv' &&
                html`<${Banner} tone="warn" icon="alert">
                Spreadsheets take a name that begins with = + - or @ for a
                formula. NDJSON and Parquet have no such trap.
            <//>`
            }
        </div>
    <//>`;
}
