// Drives the page of `sanchay summary --html` in headless Chromium, and prints
// as JSON what is seen there, what the page asked the network for, and what
// the browser complained of.
//
// What to do is in the file of JSON that is named: `tools` (a folder whose
// `node_modules` has playwright-core), `chromium`, `profile` (an empty
// folder), `page`, and `screenshots`, a folder for pictures, if there are to
// be any.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { launch } from './browser.mjs';

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { context, seen } = await launch(asked, { width: 1200, height: 800 });

try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(asked.page).href);
    seen.title = await page.title();
    seen.sums = await page.evaluate(() =>
        Object.fromEntries(
            [...document.querySelectorAll('.sums data')].map((it) => [
                it.id,
                Number(it.value),
            ]),
        ),
    );

    // The table that is shown is the one by size; a click on a heading shows
    // another, and so do the arrow keys.
    const visible = page.locator('#folders > div:visible');
    seen.by_size = await visible.evaluate((it) =>
        [...it.querySelectorAll('tbody tr')].map((row) =>
            Number(row.querySelector('td data').value),
        ),
    );
    await visible.getByText('Folder', { exact: true }).click();
    seen.by_name = await visible.evaluate((it) =>
        [...it.querySelectorAll('tbody th')].map((cell) => cell.textContent),
    );
    await page.locator('#folders input:checked').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    seen.by_key = await visible
        .locator('th[aria-sort]')
        .getAttribute('aria-sort');

    // How much of the map is covered by what lies directly in it.
    seen.covered = await page.evaluate(() => {
        const tiles = document.querySelectorAll('.treemap > g > rect');
        const areas = [...tiles].map((it) => {
            const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(
                (name) => Number(it.getAttribute(name)),
            );
            return { x, y, width, height };
        });
        const within = (a, b) =>
            a !== b &&
            a.x >= b.x &&
            a.y >= b.y &&
            a.x + a.width <= b.x + b.width + 0.2 &&
            a.y + a.height <= b.y + b.height + 0.2;
        const outer = areas.filter((a) => !areas.some((b) => within(a, b)));
        const sum = outer.reduce((sum, it) => sum + it.width * it.height, 0);
        return sum / (1200 * 640);
    });

    // Whatever can be used has a name for those who do not see it.
    seen.nameless = await page.evaluate(() =>
        [...document.querySelectorAll('input, summary, table, [role=img]')]
            .filter(
                (it) =>
                    !it.textContent.trim() &&
                    !it.labels?.length &&
                    !it.ariaLabel &&
                    !it.getAttribute('aria-labelledby'),
            )
            .map((it) => it.outerHTML),
    );
    seen.ran = await page.evaluate(() => window.ran !== undefined);
    seen.picture = (await page.screenshot({ fullPage: true })).length;
    if (asked.screenshots) await pictures(page);

    // Nothing but the tables is wider than a small screen, and these scroll.
    await page.setViewportSize({ width: 320, height: 640 });
    seen.overflow = await page.evaluate(
        () =>
            document.documentElement.scrollWidth -
            document.documentElement.clientWidth,
    );

    // The policy holds: what the page might load or run is refused. (The
    // browser complains of that.)
    const before = structuredClone(seen);
    const refused = await page.evaluate(async () => {
        const image = await new Promise((done) => {
            const image = Object.assign(new Image(), {
                onload: () => done(false),
                onerror: () => done(true),
            });
            image.src = 'http://127.0.0.1:9/image';
        });
        const fetched = await fetch('http://127.0.0.1:9/').then(
            () => false,
            () => true,
        );
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return image && fetched && window.ran === undefined;
    });
    Object.assign(seen, before, { refused });
} finally {
    await context.close();
}
process.stdout.write(JSON.stringify(seen));

/** Pictures for people: small and large, light and dark. */
async function pictures(page) {
    for (const [name, width] of [
        ['small', 360],
        ['large', 1200],
    ]) {
        for (const colorScheme of ['light', 'dark']) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme });
            const path = join(asked.screenshots, `${name}-${colorScheme}.png`);
            await page.screenshot({ path, fullPage: true });
        }
    }
    await page.emulateMedia({ colorScheme: 'light', media: 'print' });
    const path = join(asked.screenshots, 'print.png');
    await page.screenshot({ path, fullPage: true });
    await page.emulateMedia({ media: null });
}
