// What is decided of the groups of a search: rules, in the words of the
// program (`oldest`, `under:DIR`), folders from which nothing is removed, and
// marks of single files. The service keeps them, and says what they come to.
import { patch, patiently, post, put } from './api.js';
import { useCell } from './cell.js';
import { useState } from './html.js';
import { changes } from './live.js';
import { useLoad } from './loading.js';
import { toast } from './messages.js';
import { named } from './names.js';
import { useRoots } from './roots.js';
import { idOf, idOfPath, pathOf, wiredPlace } from './ui/picker.js';

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

/**
 * What is decided of the groups of a job, and how to decide something else.
 * @param {any} job
 */
export function useRules(job) {
    const { marks } = useCell(changes);
    const { list } = useRoots();
    const of = `jobs/${job.id}`;
    const asked = useLoad(
        (signal) => patiently(`${of}/rules`, { signal }),
        [of, job.rows, marks],
    );
    // What the last change came to, until the service tells it again.
    const [mine, setMine] = useState(/** @type {any} */ (null));
    const [busy, setBusy] = useState(false);
    const told = asked.data;
    const decided =
        mine && (!told || mine.revision > told.revision) ? mine : told;
    const order = decided?.order ?? [];
    const guard = (decided?.protect ?? []).map((/** @type {any} */ it) =>
        pathOf(list, idOf({ root: it.root, path: named(it) })),
    );
    const act = async (/** @type {() => Promise<any>} */ run) => {
        setBusy(true);
        try {
            setMine(await run());
            return true;
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(it.status === 409 ? it.detail : `${it.message} ${it.detail}`);
            asked.again();
            return false;
        } finally {
            setBusy(false);
        }
    };
    const set = (/** @type {any} */ changed) => {
        const now = { order, guard, ...changed };
        const protect = now.guard.map((/** @type {string} */ it) =>
            wiredPlace(idOfPath(list, it)),
        );
        return act(() =>
            put(`${of}/rules`, { order: unique(now.order), protect }),
        );
    };
    return {
        decided,
        error: asked.error,
        busy,
        order,
        guard,
        setOrder: (/** @type {string[]} */ all) => set({ order: all }),
        setGuard: (/** @type {string[]} */ all) =>
            set({ guard: unique(all) }),
        /** @param {{file: number, keep: boolean | null}[]} all */
        mark: (all) =>
            act(() =>
                patch(`${of}/marks`, {
                    revision: decided?.revision ?? 0,
                    set: all,
                }),
            ),
        /** @param {number} pair @param {'a' | 'b'} keep */
        keepSide: (pair, keep) =>
            act(() => post(`${of}/folder-pairs/${pair}`, { keep })),
    };
}

/** @param {string[]} all */
const unique = (all) => [...new Set(all)];
