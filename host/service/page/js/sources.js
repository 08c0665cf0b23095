// Whose files a screen shows: those of a snapshot or a job that the address
// names, or else what was looked at last.
import { useNewest } from './newest.js';

/** Jobs that list files. */
const LISTING = ['snapshot', 'scan', 'hash'];

/**
 * The job whose files are shown; for a snapshot that the address names, what
 * stands for the job that took it.
 * @param {Record<string, string>} query
 */
export function useListed(query) {
    const newest = useNewest(query.job, LISTING);
    if (!query.snapshot) return newest;
    const data = {
        id: `snapshot-${query.snapshot}`,
        kind: 'snapshot',
        state: 'done',
        rows: null,
        roots: [],
        result: { snapshot: query.snapshot },
        named: true,
    };
    return { ...newest, data, error: undefined };
}

/**
 * Its records, as views and sums take them.
 * @param {any} job @returns {Record<string, any>}
 */
export const sourceOf = (job) =>
    job.kind === 'snapshot'
        ? { snapshot: String(job.result.snapshot) }
        : { job: job.id };

/** The same, in an address. @param {any} job */
export const addressOf = (job) =>
    job.named ? { snapshot: job.result.snapshot } : { job: job.id };
