// The options of a new job.
import { html } from '../html.js';
import { session } from '../session.js';
import { Seg } from '../ui/parts.js';

/** @typedef {{kind: string, form: any, set: (now: any) => void,
 *     by: (name: string) => any}} Props */

/** A field for text, with its mistake in place. @param {any} props */
function Field({ name, label, hint, form, set, by, ...more }) {
    const wrong = by(name);
    const help = `${name}-help`;
    return html`<div class=${`field ${more.wide ? 'wide' : ''}`}>
        <label for=${name}>${label}</label>
        <input
            id=${name}
            data-option=${name}
            class=${`input ${more.mono ? 'mono' : ''}`}
            inputmode=${more.inputmode}
            placeholder=${more.placeholder}
            spellcheck=${false}
            autocapitalize="off"
            autocomplete="off"
            aria-invalid=${wrong ? 'true' : undefined}
            aria-describedby=${help}
            value=${form[name]}
            onInput=${(/** @type {any} */ e) =>
                set({ [name]: e.target.value })}
        />
        <span
            id=${help}
            class=${wrong ? 'error' : 'hint'}
            role=${wrong ? 'alert' : undefined}
        >
            ${wrong ? `${wrong.detail} ${wrong.hint ?? ''}` : hint}
        </span>
    </div>`;
}

/** @param {any} props */
const Check = ({ name, label, form, set }) =>
    html`<label class="check">
        <input
            type="checkbox"
            checked=${form[name]}
            onChange=${() => set({ [name]: !form[name] })}
        />
        <span>${label}</span>
    </label>`;

/** Which files. @param {Props} props */
export function Which({ kind, ...props }) {
    return html`<section class="panel">
        <header><h2>Which files</h2></header>
        <div class="body formgrid">
            <${Field}
                ...${props}
                name="extension"
                label="Extensions"
                placeholder="all"
                hint="such as cr3, jpg"
            />
            <${Field}
                ...${props}
                name="min_size"
                label="At least"
                placeholder="any size"
                hint="such as 100k, 1.5GiB"
            />
            <${Field}
                ...${props}
                name="max_size"
                label="At most"
                placeholder="any size"
                hint="such as 100k, 1.5GiB"
            />
            <${Field}
                ...${props}
                name="max_depth"
                label="Levels down"
                placeholder="all"
                inputmode="numeric"
                hint="1: only what lies directly in it"
            />
            <${Field}
                ...${props}
                wide
                mono
                name="where"
                label="Where"
                placeholder='modified within 30d and not path ~ "^tmp/"'
                hint="an expression, as in Files and in --where"
            />
            <${Check} ...${props} name="hidden" label="Hidden ones, too" />
            ${
                !kind.startsWith('store-') &&
                html`<${Check}
                ...${props}
                name="follow"
                label="Follow links, within the roots"
            />`
            }
            ${
                kind === 'dupes' &&
                html`<${Check}
                ...${props}
                name="hardlinks"
                label="Count hard links as copies"
            />`
            }
            ${
                kind === 'similar' &&
                html`<${Check}
                        ...${props}
                        name="images"
                        label="Pictures, and not texts"
                    />
                    ${
                        props.form.images &&
                        html`<${Check}
                            ...${props}
                            name="rotations"
                            label="Turned ones, too"
                        />`
                    }`
            }
            ${
                kind === 'snapshot' &&
                html`<${Check}
                ...${props}
                name="hash"
                label="Hash files, too: tells copies and what moved"
            />`
            }
        </div>
    </section>`;
}

/**
 * The options of a search for what is alike: pictures are shown pair by pair.
 * @param {string} kind @param {any} form
 */
export function alike(kind, form) {
    if (kind !== 'similar' || !form.images) return {};
    const { rotations } = form;
    return { images: true, pairs: true, ...(rotations ? { rotations } : {}) };
}

const ABOUT = /** @type {Record<string, string>} */ ({
    'xxh3-128':
        'Fastest. Chance cannot make two files seem the same; someone ' +
        'who wants to could.',
    blake3: 'Cryptographic, and made by all processors for a large file.',
    sha256: 'Cryptographic, and what sha256sum prints.',
});

/** By which hash function. @param {Props} props */
export function How({ form, set }) {
    const has = session.get().algorithms ?? Object.keys(ABOUT);
    const shown = Object.keys(ABOUT).filter((it) => has.includes(it));
    return html`<section class="panel" data-option="algorithm">
        <header><h2>How</h2></header>
        <div class="body stack">
            <div>
                <${Seg}
                    label="Hash function"
                    value=${form.algorithm}
                    options=${shown.map((it) => ({ id: it, label: it }))}
                    onChange=${(/** @type {string} */ algorithm) =>
                        set({ algorithm })}
                />
            </div>
            <p class="hint">${ABOUT[form.algorithm]}</p>
        </div>
    </section>`;
}
