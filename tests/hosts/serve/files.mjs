// The table of files: names, filter, order, rows, export.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const grid = '[role=grid]';
const row = '.grow-row:not(.wait)';

/** How many rows the table has, its head not counted. */
async function total(it) {
    await it.page.locator(row).first().waitFor();
    const all = await it.page.locator(grid).getAttribute('aria-rowcount');
    return Number(all) - 1;
}

/** All names are shown, and none of them is obeyed. */
export async function shows_hostile_names(it) {
    const { page } = it;
    await it.go('#/files');
    assert.equal(await total(it), it.values.files);
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
    const seen = new Set();
    await page.locator(grid).focus();
    for (let at = 0; at < it.values.files; at += 8) {
        for (const name of await page.locator('.name').allInnerTexts())
            seen.add(name.replace(/\s/g, ''));
        for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
        await page.waitForTimeout(30);
    }
    for (const name of it.values.shown)
        assert.ok(
            [...seen].some((it) => it.endsWith(name.replace(/\s/g, ''))),
            `${name} is not shown`,
        );
    await it.check('files');
}

/** A wrong filter says where and what instead; a right one filters. */
export async function filters(it) {
    const { page } = it;
    it.expect(/status of 422/);
    await it.go('#/files');
    await page.locator(row).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('modified > 30d');
    const wrong = page.locator('.filterhelp .error');
    await wrong.waitFor();
    assert.equal(await page.locator('.filterhelp mark').innerText(), '30d');
    assert.match(await wrong.innerText(), /within 30d/);
    await it.check('mistake');
    await page
        .getByLabel('Filter', { exact: true })
        .fill('ext = bin and size > 1KiB');
    await page.keyboard.press('Enter');
    await page.waitForURL(/f=ext/);
    await it.until(
        'the rows are fewer',
        async () => (await total(it)) === it.values.bins,
    );
    await page.reload();
    assert.equal(await total(it), it.values.bins);
    await page.getByLabel('Filter', { exact: true }).fill('size > 900TiB');
    await page.keyboard.press('Enter');
    await page
        .getByRole('heading', { name: 'No file is like that' })
        .waitFor();
    await page.getByRole('button', { name: 'Show all files' }).click();
    await it.until(
        'all are there',
        async () => (await total(it)) === it.values.files,
    );
}

/** Each head sorts, and the address has the order. */
export async function sorts(it) {
    const { page } = it;
    await it.go('#/files');
    await page.locator(row).first().waitFor();
    await page.getByRole('button', { name: 'Size', exact: true }).click();
    await page.waitForURL(/sort=size/);
    const head = page.getByRole('columnheader', { name: 'Size' });
    await it.until(
        'it is sorted',
        async () => (await head.getAttribute('aria-sort')) === 'descending',
    );
    await page.locator(row).first().waitFor();
    assert.match(
        await page.locator('.name').first().innerText(),
        new RegExp(it.values.largest),
    );
}

/** The details of a file, and its folder. */
export async function opens_a_file(it) {
    const { page } = it;
    await it.go('#/files?sort=size&desc=1');
    await page.locator(row).first().waitFor();
    await page.locator(grid).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'File', exact: true }).waitFor();
    await it.check('details');
    await page.getByRole('link', { name: 'Its folder' }).click();
    await page.waitForURL(/parent/);
    const left = await total(it);
    assert.ok(left > 0 && left < it.values.files, `${left} files`);
}

/** Rows as a file: as many as there are, and none is another's. */
export async function exports_rows(it) {
    const { page } = it;
    await it.go('#/files');
    await page.locator(row).first().waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'NDJSON…' }).click();
    await it.check('export');
    const begun = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const path = await (await begun).path();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, it.values.files);
    for (const line of lines) {
        const { path, path_base64: coded } = JSON.parse(line);
        assert.ok((path ?? coded)?.length, line);
    }
}

/** Ten million rows of a service that has them: both ends, and between. */
export async function shows_ten_million_rows(it) {
    const { page } = it;
    const all = 12_312_689;
    const view = { id: 'many', state: 'ready', total: all, at_least: all };
    await page.route('**/api/v1/views', (route) =>
        route.fulfill({ status: 201, json: view }),
    );
    await page.route('**/api/v1/views/many/rows*', (route) => {
        const query = new URL(route.request().url()).searchParams;
        const from = Number(query.get('from'));
        const count = Math.min(Number(query.get('count')), all - from);
        const rows = Array.from({ length: count }, (_, i) => [
            `/many/file-${from + i}.bin`,
            from + i,
        ]);
        return route.fulfill({
            json: { from, total: all, columns: ['path', 'size'], rows },
        });
    });
    // With a filter, so that it is no view that the page has.
    await it.go('#/files?f=size%20%3E%3D%200');
    const shows = (index) =>
        page.getByText(`file-${index}.bin`, { exact: true }).waitFor();
    await shows(0);
    const elements = await page.locator(`${grid} *`).count();
    assert.ok(elements < 700, `${elements} elements`);
    await page.locator(grid).focus();
    await page.keyboard.press('End');
    await shows(all - 1);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    assert.match(await it.text('.keys .end'), /row 12,312,687 of/);
    await page.keyboard.press('Home');
    await shows(0);
    await page.keyboard.press('g');
    await page.getByLabel(/^Row, 1 to/).fill('9000001');
    await page.keyboard.press('Enter');
    await shows(9_000_000);
    // Small steps stay small there.
    const first = () => page.locator('.grow-row').first().getAttribute('id');
    const number = async () => Number((await first()).split('-').at(-1));
    const before = await number();
    await page.locator(grid).hover();
    await page.mouse.wheel(0, 100);
    await page.waitForTimeout(400);
    const step = (await number()) - before;
    assert.ok(step > 0 && step < 10, `a step of ${step} rows`);
    // The bar's middle is the middle of the rows.
    await page.evaluate(() => {
        const box = document.querySelector('[role=grid]');
        box.scrollTop = box.scrollHeight / 2;
    });
    await page.waitForTimeout(500);
    const middle = await number();
    assert.ok(Math.abs(middle / all - 0.5) < 0.01, `row ${middle}`);
    // And the bar reaches both ends.
    for (const [place, index] of [
        ['box.scrollHeight', all - 1],
        ['0', 0],
    ]) {
        await page.evaluate((place) => {
            const box = document.querySelector('[role=grid]');
            box.scrollTop = place === '0' ? 0 : box.scrollHeight;
        }, place);
        await shows(index);
    }
    await page.unrouteAll();
}
