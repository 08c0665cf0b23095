// Hashes a file beside the page, as its bytes come.
import { load } from './inspector.js';

const TELL = 80;
/** How much is read at once, in bytes, and how many such reads go ahead. */
const READ = 16 << 20;
const AHEAD = 3;
/** How much of that the component takes at once. */
const PIECE = 1 << 20;
const loaded = (async () => {
    const answer = await fetch(new URL('../inspector.wasm', import.meta.url));
    if (!answer.ok)
        throw new Error('The component did not come from the service.');
    return load(await answer.arrayBuffer());
})();

/**
 * A file from one end to the other. Its own stream comes in small pieces, each
 * of which costs a message.
 * @param {File} file
 */
async function* reads(file) {
    const ahead = /** @type {Promise<ArrayBuffer>[]} */ ([]);
    let at = 0;
    const read = () => {
        if (at >= file.size) return;
        const bytes = file.slice(at, at + READ).arrayBuffer();
        // Whoever waits for it hears of it.
        bytes.catch(() => {});
        ahead.push(bytes);
        at += READ;
    };
    for (let of = 0; of < AHEAD; of++) read();
    while (ahead.length) {
        const bytes = new Uint8Array(
            /** @type {ArrayBuffer} */ (await ahead.shift()),
        );
        read();
        yield bytes;
    }
}

addEventListener('message', async ({ data: { file, algorithms } }) => {
    try {
        const engine = await loaded;
        const begun = performance.now();
        const hashers = algorithms.map((/** @type {string} */ it) =>
            engine.hasher(it),
        );
        let [done, told] = [0, begun];
        for await (const read of reads(file)) {
            for (let at = 0; at < read.length; at += PIECE) {
                const piece = read.subarray(at, at + PIECE);
                for (const it of hashers) it.update(piece);
            }
            done += read.length;
            const now = performance.now();
            if (now - told < TELL) continue;
            told = now;
            postMessage({ done, ms: now - begun });
        }
        const hash = Object.fromEntries(
            algorithms.map(
                (/** @type {string} */ name, /** @type {any} */ at) => [
                    name,
                    hashers[at].finish(),
                ],
            ),
        );
        for (const it of hashers) it.drop();
        postMessage({ hash, done, ms: performance.now() - begun });
    } catch (error) {
        postMessage({ error: String(error) });
    }
});
postMessage({ ready: true });
