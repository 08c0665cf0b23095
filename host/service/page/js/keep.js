// The rules of keeping, in the words of the program: `oldest`, `under:DIR`.
// They are in the address, so that a reload and a link have them.
import { address, setQuery } from './address.js';
import { useCell } from './cell.js';

/** Rules that need no more than their word, in words. */
export const SIMPLE = /** @type {Record<string, string>} */ ({
    oldest: 'is oldest',
    newest: 'is newest',
    'shortest-path': 'has the shortest path',
    'longest-path': 'has the longest path',
    'first-root': 'is in the first root',
});
const UNDER = 'under:';

/** A rule in words, and the folder that it names. @param {string} rule */
export function inWords(rule) {
    return rule.startsWith(UNDER)
        ? { text: 'lies in', folder: rule.slice(UNDER.length) }
        : { text: SIMPLE[rule] ?? rule, folder: '' };
}

/** @param {string} folder */
export const under = (folder) => `${UNDER}${folder}`;

/** A list in the address. @param {string | undefined} text @returns {string[]} */
function list(text) {
    try {
        const all = JSON.parse(text || '[]');
        return Array.isArray(all) ? all.map(String) : [];
    } catch {
        return [];
    }
}

/** What is kept first, what is never removed, and how to change that. */
export function useRules() {
    const { query } = useCell(address);
    const [order, guard] = [list(query.keep), list(query.guard)];
    const set =
        (/** @type {'keep' | 'guard'} */ name) =>
        (/** @type {string[]} */ all) => {
            const one = [...new Set(all)];
            setQuery({ [name]: one.length ? JSON.stringify(one) : null });
        };
    return { order, guard, setOrder: set('keep'), setGuard: set('guard') };
}
