// Which files of a job's groups are kept: rules and marks. The service decides
// and counts; this asks it, one request after the other, so that each knows
// the revision that the one before left.
import { get, patch, put } from './api.js';
import { useCell } from './cell.js';
import { useEffect, useRef, useState } from './html.js';
import { changes } from './live.js';
import { toast } from './messages.js';

/** Words of the rules. */
export const RULES = /** @type {Record<string, string>} */ ({
    oldest: 'is oldest',
    newest: 'is newest',
    'shortest-path': 'has the shortest path',
    'longest-path': 'has the longest path',
    'first-root': 'is in the first root',
    under: 'lies in',
    regex: 'has a path that matches',
});

/**
 * @param {any} job @param {() => void} changed told when marks are others
 */
export function useMarks(job, changed) {
    const url = `jobs/${encodeURIComponent(job.id)}`;
    const [state, set] = useState(/** @type {any} */ (null));
    const [error, setError] = useState(/** @type {any} */ (null));
    const now = useRef(/** @type {any} */ (null));
    const queue = useRef(Promise.resolve());
    const { marks } = useCell(changes);
    const take = (/** @type {any} */ answer) => {
        now.current = { ...now.current, ...answer };
        set(now.current);
    };
    const look = async () => {
        try {
            const before = now.current?.revision;
            take(await get(`${url}/rules`));
            setError(null);
            if (before != null && before !== now.current.revision) changed();
        } catch (problem) {
            setError(problem);
        }
    };
    useEffect(() => {
        queue.current = queue.current.then(look);
    }, [url, marks]);
    /** @param {() => Promise<any>} send */
    const ask = (send) => {
        const run = async () => {
            try {
                take(await send());
                changed();
            } catch (problem) {
                const it = /** @type {any} */ (problem);
                if (it.status === 412) {
                    await look();
                    changed();
                    toast('Somebody else marked files meanwhile. Look again.');
                } else toast(`${it.message} ${it.detail ?? ''}`);
            }
        };
        queue.current = queue.current.then(run);
        return queue.current;
    };
    return {
        state,
        error,
        again: look,
        /** @param {{file: any, keep: boolean}[]} marks */
        mark: (marks) =>
            ask(() =>
                patch(`${url}/marks`, {
                    revision: now.current?.revision,
                    set: marks,
                }),
            ),
        /** @param {any} more */
        markAll: (more) =>
            ask(() =>
                patch(`${url}/marks`, {
                    revision: now.current?.revision,
                    set: [],
                    ...more,
                }),
            ),
        /** @param {any} changes */
        rule: (changes) =>
            ask(() => {
                const { order = [], protect = [] } = now.current ?? {};
                return put(`${url}/rules`, { order, protect, ...changes });
            }),
    };
}
