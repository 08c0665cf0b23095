// Measures the page of a service in headless Chromium, and prints as JSON how
// long after the first byte it can be used, and how fast it hashes a file.
//
// What to do is in the file of JSON that is named: `tools`, `chromium` and
// `profile` as of tests/hosts/serve/drive.mjs, `url` (the page's, with no
// token), `key` (a token), `file` (one of a size that the catalog has), and
// `rounds`.

import { readFileSync } from 'node:fs';

import { launch } from '../tests/hosts/browser.mjs';

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { context } = await launch(asked, { width: 1280, height: 800 });
const page = await context.newPage();
const told = { usable: [], hashing: [], bytes: 0 };

// A page can be used when it has a heading and something to press.
await page.addInitScript(() => {
    const look = () => {
        const main = document.querySelector('main');
        const button = main?.querySelector('button:not(:disabled), a[href]');
        if (!main?.querySelector('h1') || !button) return false;
        requestAnimationFrame(() => (window.usable = performance.now()));
        return true;
    };
    new MutationObserver((_, it) => look() && it.disconnect()).observe(
        document,
        { childList: true, subtree: true },
    );
});
try {
    // As if somebody had signed in.
    await page.goto(asked.url);
    await page.evaluate(
        (key) => localStorage.setItem('sanchay-key', key),
        asked.key,
    );
    for (let round = 0; round < asked.rounds; round++) {
        await page.goto('about:blank');
        await page.goto(asked.url);
        await page.waitForFunction(() => window.usable);
        told.usable.push(
            await page.evaluate(() => {
                const [it] = performance.getEntriesByType('navigation');
                return window.usable - it.responseStart;
            }),
        );
    }
    for (let round = 0; round < asked.rounds; round++) {
        await page.setInputFiles('#here-file', asked.file);
        const { state, why, ms, done, hash } = await page.evaluate(
            async (count) => {
                const { asked } = await import('/js/here.js');
                const over = ['here', 'new', 'unsure', 'failed'];
                for (;;) {
                    const it = asked.get()[count];
                    if (it && over.includes(it.state)) return it;
                    await new Promise((later) => setTimeout(later, 50));
                }
            },
            round,
        );
        if (state === 'failed' || !done)
            throw new Error(`it was not hashed: ${state} ${why}`);
        told.hashing.push(ms);
        told.bytes = done;
        told.hash = hash;
    }
} finally {
    await context.close();
}
process.stdout.write(JSON.stringify(told));
