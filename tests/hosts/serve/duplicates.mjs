// Duplicates: rules, marks, plan, apply, undo.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marks = '.fline .mark';

/** A search finds the groups of the tree. */
export async function finds_duplicates(it) {
    const job = await it.job('dupes');
    await it.page.getByRole('link', { name: 'Open the result' }).click();
    await it.page.waitForURL(new RegExp(`job=${job}`));
    await it.page.locator('.gline').first().waitFor();
    assert.equal(await it.page.locator('.gline').count(), it.values.groups);
    await it.check('duplicates');
}

/** Space marks; the last copy cannot be marked; K, N and P. */
export async function marks_by_hand(it) {
    const { page } = it;
    await it.go('#/duplicates');
    await page.locator(marks).first().waitFor();
    const grid = page.locator('[role=grid]');
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('n');
    await page.keyboard.press('p');
    await page.keyboard.press('k');
    const kept = () => page.locator('.fline.keep').count();
    const all = await page.locator(marks).count();
    await it.until('one is kept of the first group', async () => {
        const now = await kept();
        return now < all;
    });
    const before = await kept();
    // The one that is kept stays: it is the last copy.
    await page.keyboard.press(' ');
    await page.getByText('The last copy is always kept').waitFor();
    assert.equal(await kept(), before);
    await page.getByRole('button', { name: 'Forget these' }).click();
    await it.until('all are as the rules say', async () => {
        const now = await kept();
        return now > before;
    });
}

/** A rule is added and moved, and the sum follows. */
export async function keeps_by_rules(it) {
    const { page } = it;
    await it.go('#/duplicates');
    await page.locator(marks).first().waitFor();
    const sum = () => page.locator('.freed .big').innerText();
    assert.equal(await sum(), '0 B');
    await page.getByTitle('Add a rule').click();
    await page.getByRole('button', { name: 'lies in a folder…' }).click();
    const tree = page.getByRole('dialog').getByRole('tree');
    await tree.getByRole('treeitem').first().focus();
    await page.keyboard.press('ArrowRight');
    const folder = tree.getByRole('treeitem', { name: /originals/ });
    await folder.waitFor();
    await it.check('choose-folder');
    await folder.focus();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
    await it.until('something is freed', async () => (await sum()) !== '0 B');
    await page.getByTitle('Add a rule').click();
    await page.getByRole('button', { name: 'is newest' }).click();
    await page.getByTitle('Rule 2').click();
    await page.getByRole('button', { name: 'Ask this earlier' }).click();
    await it.until('the order is another', async () =>
        (await it.text('.criteria li')).includes('newest'),
    );
    await page.getByTitle('Rule 1').click();
    await page.getByRole('button', { name: 'Ask this later' }).click();
    await it.until('the order is as before', async () =>
        (await it.text('.criteria li')).includes('originals'),
    );
    // What lies in the folder is what is kept.
    for (const path of await page.locator('.fline.keep .name').allInnerTexts())
        assert.ok(
            path.includes('originals') || !path.includes('photos'),
            path,
        );
}

/** Plan, apply: the files make way; undo: they are back. */
export async function plans_applies_and_undoes(it) {
    const { page } = it;
    const inside = (path) => join(it.asked.folder, path);
    const { goes, changed } = it.values;
    const contents = goes.map((path) => readFileSync(inside(path)));
    await it.go('#/duplicates');
    await page.getByRole('button', { name: 'Review the plan' }).click();
    await page.waitForURL(/#\/plans\//);
    await page.getByRole('heading', { name: 'What will be done' }).waitFor();
    await page.locator('.grow-row:not(.wait)').first().waitFor();
    await it.check('plan');
    // What has no undo asks for the number of files.
    await page.getByText('Delete for good').click();
    const danger = page.locator('.applybar .danger');
    await danger.waitFor();
    assert.ok(await danger.isDisabled());
    await page.locator('.confirm').fill('1000000');
    assert.ok(await danger.isDisabled());
    await page.locator('.confirm').fill(String(goes.length));
    assert.ok(await danger.isEnabled());
    await it.check('plan-delete');
    await page.getByText('Move to the trash').click();
    const apply = page.locator('.applybar .primary');
    await apply.waitFor();
    assert.match(
        await apply.innerText(),
        new RegExp(`Move ${goes.length} file`),
    );
    // Nothing has happened yet; one file changes behind the plan's back.
    for (const path of goes) assert.ok(existsSync(inside(path)), path);
    if (changed) writeFileSync(inside(changed), 'something else');
    await apply.click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    await it.check('applied');
    for (const path of goes)
        assert.equal(existsSync(inside(path)), path === changed, path);
    await page.getByRole('button', { name: 'Undo…' }).click();
    await page.waitForURL(
        (url) => url.hash !== new URL(page.url()).hash || true,
    );
    await page.locator('.applybar .primary').waitFor();
    await it.check('undo');
    await page.locator('.applybar .primary').click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    goes.forEach((path, at) => {
        if (path === changed) return;
        assert.deepEqual(readFileSync(inside(path)), contents[at], path);
    });
}

/** Folder pairs: one decision for all that two folders share. */
export async function decides_for_folders(it) {
    const { page } = it;
    await it.go('#/duplicates/folders');
    await page.locator('.pair').first().waitFor();
    await it.check('pairs');
    await page.getByRole('button', { name: 'Keep these' }).first().click();
    await page.getByText('to be removed').first().waitFor();
}
