// Is this file already in the catalog? Its size is asked first: where no file
// has that size, nothing need be read. Otherwise it is hashed here, in the
// page, by the component that the program carries. No byte of it is sent.
import { post } from './api.js';
import { cell } from './cell.js';
import { plural } from './format.js';
import { say } from './messages.js';
import { named, plain } from './names.js';
import { can } from './session.js';

/**
 * @typedef {{id: number, file: File, done: number, ms: number,
 *     state: 'asking' | 'hashing' | 'here' | 'new' | 'unsure' | 'failed',
 *     hash?: Record<string, string>, found?: string[], sameSize: number,
 *     unhashed: number, why?: string}} Asked
 */
export const asked = cell(/** @type {Asked[]} */ ([]));

const script = new URL('hash-worker.js', import.meta.url).href;
/** The one address of a script that this page makes: that of the worker. */
const policy = /** @type {any} */ (window).trustedTypes?.createPolicy(
    'sanchay',
    {
        createScriptURL(/** @type {string} */ url) {
            if (url !== script) throw new TypeError('no script of this page');
            return url;
        },
    },
);
/** Asked where the catalog names no algorithm. */
const DEFAULT = 'xxh3-128';

let last = 0;
let queue = Promise.resolve();

/** @param {Iterable<File>} files */
export function ask(files) {
    for (const file of files) {
        const id = ++last;
        const it = /** @type {Asked} */ ({ id, file, state: 'asking' });
        Object.assign(it, { done: 0, ms: 0, sameSize: 0, unhashed: 0 });
        asked.set((all) => [...all, it]);
        queue = queue.then(() => one(id, file));
    }
}

/** Asks the catalog once more about files that are in the list. */
export function askAgain() {
    const files = asked.get().map((it) => it.file);
    asked.set([]);
    ask(files);
}

/** @param {number} id @param {Partial<Asked>} now */
function set(id, now) {
    asked.set((all) =>
        all.map((it) => (it.id === id ? { ...it, ...now } : it)),
    );
}

/** Whether the service can say where a file is. */
export const canLookUp = () => can('POST lookup');

/**
 * What the catalog says of a size, or of digests of a file of that size.
 * @param {number} size @param {Record<string, string>} [digests]
 */
async function lookup(size, digests = {}) {
    const body = { files: [{ size, digests }] };
    return (await post('lookup', body)).answers[0];
}

/** @param {number} id @param {File} file */
async function one(id, file) {
    // Closed in the meantime: there is nobody to tell.
    if (!asked.get().some((it) => it.id === id)) return;
    try {
        const first = await lookup(file.size);
        if (first.of_size === 0) return found(id, file, first, 'size');
        const algorithms = first.algorithms?.length
            ? first.algorithms
            : [DEFAULT];
        set(id, {
            state: 'hashing',
            sameSize: first.of_size,
            unhashed: first.unhashed ?? 0,
        });
        const { hash, done, ms } = await hashed(id, file, algorithms);
        set(id, { hash, done, ms });
        found(id, file, await lookup(file.size, hash), 'hash');
    } catch (error) {
        const it = /** @type {any} */ (error);
        set(id, {
            state: 'failed',
            why: [it.message ?? it, it.detail].filter(Boolean).join(' '),
        });
    }
}

/**
 * @param {number} id @param {File} file @param {any} answer
 * @param {string} why
 */
function found(id, file, answer, why) {
    const paths = (answer.paths ?? []).map((/** @type {any} */ it) =>
        named(it),
    );
    const unhashed = answer.unhashed ?? 0;
    const state = paths.length ? 'here' : unhashed ? 'unsure' : 'new';
    set(id, { state, found: paths, unhashed, why });
    const times = plural(paths.length, 'time');
    const verdict = {
        here: `in the catalog ${times}`,
        unsure: `unsure, ${plural(unhashed, 'file')} not hashed`,
        new: 'not in the catalog',
    }[state];
    say(`${plain(file.name)}: ${verdict}`);
}

/**
 * Hashes a file in a worker.
 * @param {number} id @param {File} file @param {string[]} algorithms
 * @returns {Promise<{hash: Record<string, string>, done: number, ms: number}>}
 */
function hashed(id, file, algorithms) {
    return new Promise((done, failed) => {
        const address = policy ? policy.createScriptURL(script) : script;
        const worker = new Worker(address, { type: 'module' });
        const unwatch = asked.watch((all) => {
            if (!all.some((it) => it.id === id))
                end(() => failed(new Error('The question was closed.')));
        });
        const end = (/** @type {() => void} */ then) => {
            unwatch();
            worker.terminate();
            then();
        };
        worker.onerror = (e) =>
            end(() =>
                failed(new Error(e.message || 'The worker did not start.')),
            );
        worker.onmessage = ({ data }) => {
            if (data.ready) worker.postMessage({ file, algorithms });
            else if (data.error) end(() => failed(new Error(data.error)));
            else if (data.hash) end(() => done(data));
            else set(id, { done: data.done, ms: data.ms });
        };
    });
}
