// Lists of digests: what one says of a file, and how one is written.

import { decoded } from './text.js';

/** An algorithm under the name that the interface has for it. */
export const ALGORITHMS = {
    'xxh3-bits128': { label: 'XXH3-128', length: 32 },
    blake3: { label: 'BLAKE3', length: 64 },
    sha256: { label: 'SHA-256', length: 64 },
    xxh64: { label: 'XXH64', length: 16 },
    'xxh3-bits64': { label: 'XXH3-64', length: 16, prefix: 'XXH3_' },
    sha512: { label: 'SHA-512', length: 128 },
    sha1: { label: 'SHA-1', length: 40 },
    md5: { label: 'MD5', length: 32 },
    crc32: { label: 'CRC-32', length: 8 },
};

/** Those whose digests every file gets. */
export const USUAL = ['xxh3-bits128', 'blake3', 'sha256'];

/** The algorithms that an entry may be about. */
function candidates({ algorithm, digest }) {
    if (algorithm) return [algorithm];
    // On a line that names none, XXH3 of 64 bits has its prefix.
    return Object.keys(ALGORITHMS).filter(
        (it) =>
            ALGORITHMS[it].length === digest?.length && !ALGORITHMS[it].prefix,
    );
}

/** The algorithms that every file needs for a list to be checked. */
export function needed(list) {
    const asked = list.entries
        .flatMap(candidates)
        .filter((it) => it in ALGORITHMS);
    return [...new Set([...USUAL, ...asked])];
}

/**
 * Which entries are about which file: a map of files to their entries, and
 * the entries that are about none.
 *
 * A list names files from where it was made, a browser from what was chosen:
 * where no two paths are equal, two mean one file if the components of one
 * are the last components of the other. `sure` is false of a file if the list
 * could mean another by the same line, or this one by lines of two names.
 */
export function assign(list, files) {
    const byName = new Map();
    const byPath = new Map();
    for (const file of files) {
        const path = components(file.path);
        byPath.set(path.join('/'), file);
        byName.set(path.at(-1), [...(byName.get(path.at(-1)) ?? []), file]);
    }
    const wanted = new Map();
    for (const entry of list.entries) {
        const path = decoded(entry.path);
        const key = path === undefined ? '' : components(path).join('/');
        wanted.set(key, [...(wanted.get(key) ?? []), entry]);
    }
    const found = new Map();
    const absent = [];
    const later = [];
    for (const [path, entries] of wanted) {
        const file = byPath.get(path);
        if (file && path) found.set(file, { entries, sure: true });
        else later.push([path.split('/'), entries]);
    }
    const exact = new Set(found.keys());
    for (const [path, entries] of later) {
        const same = (byName.get(path.at(-1)) ?? []).filter(
            (file) => !exact.has(file) && isEnd(components(file.path), path),
        );
        if (same.length === 0) absent.push(...entries);
        for (const file of same) {
            const others = found.get(file)?.entries ?? [];
            found.set(file, {
                entries: [...others, ...entries],
                sure: same.length === 1 && others.length === 0,
            });
        }
    }
    return { found, absent };
}

function components(path) {
    return path.split('/').filter((it) => it !== '' && it !== '.');
}

function isEnd(one, other) {
    const length = Math.min(one.length, other.length);
    return (
        length > 0 &&
        one.slice(-length).join('/') === other.slice(-length).join('/')
    );
}

/**
 * What comes of a file's entries: `match`, `differs`, `waiting` for digests,
 * `unknown` where this page has no such digest to compare, or `unsure` where
 * the list may mean another file.
 */
export function verdict({ entries, sure }, digests) {
    if (!sure) return 'unsure';
    const each = entries.map((entry) => {
        const which = candidates(entry).filter((it) => it in ALGORITHMS);
        if (which.length === 0) return 'unknown';
        const isMet = (it) =>
            it === entry.algorithm && it === 'blake3'
                ? // A list may have the first bytes of it alone.
                  entry.digest && digests[it]?.startsWith(entry.digest)
                : digests[it] === entry.digest;
        if (which.some(isMet)) return 'match';
        return which.every((it) => digests[it]) ? 'differs' : 'waiting';
    });
    for (const worst of ['differs', 'waiting', 'unknown']) {
        if (each.includes(worst)) return worst;
    }
    return 'match';
}

/**
 * Files as a list, each line as the checksum programs have it: a backslash
 * before a line whose name has escapes.
 */
export function written(files, algorithm) {
    const prefix = ALGORITHMS[algorithm].prefix ?? '';
    const escapes = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };
    return files
        .filter(({ digests }) => digests[algorithm])
        .map(({ path, digests }) => {
            const name = path.replace(/[\\\n\r]/g, (it) => escapes[it]);
            const mark = name === path ? '' : '\\';
            return `${mark}${prefix}${digests[algorithm]}  ${name}\n`;
        })
        .join('');
}
