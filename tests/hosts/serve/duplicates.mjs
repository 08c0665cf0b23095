// Duplicates: rules, plan, apply, undo.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A search finds the groups of the tree; N and P go through them. */
export async function finds_duplicates(it) {
    const { page } = it;
    const job = await it.job('dupes');
    await page.getByRole('link', { name: 'Open the result' }).click();
    await page.waitForURL(new RegExp(`job=${job}`));
    await page.locator('.grow-row:not(.wait)').first().waitFor();
    assert.match(
        await it.text('.head p'),
        new RegExp(`^${it.values.groups} groups`),
    );
    await it.check('duplicates');
    const group = () => it.text('.detail .facts dd');
    await page.locator('[role=grid]').focus();
    await page.keyboard.press('Home');
    await it.until('the first group', async () => (await group()) === '1');
    await page.keyboard.press('n');
    await it.until('the next group', async () => (await group()) === '2');
    await page.keyboard.press('p');
    await it.until('the first again', async () => (await group()) === '1');
}

/** Rules are added and moved; the address has them. */
export async function keeps_by_rules(it) {
    const { page } = it;
    await page.getByTitle('Add a rule').click();
    await page.getByRole('button', { name: 'lies in a folder…' }).click();
    const tree = page.getByRole('dialog').getByRole('tree');
    await tree.getByRole('treeitem').first().focus();
    await page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: /photos/ }).waitFor();
    await tree.getByRole('treeitem', { name: /photos/ }).focus();
    await page.keyboard.press('ArrowRight');
    const folder = tree.getByRole('treeitem', { name: /originals/ });
    await folder.waitFor();
    await it.check('choose-folder');
    await folder.focus();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
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
    await page.reload();
    await it.until('a reload has the rules', async () =>
        (await it.text('.criteria li')).includes('originals'),
    );
}

/** Plan, apply: the files make way; undo: they are back. */
export async function plans_applies_and_undoes(it) {
    const { page } = it;
    const inside = (path) => join(it.asked.folder, path);
    const { goes, changed } = it.values;
    const contents = goes.map((path) => readFileSync(inside(path)));
    await page.getByRole('button', { name: 'Review the plan' }).click();
    await page.waitForURL(/#\/plans\//);
    await page.getByRole('heading', { name: 'What will be done' }).waitFor();
    await page.locator('.grow-row:not(.wait)').first().waitFor();
    await it.check('plan');
    // What has no undo asks for the number of files.
    await page.getByRole('radio', { name: /^Delete for good/ }).click();
    const danger = page.locator('.applybar .danger');
    await danger.waitFor();
    assert.ok(await danger.isDisabled());
    await page.locator('.confirm').fill('1000000');
    assert.ok(await danger.isDisabled());
    await page.locator('.confirm').fill(String(goes.length));
    await it.until('it can be applied', () => danger.isEnabled());
    await it.check('plan-delete');
    await page.getByRole('radio', { name: /^Move to the trash/ }).click();
    const apply = page.locator('.applybar .primary');
    await apply.waitFor();
    const wanted = new RegExp(`Move ${goes.length} file`);
    assert.match(await apply.innerText(), wanted);
    // Nothing has happened yet; one file changes behind the plan's back.
    for (const path of goes) assert.ok(existsSync(inside(path)), path);
    writeFileSync(inside(changed), 'something else');
    await apply.click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    await it.check('applied');
    for (const path of goes)
        assert.equal(existsSync(inside(path)), path === changed, path);
    const before = page.url();
    await page.getByRole('button', { name: 'Undo…' }).click();
    await page.waitForURL((url) => url.href !== before);
    await page.locator('.applybar .primary').waitFor();
    await it.check('undo');
    await page.locator('.applybar .primary').click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    goes.forEach((path, at) => {
        if (path === changed) return;
        assert.deepEqual(readFileSync(inside(path)), contents[at], path);
    });
}
