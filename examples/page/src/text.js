// Names and numbers as a person may see them.

/**
 * What could pass for something else on a screen: control characters, those
 * that change the direction of text, and separators of lines. The program
 * `sanchay` escapes the same.
 */
const CONFUSING = /[\\\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]|\p{Cs}/gu;

const SHORT = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A name with escapes for whatever could mislead. */
export function escaped(name) {
    return name.replace(
        CONFUSING,
        (it) => SHORT[it] ?? `\\u{${it.codePointAt(0).toString(16)}}`,
    );
}

/** The name in these bytes as text, or undefined if they are not UTF-8. */
export function decoded(bytes) {
    try {
        return new TextDecoder('utf-8', {
            fatal: true,
            ignoreBOM: true,
        }).decode(bytes);
    } catch {
        return undefined;
    }
}

/** A name of any bytes, escaped. */
export function escapedBytes(bytes) {
    const text = decoded(bytes);
    if (text !== undefined) return escaped(text);
    return Array.from(bytes, (byte) =>
        byte < 0x80
            ? escaped(String.fromCharCode(byte))
            : `\\x${byte.toString(16)}`,
    ).join('');
}

/** A size, for people: `1,234 bytes` or `12.3 MiB`. */
export function size(bytes) {
    const units = ['KiB', 'MiB', 'GiB', 'TiB'];
    if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
    const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
    return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** A number and what it counts. */
export function count(number, one, many = `${one}s`) {
    return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
