// The folders of a map as a tree in columns: parents come before what is in
// them. Files of a type that lie directly in a folder are one node of it, and
// so are its folders that are too small to be seen.
import { AGES, TYPES, TYPE_NAMES, plural } from './format.js';
import { base, named } from './names.js';

/**
 * @typedef {{n: number, name: string[], parent: Int32Array,
 *     size: Float64Array, files: Float64Array, mtime: Float64Array,
 *     dir: Uint8Array, kind: string[], paths: string[],
 *     index: Map<string, number>, kids: (i: number) => number[]}} Tree
 */

/** @param {string} folder @param {string} name */
const join = (folder, name) =>
    folder.endsWith('/') ? folder + name : `${folder}/${name}`;

/**
 * @param {any} map columns, as the service has them
 * @param {string} path the folder that was asked for
 * @returns {Tree}
 */
export function treeOf(map, path) {
    const n = map.parent.length;
    const tops = map.parent.filter(
        (/** @type {number} */ it, /** @type {number} */ at) =>
            it === 0 && map.dir[at],
    ).length;
    const paths = /** @type {string[]} */ ([]);
    const index = /** @type {Map<string, number>} */ (new Map());
    const name = /** @type {string[]} */ ([]);
    for (let at = 0; at < n; at++) {
        const own = ownName(map, at);
        const above = at ? paths[map.parent[at]] : '';
        if (!at) paths.push(path);
        else if (!map.dir[at]) paths.push(above);
        else paths.push(above ? join(above, own) : own);
        if (!at) name.push(path ? base(path) || path : 'All roots');
        else if (!map.dir[at]) name.push(madeName(map, at));
        else if (above || tops > 1) name.push(own);
        else name.push(base(own) || own);
        if ((!at || map.dir[at]) && !index.has(paths[at]))
            index.set(paths[at], at);
    }
    const lists = paths.map(() => /** @type {number[]} */ ([]));
    for (let at = 1; at < n; at++) lists[map.parent[at]].push(at);
    return {
        n,
        name,
        paths,
        index,
        parent: Int32Array.from(map.parent),
        size: Float64Array.from(map.size),
        files: Float64Array.from(map.files),
        mtime: Float64Array.from(map.mtime, (it) => it ?? 0),
        dir: Uint8Array.from(map.dir),
        kind: map.kind,
        kids: (i) => lists[i] ?? [],
    };
}

/** @param {any} map @param {number} at */
const ownName = (map, at) =>
    named({ name: map.name[at], name_base64: map.name_base64[at] }, 'name');

/** What is no single folder, in words. @param {any} map @param {number} at */
const madeName = (map, at) =>
    map.folders[at] > 0
        ? plural(map.folders[at], 'smaller folder')
        : `${plural(map.files[at], 'file')}: ${TYPES[map.kind[at]]}`;

/** Colours that maps need: of types, and of ages. */
export const TONES = [
    ...TYPE_NAMES.map((it) => `k-${it}`),
    ...AGES.map((_, at) => `a-${at}`),
];
