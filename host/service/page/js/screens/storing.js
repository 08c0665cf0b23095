// Which store, and which of its snapshots, for jobs that put and get.
import { patiently } from '../api.js';
import { bytes, plural, stamp } from '../format.js';
import { html } from '../html.js';
import { useLoad } from '../loading.js';
import { plain } from '../names.js';
import { session } from '../session.js';
import { Failed } from '../ui/parts.js';

/** Whether a kind of job is about a store. @param {string} kind */
export const isOfStore = (kind) => kind.startsWith('store-');

/** What the form begins with. */
export const storing = () => ({
    store: session.get().stores?.[0] ?? '',
    snapshot: 'latest',
    name: '',
});

/**
 * The options of the wire.
 * @param {string} kind @param {any} form
 */
export function stored(kind, form) {
    if (!isOfStore(kind)) return {};
    const { store, snapshot, name } = form;
    if (kind === 'store-get') return { store, snapshot };
    return { store, ...(name.trim() ? { name: name.trim() } : {}) };
}

/** @param {{kind: string, form: any, set: (now: any) => void}} props */
export function Storing({ kind, form, set }) {
    const stores = session.get().stores ?? [];
    return html`<section class="panel" data-option="store">
        <header><h2>Store</h2></header>
        <div class="body formgrid">
            <label class="field">
                <span>Store</span>
                <select
                    class="input"
                    value=${form.store}
                    onChange=${(/** @type {any} */ e) =>
                        set({ store: e.target.value, snapshot: 'latest' })}
                >
                    ${stores.map(
                        (it) =>
                            html`<option key=${it} value=${it}>${it}</option>`,
                    )}
                </select>
            </label>
            ${
                kind === 'store-get'
                    ? html`<${Snapshot} form=${form} set=${set} />`
                    : html`<label class="field">
                          <span>Name</span>
                          <input
                              class="input"
                              autocomplete="off"
                              placeholder="none"
                              value=${form.name}
                              onInput=${(/** @type {any} */ e) =>
                                  set({ name: e.target.value })}
                          />
                      </label>`
            }
        </div>
    </section>`;
}

/** @param {{form: any, set: (now: any) => void}} props */
function Snapshot({ form, set }) {
    const { data, error, again } = useLoad(
        (signal) =>
            patiently(`stores/${encodeURIComponent(form.store)}/snapshots`, {
                signal,
            }),
        [form.store],
    );
    if (error) return html`<${Failed} error=${error} again=${again} />`;
    const said = (/** @type {any} */ it) =>
        `${stamp(it.at)}${it.name ? ` – ${plain(it.name)}` : ''}: ` +
        `${plural(it.files, 'file')}, ${bytes(it.bytes)}`;
    return html`<label class="field">
        <span>Snapshot</span>
        <select
            class="input"
            value=${form.snapshot}
            onChange=${(/** @type {any} */ e) =>
                set({ snapshot: e.target.value })}
        >
            <option value="latest">The newest</option>
            ${(data?.snapshots ?? []).map(
                (/** @type {any} */ it) =>
                    html`<option key=${it.id} value=${it.id}>
                        ${said(it)}
                    </option>`,
            )}
        </select>
    </label>`;
}
