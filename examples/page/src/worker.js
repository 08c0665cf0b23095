// The worker: reads files piece by piece, and asks the inspector about them.
//
// The inspector imports nothing. It gets bytes and gives back digests; it is
// this script that reads, and all that it can read is what the user chose.

import core from './inspector.core.wasm';
import core2 from './inspector.core2.wasm';
import core3 from './inspector.core3.wasm';
import { instantiate } from './inspector.js';

/** How much of a file is in memory at a time, twice, in bytes. */
const PIECE = 1 << 20;

/** At most so often is progress reported, in milliseconds. */
const PAUSE = 100;

const compiled = Promise.all(
    [core, core2, core3].map((it) => WebAssembly.compile(it)),
);

/** Jobs that are to end early. */
const stopped = new Set();

let instance;

/** The inspector: one instance until something goes wrong in it. */
function inspector() {
    instance ??= compiled.then(([main, second, third]) => {
        const modules = {
            'inspector.core.wasm': main,
            'inspector.core2.wasm': second,
            'inspector.core3.wasm': third,
        };
        return instantiate((name) => modules[name], {});
    });
    return instance;
}

/** Answers the messages of the page. */
export function serve() {
    self.onmessage = async ({
        data: { id, stop, file, algorithms, list },
    }) => {
        if (stop) {
            stopped.add(id);
            return;
        }
        try {
            const value = file
                ? await digests(id, file, algorithms)
                : await parse(list);
            self.postMessage({ id, value });
        } catch (error) {
            // After a trap an instance is of no more use.
            if (error instanceof WebAssembly.RuntimeError)
                instance = undefined;
            self.postMessage({ id, error: String(error?.message ?? error) });
        } finally {
            stopped.delete(id);
        }
    };
}

/** The digests of a file: an object of hexadecimal text by algorithm. */
async function digests(id, file, algorithms) {
    const { Hasher } = (await inspector()).hashing;
    const hashers = algorithms.map((algorithm) => [
        algorithm,
        new Hasher(algorithm),
    ]);
    const read = (from) => {
        const piece = file.slice(from, from + PIECE).arrayBuffer();
        // Who awaits it gets the error; nobody may, after another.
        piece.catch(() => {});
        return piece;
    };
    try {
        let reportedAt = performance.now();
        let next = file.size > 0 ? read(0) : undefined;
        for (let from = 0; from < file.size; from += PIECE) {
            const piece = new Uint8Array(await next);
            if (stopped.has(id)) throw new Error('stopped');
            if (from + PIECE < file.size) next = read(from + PIECE);
            for (const [, hasher] of hashers) hasher.update(piece);
            if (performance.now() - reportedAt >= PAUSE) {
                reportedAt = performance.now();
                self.postMessage({ id, done: from + piece.length });
            }
        }
        return Object.fromEntries(
            hashers.map(([algorithm, hasher]) => [
                algorithm,
                hexadecimal(hasher.finish()),
            ]),
        );
    } finally {
        for (const [, hasher] of hashers) hasher[Symbol.dispose]?.();
    }
}

/** The entries of a list of digests, for `list.js`. */
async function parse(bytes) {
    const { checklists } = await inspector();
    const { entries, malformed } = checklists.parse(
        bytes,
        undefined,
        'undecided',
    );
    return {
        entries: entries.map(({ line, path, expected: { tag, val } }) => ({
            line,
            path,
            algorithm: tag === 'named' ? val.algorithm : undefined,
            digest:
                tag === 'partial'
                    ? undefined
                    : hexadecimal(tag === 'named' ? val.digest : val),
        })),
        malformed: malformed.map(({ line }) => line),
    };
}

function hexadecimal(bytes) {
    return Array.from(bytes, (byte) =>
        byte.toString(16).padStart(2, '0'),
    ).join('');
}
