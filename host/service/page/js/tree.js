// The tree of a snapshot, in columns: parents come before what is in them.
import { AGES, TYPE_NAMES, seconds } from './format.js';
import { named } from './names.js';

/**
 * @typedef {{n: number, name: string[], parent: Int32Array,
 *     size: Float64Array, files: Float64Array, kind: Uint8Array,
 *     mtime: Float64Array, dir: Uint8Array, path: (i: number) => string,
 *     kids: (i: number) => number[]}} Tree
 */

/**
 * The index of a type, from its name or the service's own index.
 * @param {any} it @param {any[]} names
 */
function typeIndex(it, names) {
    const id = typeof it === 'number' ? (names[it]?.id ?? names[it]) : it;
    const at = TYPE_NAMES.indexOf(id);
    return at < 0 ? TYPE_NAMES.length - 1 : at;
}

/** @param {any} answer @returns {Tree} */
export function treeOf(answer) {
    const n = answer.parent.length;
    const coded = answer.name_base64 ?? [];
    const names = answer.kinds ?? answer.types ?? TYPE_NAMES;
    const types = answer.kind ?? answer.type ?? [];
    const name = Array.from({ length: n }, (_, i) =>
        named({ name: answer.name[i], name_base64: coded[i] }, 'name'),
    );
    const parent = Int32Array.from(answer.parent);
    const numbers = (/** @type {any[]} */ all) =>
        Float64Array.from({ length: n }, (_, i) => all?.[i] ?? 0);
    const times = answer.mtime ?? answer.modified ?? [];
    const lists = /** @type {number[][] | null[]} */ ([]);
    const kids = (/** @type {number} */ i) => {
        if (!lists.length) {
            for (let at = 0; at < n; at++) lists[at] = [];
            for (let at = 1; at < n; at++) lists[parent[at]]?.push(at);
        }
        return lists[i] ?? [];
    };
    const path = (/** @type {number} */ i) => {
        const parts = [];
        for (; i > 0; i = parent[i]) parts.unshift(name[i]);
        return parts.join('/');
    };
    return {
        n,
        name,
        parent,
        size: numbers(answer.size),
        files: numbers(answer.files),
        kind: Uint8Array.from({ length: n }, (_, i) =>
            typeIndex(types[i], names),
        ),
        mtime: Float64Array.from(
            { length: n },
            (_, i) => seconds(times[i]) || 0,
        ),
        dir: Uint8Array.from({ length: n }, (_, i) => (answer.dir[i] ? 1 : 0)),
        path,
        kids,
    };
}

/** Colours that the map needs: of types, and of ages. */
export const TONES = [
    ...TYPE_NAMES.map((it) => `k-${it}`),
    ...AGES.map((_, at) => `a-${at}`),
];
