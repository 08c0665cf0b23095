// The kinds of jobs, and the states that they can be in.
import { named, plain } from './names.js';

/** @typedef {{label: string, icon: string, verb?: string}} Kind */
export const KINDS = /** @type {Record<string, Kind>} */ ({
    scan: { label: 'Scan', icon: 'scan', verb: 'Scan' },
    hash: { label: 'Hash', icon: 'hash', verb: 'Hash' },
    dupes: { label: 'Duplicates', icon: 'dupes', verb: 'Find duplicates' },
    similar: {
        label: 'Similar files',
        icon: 'similar',
        verb: 'Find what is alike',
    },
    summary: { label: 'Summary', icon: 'overview', verb: 'Sum up' },
    snapshot: { label: 'Snapshot', icon: 'pin', verb: 'Take a snapshot' },
    diff: { label: 'Compare snapshots', icon: 'diff' },
    verify: { label: 'Verify', icon: 'verify', verb: 'Verify' },
    'store-put': { label: 'Put into a store', icon: 'pin', verb: 'Put' },
    'store-get': { label: 'Get from a store', icon: 'undo', verb: 'Get back' },
    shards: { label: 'Shards', icon: 'dupes' },
    shard: { label: 'Shard', icon: 'hash' },
    merge: { label: 'Duplicates of all shards', icon: 'dupes' },
    rename: { label: 'Rename', icon: 'rename' },
    move: { label: 'Move', icon: 'move' },
    copy: { label: 'Copy', icon: 'copy' },
    link: { label: 'Link', icon: 'link' },
    delete: { label: 'Remove', icon: 'trash' },
    dedupe: { label: 'Remove duplicates', icon: 'trash' },
    apply: { label: 'Apply a plan', icon: 'play' },
    undo: { label: 'Undo', icon: 'undo' },
});
/** @param {string} kind @returns {Kind} */
export const kindOf = (kind) =>
    KINDS[kind] ?? { label: kind, icon: 'file', verb: 'Begin' };

/** @typedef {{label: string, icon: string, tone: string}} State */
const STATES = /** @type {Record<string, State>} */ ({
    queued: { label: 'Waiting', icon: 'clock', tone: '' },
    running: { label: 'Running', icon: 'play', tone: 'accent' },
    done: { label: 'Done', icon: 'check', tone: 'keep' },
    no: { label: 'Answer: no', icon: 'alert', tone: 'warn' },
    failed: { label: 'Failed', icon: 'alert', tone: 'drop' },
    cancelled: { label: 'Cancelled', icon: 'stop', tone: 'warn' },
});
/** @param {any} job @returns {State} */
export const stateOf = (job) =>
    STATES[job.state] || { label: job.state, icon: 'info', tone: '' };

/** Whether a job is not over yet. @param {any} job */
export const isOpen = (job) =>
    job.state === 'running' || job.state === 'queued';

/**
 * Where a job looks, in words.
 * @param {any} job @param {(id: any) => string} nameOf
 */
export function where(job, nameOf) {
    return (job.roots ?? [])
        .map((/** @type {any} */ it) => {
            const root = nameOf(it.root ?? it);
            const below = named(it);
            return plain(below ? `${root}/${below}` : root);
        })
        .join(', ');
}

/** Kinds of jobs that make plans. */
export const PLANNED = ['rename', 'move', 'copy', 'delete', 'dedupe', 'undo'];

/** The plan that a job made or applied, if any. @param {any} job */
export function planOf(job) {
    if (PLANNED.includes(job.kind)) return job.id;
    return job.kind === 'apply' ? (job.request?.plan ?? null) : null;
}

/** The address of what a job found. @param {any} job */
export function resultOf(job) {
    if (job.kind === 'dupes') return `#/duplicates?job=${job.id}`;
    if (job.kind === 'similar') return `#/duplicates/similar?job=${job.id}`;
    if (job.kind === 'diff') return `#/changes?job=${job.id}`;
    const taken = job.kind === 'snapshot' && job.result?.snapshot;
    if (taken) return `#/overview?snapshot=${taken}`;
    if (['scan', 'hash'].includes(job.kind)) return `#/files?job=${job.id}`;
    const plan = planOf(job);
    return plan == null ? '' : `#/plans/${plan}`;
}
