// Drives the page of `examples/page` in headless Chromium, and prints as JSON
// what a person would see there, what the page asked the network for, and
// what the browser complained of.
//
// What to do is in the file of JSON that is named: `tools` (a folder whose
// `node_modules` has playwright-core), `chromium`, `profile` (an empty
// folder), `page`, `files` to choose, a `list` to paste, and `screenshot`, a
// folder for pictures, if there are to be any.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { launch } from './browser.mjs';

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { context, seen } = await launch(asked, { width: 320, height: 640 });

try {
    const page = await context.newPage();
    // From now on no dialogue is opened: the first one who waits for one would
    // begin too late.
    page.on('filechooser', () => {});
    await page.goto(pathToFileURL(asked.page).href);
    seen.title = await page.title();

    // By keyboard alone: the first button opens what files are chosen with.
    await page.keyboard.press('Tab');
    seen.first = await page.evaluate(() => document.activeElement.textContent);
    const opened = page.waitForEvent('filechooser');
    await page.keyboard.press('Enter');
    await (await opened).setFiles(asked.files);
    await page
        .getByRole('textbox', { name: 'List of digests' })
        .fill(asked.list);
    const row = page.locator('#results > li');
    await page.waitForFunction(
        (count) =>
            document.querySelectorAll('#results > li dl').length === count &&
            !document.querySelector('progress'),
        asked.files.length,
    );
    await page.waitForFunction(
        () => document.querySelector('#list-result').textContent !== '',
    );
    await page.waitForFunction(
        () =>
            !document
                .querySelector('#results')
                .textContent.includes('will be compared'),
    );

    seen.rows = await row.evaluateAll((rows) =>
        rows.map((it) => ({
            name: it.querySelector('h3').textContent,
            digests: Object.fromEntries(
                [...it.querySelectorAll('dt')].map((term) => [
                    term.textContent,
                    term.nextElementSibling.textContent,
                ]),
            ),
            verdict: it.querySelector('.verdict')?.textContent ?? null,
        })),
    );
    seen.status = await page.getByRole('status').textContent();
    seen.list = await page.locator('#list-result').textContent();
    await page.getByText('The digests as a list').click();
    const names = await page
        .getByLabel('Algorithm')
        .locator('option')
        .allTextContents();
    seen.lists = {};
    for (const name of names) {
        await page.getByLabel('Algorithm').selectOption(name);
        seen.lists[name] = await page.locator('#export-list').inputValue();
    }

    // Nothing is wider than a small screen.
    seen.overflow = await page.evaluate(
        () =>
            document.documentElement.scrollWidth -
            document.documentElement.clientWidth,
    );
    // Whatever can be used has a name for those who do not see it.
    seen.nameless = await page.evaluate(() =>
        [
            ...document.querySelectorAll(
                'button, input, select, textarea, progress, summary',
            ),
        ]
            .filter(
                (it) =>
                    !it.textContent.trim() &&
                    !it.labels?.length &&
                    !it.ariaLabel,
            )
            .map((it) => it.id || it.outerHTML),
    );
    if (asked.screenshots) await pictures(page);

    // The policy holds: whatever the page might ask for, or run besides its own
    // script, is refused. (These are asked for, and the browser complains.)
    const before = structuredClone(seen);
    let reached = false;
    const server = createServer((_, response) => {
        reached = true;
        response.end();
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const refused = await page.evaluate(async (address) => {
        const answers = await Promise.allSettled([
            fetch(address),
            new Promise((resolve, reject) => {
                const image = Object.assign(new Image(), {
                    onload: resolve,
                    onerror: reject,
                });
                image.src = `${address}/image`;
            }),
        ]);
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return (
            answers.every((it) => it.status === 'rejected') &&
            window.ran === undefined
        );
    }, `http://127.0.0.1:${server.address().port}`);
    server.close();
    Object.assign(seen, before, { refused: refused && !reached });
} finally {
    await context.close();
}
process.stdout.write(JSON.stringify(seen));

/** Pictures for people: small and large, light and dark. */
async function pictures(page) {
    for (const [name, width] of [
        ['small', 320],
        ['large', 1000],
    ]) {
        for (const colorScheme of ['light', 'dark']) {
            await page.setViewportSize({ width, height: 640 });
            await page.emulateMedia({ colorScheme });
            const path = join(asked.screenshots, `${name}-${colorScheme}.png`);
            await page.screenshot({ path, fullPage: true });
        }
    }
}
