// Similar images: found by a job, seen side by side and one over the other.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether all pictures that are seen are there, and have a size. */
const pictures = (it) =>
    it.page.evaluate(() => {
        const all = [...document.querySelectorAll('.picture img')];
        return all.length > 1 && all.every((one) => one.naturalWidth > 0);
    });

/** Before anything was compared the tab says what to do; then it has pairs. */
export async function compares_pictures(it) {
    const { page } = it;
    await it.go('#/duplicates/similar');
    const none = 'Nobody has compared pictures yet';
    await page.getByRole('heading', { name: none }).waitFor();
    await it.check('similar-first');
    await page
        .getByRole('main')
        .getByRole('link', { name: 'Compare pictures' })
        .last()
        .focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/new\/similar/);
    await page.locator('[role=treeitem]').first().waitFor();
    await page.getByLabel('Turned ones, too').check();
    await page.locator('.begin button[type=submit]').click();
    await page.waitForURL(/#\/jobs\/\d+/);
    assert.equal(await it.ended(), 'Done');
    await page.getByRole('link', { name: 'Open the result' }).click();
    await page.waitForURL(/duplicates\/similar\?job=/);
    await page.locator('.grow-row:not(.wait)').first().waitFor();
    const pairs = await page.locator('.grow-row:not(.wait)').count();
    assert.equal(pairs, it.values.pairs);
    await it.until('both are seen', () => pictures(it));
    const sizes = await page.locator('.picture figcaption').allInnerTexts();
    assert.deepEqual(
        sizes.map((text) => text.trim()).sort(),
        it.values.sizes,
    );
    await it.check('similar');
    await page.getByRole('radio', { name: 'Slide' }).check();
    const edge = page.getByRole('slider');
    await edge.focus();
    await page.keyboard.press('Home');
    await it.until('the edge is at the left', async () =>
        (await edge.inputValue()) === '0',
    );
    await it.until('both are there', () => pictures(it));
    await it.check('similar-slide');
    await page.getByRole('radio', { name: 'Side by side' }).check();
}

/** One of two goes by a plan. */
export async function removes_one_of_two(it) {
    const { page } = it;
    const path = join(it.asked.folder, it.values.removed);
    assert.ok(existsSync(path));
    await page
        .getByRole('button', { name: new RegExp(`${it.values.removed}…$`) })
        .click();
    await page.waitForURL(/#\/plans\//);
    const apply = page.locator('.applybar .primary');
    await apply.waitFor();
    assert.match(await apply.innerText(), /1 file/);
    assert.ok(existsSync(path), 'nothing has happened yet');
    await apply.click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    assert.ok(!existsSync(path));
}
