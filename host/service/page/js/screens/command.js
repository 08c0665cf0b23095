// A job as a command line of the program.
import { bytesOf } from '../names.js';

/** One word, for a shell. @param {string} word */
export function quote(word) {
    if (/^[\w@%+=:,./-]+$/.test(word)) return word;
    if (!/[\u0000-\u001f\u007f-\u{10ffff}]/u.test(word))
        return `'${word.replaceAll("'", `'\\''`)}'`;
    // What a terminal would obey, or is not ASCII, byte by byte.
    const text = Array.from(bytesOf(word), (byte) => {
        const it = String.fromCharCode(byte);
        if (it === "'" || it === '\\') return `\\${it}`;
        if (byte >= 32 && byte < 127) return it;
        return `\\x${byte.toString(16).padStart(2, '0')}`;
    }).join('');
    return /[^ -~]|\\x[0-7]/.test(text) || !isText(word)
        ? `$'${text}'`
        : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a word can be shown as it is. @param {string} word */
const isText = (word) => !/[\p{C}\p{Z}]/u.test(word.replaceAll(' ', ''));

/**
 * @param {string} kind @param {Record<string, any>} options
 * @param {string[]} paths @param {string} [to]
 */
export function command(kind, options, paths, to) {
    const words = ['sanchay', kind];
    for (const [name, value] of Object.entries(options)) {
        const option = `--${name.replaceAll('_', '-')}`;
        if (value === true) words.push(option);
        else if (Array.isArray(value)) words.push(option, value.join(','));
        else words.push(option, String(value));
    }
    const places = to ? [...paths, to] : paths;
    // A path that begins with a hyphen is no option.
    if (places.some((it) => it.startsWith('-'))) words.push('--');
    return [...words, ...places].map(quote).join(' ');
}
