// Names are bytes that someone else chose. One component shows them: control
// characters, those that reorder text and those that cannot be seen are shown
// and not obeyed; what is not UTF-8 is shown byte by byte.
//
// Within the page a name is text in which a byte that is not UTF-8 is a lone
// surrogate, U+DC80 to U+DCFF. No byte is lost that way.
import { html } from './html.js';

const RANGES =
    '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e' +
    '\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0' +
    '\\ufff9-\\ufffd\\u{dc80}-\\u{dcff}\\u{e0000}-\\u{e007f}';
const ODD = new RegExp(`[${RANGES}]`, 'u');
const ODDS = new RegExp(`([${RANGES}])`, 'u');
const PICTURES = /** @type {Record<string, string>} */ ({
    '\n': '⏎',
    '\t': '⇥',
    '\r': '␍',
});

/** @param {string} character */
function shown(character) {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase();
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex.slice(2)}`;
    return PICTURES[character] ?? `U+${hex.padStart(4, '0')}`;
}

/** A name as plain text, for titles and what is spoken. @param {string} s */
export const plain = (s) =>
    ODD.test(s)
        ? s
              .split(ODDS)
              .map((it, at) => (at % 2 ? shown(it) : it))
              .join('')
        : s;

/** A piece of a name, to be shown. @param {string} s @returns {any} */
export function safe(s) {
    if (!s || !ODD.test(s)) return s;
    return s.split(ODDS).map((it, at) =>
        at % 2
            ? html`<span class="esc" title="shown and not obeyed"
                      >${shown(it)}</span
                  >`
            : it,
    );
}

/**
 * A path, its folder fainter than its name.
 * @param {{path: string, folder?: boolean}} props
 */
export function Path({ path, folder }) {
    const cut = folder ? path.length : path.lastIndexOf('/') + 1;
    return html`<bdi class="name" translate="no" title=${plain(path)}
        ><span class="pre">${safe(path.slice(0, cut))}</span
        ><span class="base">${safe(path.slice(cut))}</span></bdi
    >`;
}

/** A name alone. @param {{name: string}} props */
export const Name = ({ name }) =>
    html`<bdi translate="no" title=${plain(name)}>${safe(name)}</bdi>`;

/** The last component. @param {string} path */
export const base = (path) => path.slice(path.lastIndexOf('/') + 1);
/** All but the last component. @param {string} path */
export const parent = (path) =>
    path.slice(0, Math.max(path.lastIndexOf('/'), path[0] === '/' ? 1 : 0));

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param {Uint8Array} bytes */
function decode(bytes) {
    try {
        return strict.decode(bytes);
    } catch {
        // Below: one character, or one byte, at a time.
    }
    let out = '';
    for (let at = 0; at < bytes.length;) {
        const [text, size] = character(bytes, at);
        out += text;
        at += size;
    }
    return out;
}

/** @param {Uint8Array} bytes @param {number} at @returns {[string, number]} */
function character(bytes, at) {
    for (let size = 1; size <= 4 && at + size <= bytes.length; size++) {
        try {
            return [strict.decode(bytes.subarray(at, at + size)), size];
        } catch {
            // It may become one with the next byte.
        }
    }
    return [String.fromCharCode(0xdc00 + bytes[at]), 1];
}

/**
 * A name from the wire: `NAME`, or the bytes of `NAME_base64`.
 * @param {any} item @param {string} [field] @returns {string}
 */
export function named(item, field = 'path') {
    if (item == null) return '';
    if (typeof item === 'string') return item;
    if (item[field] != null) return item[field];
    const coded = item[`${field}_base64`];
    if (coded == null) return '';
    const raw = atob(coded);
    return decode(Uint8Array.from(raw, (it) => it.charCodeAt(0)));
}

/** The bytes of a name. @param {string} name */
export function bytesOf(name) {
    const out = /** @type {number[]} */ ([]);
    const encoder = new TextEncoder();
    for (const it of name) {
        const code = it.codePointAt(0) ?? 0;
        if (code >= 0xdc80 && code <= 0xdcff) out.push(code - 0xdc00);
        else out.push(...encoder.encode(it));
    }
    return Uint8Array.from(out);
}

/** Whether a name has bytes that are not UTF-8. @param {string} name */
const isOdd = (name) => /[\u{dc80}-\u{dcff}]/u.test(name);

/**
 * A name for the wire.
 * @param {string} name @param {string} [field]
 * @returns {Record<string, string>}
 */
export function wired(name, field = 'path') {
    if (!isOdd(name)) return { [field]: name };
    const raw = String.fromCharCode(...bytesOf(name));
    return { [`${field}_base64`]: btoa(raw) };
}

/** A name as text of an expression, in quotes. @param {string} name */
export function quoted(name) {
    let out = '';
    for (const it of name) {
        const code = it.codePointAt(0) ?? 0;
        const lone = code >= 0xdc80 && code <= 0xdcff;
        if (it === '"' || it === '\\') out += `\\${it}`;
        else if (it === '\n') out += '\\n';
        else if (code < 32 || code === 127 || lone)
            out += `\\x${(code & 0xff).toString(16).padStart(2, '0')}`;
        else out += it;
    }
    return `"${out}"`;
}
