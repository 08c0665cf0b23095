// The roots, and what people call them: by the last part of their paths.
import { get } from './api.js';
import { cell, useCell } from './cell.js';
import { useEffect } from './html.js';
import { changes } from './live.js';
import { useLoad } from './loading.js';
import { base, named } from './names.js';

/** What each root is called, by its id. */
const names = cell(/** @type {Map<string, string>} */ (new Map()));

/** @param {any[]} roots */
function learn(roots) {
    const short = (/** @type {any} */ it) => base(named(it)) || named(it);
    const all = roots.map(short);
    names.set(
        new Map(
            roots.map((it, at) => {
                const one = all.filter((name) => name === all[at]).length < 2;
                return [String(it.id), one ? all[at] : named(it)];
            }),
        ),
    );
}

/** The roots, and asked for again when a snapshot was taken. */
export function useRoots() {
    const { snapshot } = useCell(changes);
    const loaded = useLoad((signal) => get('roots', { signal }), [snapshot]);
    const list = loaded.data?.roots;
    useEffect(() => {
        if (list) learn(list);
    }, [list]);
    return { ...loaded, list: list ?? [] };
}

/** What roots are called, as a function of their ids. */
export function useRootNames() {
    const known = useCell(names);
    return (/** @type {any} */ id) => known.get(String(id)) ?? String(id);
}

/** Learns what roots are called, once somebody is signed in. */
export async function learnRoots() {
    try {
        learn((await get('roots')).roots);
    } catch {
        // They are learned when a screen shows them.
    }
}
