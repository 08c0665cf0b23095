// The template of new names: what is typed, parts to click, what to replace.
import { html, useRef } from '../html.js';
import { Icon } from '../icons.js';
import { plain } from '../names.js';
import { Menu } from '../ui/menu.js';

const PARTS = [
    ['{stem}', 'name without its extension'],
    ['{ext}', 'extension, as it is'],
    ['{ext:lower}', 'extension in lower case'],
    ['{taken:%Y-%m-%d}', 'when the picture was taken'],
    ['{taken:%H%M%S}', 'the time of day it was taken'],
    ['{modified:%Y%m%d}', 'when the file was modified'],
    ['{n:04}', 'a counter of 4 digits'],
    ['{n:03,parent}', 'a counter that begins again in each folder'],
    ['{camera}', 'camera, as the picture says'],
    ['{hash:8}', '8 digits of its digest'],
    ['{size}', 'size in bytes'],
];
export const TEMPLATES = [
    ['Tidy name', '{stem:slug}.{ext:lower}'],
    ['By capture time', '{taken:%Y-%m-%d}_{taken:%H%M%S}_{stem}.{ext:lower}'],
    ['By day and counter', '{modified:%Y%m%d}_{n:04,parent}.{ext:lower}'],
    ['By content', '{hash:8}.{ext:lower}'],
];

/** @param {any} props */
export function Template({ form, set, wrong, onReview, disabled }) {
    const box = useRef(/** @type {any} */ (null));
    const put = (/** @type {string} */ part) => {
        const { template } = form;
        const from = box.current?.selectionStart ?? template.length;
        const to = box.current?.selectionEnd ?? template.length;
        set({ template: template.slice(0, from) + part + template.slice(to) });
        requestAnimationFrame(() => {
            const end = from + part.length;
            box.current?.focus();
            box.current?.setSelectionRange(end, end);
        });
    };
    const text = (/** @type {string} */ name) => (/** @type {any} */ e) =>
        set({ [name]: e.target.value });
    return html`<section class="panel">
        <div class="body stack">
            <div class="field">
                <label for="template">New name</label>
                <div class="row">
                    <input
                        id="template"
                        ref=${box}
                        class="input mono big-input"
                        spellcheck=${false}
                        autocapitalize="off"
                        autocomplete="off"
                        aria-invalid=${wrong ? 'true' : undefined}
                        aria-describedby="template-error"
                        value=${form.template}
                        onInput=${text('template')}
                    />
                    <${Menu}
                        icon="pin"
                        label="Templates"
                        title="Templates at hand"
                    >
                        ${TEMPLATES.map(
                            ([name, template]) => html`<button
                                key=${name}
                                type="button"
                                class="item"
                                onClick=${() => set({ template })}
                            >
                                <span>
                                    ${name}<br />
                                    <code class="tiny faint">${template}</code>
                                </span>
                            </button>`,
                        )}
                    <//>
                </div>
                <div id="template-error" role="status">
                    ${wrong && html`<${Wrong} form=${form} wrong=${wrong} />`}
                </div>
            </div>
            <div
                class="row wrap parts"
                role="group"
                aria-label="Put a part where the cursor is"
            >
                ${PARTS.map(
                    ([part, help]) => html`<button
                        key=${part}
                        type="button"
                        class="chip mono"
                        title=${help}
                        onClick=${() => put(part)}
                    >
                        ${part}
                    </button>`,
                )}
            </div>
            <div class="renrow">
                <div class="field">
                    <label for="find">Then replace</label>
                    <input
                        id="find"
                        class="input mono"
                        placeholder="IMG_"
                        spellcheck=${false}
                        autocomplete="off"
                        value=${form.find}
                        onInput=${text('find')}
                    />
                </div>
                <div class="field">
                    <label for="put">by</label>
                    <input
                        id="put"
                        class="input mono"
                        spellcheck=${false}
                        autocomplete="off"
                        value=${form.put}
                        onInput=${text('put')}
                    />
                </div>
                <label class="check">
                    <input
                        type="checkbox"
                        checked=${form.regex}
                        onChange=${() => set({ regex: !form.regex })}
                    />regular expression
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        checked=${form.lower}
                        onChange=${() => set({ lower: !form.lower })}
                    />lower case
                </label>
                <button
                    type="button"
                    class="btn primary end"
                    disabled=${disabled}
                    onClick=${onReview}
                >
                    Review the plan<${Icon} name="right" />
                </button>
            </div>
        </div>
    </section>`;
}

/** What is wrong, and where. @param {any} props */
function Wrong({ form, wrong }) {
    const { at, length = 1, hint, option } = wrong.body ?? {};
    const all = [...form.template];
    const inIt = at != null && (option ?? 'template') === 'template';
    const from = Math.min(all.length, at ?? 0);
    const to = from + Math.max(1, length);
    return html`<span class="error">
        <${Icon} name="alert" />
        <span>
            ${
                inIt &&
                html`<code
                    >${plain(all.slice(0, from).join(''))}<mark
                        >${plain(all.slice(from, to).join('')) || '▯'}</mark
                    >${plain(all.slice(to).join(''))}</code
                >${' '}`
            }
            ${plain(`${wrong.detail ?? wrong.message} ${hint ?? ''}`)}
        </span>
    </span>`;
}
