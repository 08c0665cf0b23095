// Hashes a file beside the page, as its bytes come.
import { load } from './inspector.js';

const TELL = 80;
const loaded = (async () => {
    const answer = await fetch(new URL('../inspector.wasm', import.meta.url));
    if (!answer.ok)
        throw new Error('The component did not come from the service.');
    return load(await answer.arrayBuffer());
})();

addEventListener('message', async ({ data: { file, algorithms } }) => {
    try {
        const engine = await loaded;
        const begun = performance.now();
        const hashers = algorithms.map((/** @type {string} */ it) =>
            engine.hasher(it),
        );
        let [done, told] = [0, begun];
        for (const reader = file.stream().getReader(); ;) {
            const piece = await reader.read();
            if (piece.done) break;
            for (const it of hashers) it.update(piece.value);
            done += piece.value.length;
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
