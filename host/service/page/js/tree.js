// The folders of a summary as a tree in columns: parents come before what is
// in them. Files that lie directly in a folder are one node of it.
import { AGES, TYPE_NAMES, plural, seconds } from './format.js';
import { base, named } from './names.js';

/**
 * @typedef {{n: number, name: string[], parent: Int32Array,
 *     size: Float64Array, files: Float64Array, mtime: Float64Array,
 *     dir: Uint8Array, paths: string[], index: Map<string, number>,
 *     kids: (i: number) => number[]}} Tree
 */

/** The folder that a folder lies in. @param {string} path */
const above = (path) => path.slice(0, path.lastIndexOf('/'));

/** @param {any} summary @returns {Tree} */
export function treeOf(summary) {
    const nodes = /** @type {any[]} */ ([]);
    const index = /** @type {Map<string, number>} */ (new Map());
    const add = (/** @type {any} */ node) => nodes.push(node) - 1;
    const roots = summary.folders.filter(
        (/** @type {any} */ it) => it.depth === 0,
    );
    const all = { bytes: summary.bytes, files: summary.files };
    const top = { ...all, name: 'All roots', path: '', dir: 1 };
    add({ ...top, parent: -1, newest: null });
    for (const it of summary.folders) {
        const path = named(it);
        const root = it.depth === 0;
        const parent = root ? 0 : index.get(above(path));
        if (parent == null) continue;
        const name = root && roots.length > 1 ? path : base(path) || path;
        const { bytes, files, newest } = it;
        index.set(
            path,
            add({ name, path, bytes, files, newest, parent, dir: 1 }),
        );
    }
    rest(nodes, add);
    return columns(nodes, index);
}

/** Adds what lies in no folder of a folder. @param {any[]} nodes @param {(node: any) => number} add */
function rest(nodes, add) {
    const left = nodes.map((it) => ({ bytes: it.bytes, files: it.files }));
    for (const it of nodes.slice(1)) {
        left[it.parent].bytes -= it.bytes;
        left[it.parent].files -= it.files;
    }
    const folders = new Set(nodes.map((it) => it.parent));
    left.forEach(({ bytes, files }, parent) => {
        // A folder without known folders is a tile itself.
        if (files <= 0 || !folders.has(parent)) return;
        const { newest, path } = nodes[parent];
        const name = plural(files, 'file');
        const size = Math.max(0, bytes);
        add({ name, path, bytes: size, files, newest, parent, dir: 0 });
    });
}

/** @param {any[]} nodes @param {Map<string, number>} index @returns {Tree} */
function columns(nodes, index) {
    const numbers = (/** @type {(it: any) => number} */ of) =>
        Float64Array.from(nodes, of);
    const lists = nodes.map(() => /** @type {number[]} */ ([]));
    nodes.forEach((it, i) => i && lists[it.parent].push(i));
    return {
        n: nodes.length,
        name: nodes.map((it) => it.name),
        paths: nodes.map((it) => it.path),
        parent: Int32Array.from(nodes, (it) => it.parent),
        size: numbers((it) => it.bytes),
        files: numbers((it) => it.files),
        mtime: numbers((it) => seconds(it.newest) || 0),
        dir: Uint8Array.from(nodes, (it) => it.dir),
        index,
        kids: (i) => lists[i] ?? [],
    };
}

/** Colours that maps need: of types, and of ages. */
export const TONES = [
    ...TYPE_NAMES.map((it) => `k-${it}`),
    ...AGES.map((_, at) => `a-${at}`),
];
