// The newest job of some kinds: what a screen shows unless it is told a job.
import { get } from './api.js';
import { useCell } from './cell.js';
import { isOpen } from './kinds.js';
import { changes } from './live.js';
import { useLoad } from './loading.js';

/**
 * Whether there is something to show of a job: of one that takes a snapshot,
 * once it is taken.
 * @param {any} job
 */
const isUseful = (job) =>
    job.kind === 'snapshot'
        ? job.state === 'done'
        : isOpen(job) || ['done', 'no', 'cancelled'].includes(job.state);

/**
 * The job of that id, or the newest of these kinds that has ended; one that
 * still runs where there is no other. `data` is null where there is none.
 * @param {string | undefined} id @param {string[]} kinds
 */
export function useNewest(id, kinds) {
    const { job } = useCell(changes);
    const key = kinds.join(' ');
    return useLoad(
        async (signal) => {
            if (id) return get(`jobs/${encodeURIComponent(id)}`, { signal });
            const lists = await Promise.all(
                kinds.map((kind) => get(`jobs?kind=${kind}`, { signal })),
            );
            const all = lists
                .flatMap((it) => it.jobs)
                .filter(isUseful)
                .sort((a, b) => Number(b.id) - Number(a.id));
            return all.find((it) => !isOpen(it)) ?? all[0] ?? null;
        },
        [id, key, job],
    );
}
