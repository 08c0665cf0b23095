// Somebody before the page: what the flows have in common.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** How long anything may take before it is taken for broken, in ms. */
const PATIENCE = 60_000;
const WIDTHS = [1280, 320];

export class Person {
    constructor(asked, context, seen) {
        this.asked = asked;
        this.context = context;
        this.seen = seen;
        this.expected = [];
        const require = createRequire(join(asked.tools, 'package.json'));
        this.axe = readFileSync(
            require.resolve('axe-core/axe.min.js'),
            'utf8',
        );
        context.setDefaultTimeout(PATIENCE);
    }

    get page() {
        return this.context.pages().at(-1);
    }
    get origin() {
        return new URL(this.asked.url).origin;
    }
    get values() {
        return this.asked.values ?? {};
    }

    /** Opens the page with its link. */
    async begin() {
        await this.context.newPage();
        await this.page.goto(this.asked.url);
    }

    /** Goes to a screen. */
    async go(hash) {
        await this.page.goto(`${this.origin}/${hash}`);
        await this.page.locator('h1').first().waitFor();
    }

    /** The text of the first element of a selector. */
    text(selector) {
        return this.page.locator(selector).first().innerText();
    }

    /** Waits until a condition holds. */
    async until(what, condition) {
        const end = Date.now() + PATIENCE;
        for (;;) {
            const value = await condition();
            if (value) return value;
            if (Date.now() > end) assert.fail(`it never came true: ${what}`);
            await this.page.waitForTimeout(50);
        }
    }

    /** The service's answer, by the key of the page. */
    api(method, path, body) {
        return this.page.evaluate(
            async ([method, path, body]) => {
                const key = localStorage.getItem('sanchay-key');
                const answer = await fetch(`/api/v1/${path}`, {
                    method,
                    headers: {
                        authorization: `Bearer ${key}`,
                        'content-type': 'application/json',
                    },
                    body: body && JSON.stringify(body),
                });
                const text = await answer.text();
                const json = text ? JSON.parse(text) : null;
                return { status: answer.status, body: json };
            },
            [method, path, body],
        );
    }

    /** Begins a job with the form, and waits for its end. */
    async job(kind, prepare = async () => {}) {
        await this.go(`#/new/${kind}`);
        const begin = this.page.locator('.begin button[type=submit]');
        await begin.waitFor();
        await this.page.locator('[role=treeitem]').first().waitFor();
        await prepare(this.page);
        await begin.click();
        await this.page.waitForURL(/#\/jobs\/\d+/);
        await this.ended();
        return Number(/jobs\/(\d+)/.exec(this.page.url())[1]);
    }

    /** Waits for the end of the job that is seen. */
    async ended() {
        const tag = this.page.locator('.head .tag').first();
        await this.until('the job ends', async () =>
            ['Done', 'Cancelled', 'Failed', 'Answer: no'].includes(
                (await tag.innerText().catch(() => '')).trim(),
            ),
        );
        return (await tag.innerText()).trim();
    }

    /** What the browser may complain of: an answer that is meant to come. */
    expect(pattern) {
        this.expected.push(pattern);
    }
    complaints(all) {
        return all.filter((it) => !this.expected.some((one) => one.test(it)));
    }

    /**
     * The screen as it is has no finding of axe-core and nothing that is wider
     * than it: light and dark, wide and narrow.
     */
    async check(name) {
        const { page } = this;
        const session = await this.context.newCDPSession(page);
        for (const width of WIDTHS) {
            for (const colorScheme of ['light', 'dark']) {
                await page.setViewportSize({ width, height: 800 });
                await page.emulateMedia({ colorScheme });
                await page.waitForTimeout(120);
                // The page's policy forbids scripts that it does not bring.
                await session.send('Runtime.evaluate', {
                    expression: this.axe,
                });
                const found = await page.evaluate(async () => {
                    const { violations } = await globalThis.axe.run(document, {
                        resultTypes: ['violations'],
                    });
                    return violations.map(
                        ({ id, nodes }) => `${id}: ${nodes[0].html}`,
                    );
                });
                const [wider, widest] = await page.evaluate(() => {
                    const { scrollWidth, clientWidth } =
                        document.documentElement;
                    const all = [...document.body.querySelectorAll('*')];
                    const scrolls = (it) =>
                        it !== document.body &&
                        (getComputedStyle(it).overflowX !== 'visible' ||
                            scrolls(it.parentElement));
                    const out = all.find(
                        (it) =>
                            it.getBoundingClientRect().right >
                                clientWidth + 1 && !scrolls(it.parentElement),
                    );
                    const html = out?.outerHTML.slice(0, 300) ?? '';
                    return [scrollWidth - clientWidth, html];
                });
                await this.picture(`${name}-${width}-${colorScheme}`);
                const where = `${name}, ${width} px, ${colorScheme}`;
                assert.deepEqual(found, [], where);
                assert.ok(wider <= 0, `${where}: ${wider} px too wide: ${widest}`);
            }
        }
        await session.detach();
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.emulateMedia({ colorScheme: 'light' });
    }

    async picture(name) {
        if (!this.asked.screenshots) return;
        const path = join(this.asked.screenshots, `${name}.png`);
        await this.page.screenshot({ path });
    }

    /** What is told of a flow that failed. */
    async report(name, error) {
        await this.picture(`failed-${name}`).catch(() => {});
        const url = this.page.url();
        const body = await this.page
            .locator('main')
            .innerText()
            .catch(() => '');
        return `${error.stack}\nat ${url}, with: ${body.slice(0, 1500)}`;
    }
}
