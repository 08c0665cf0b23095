// Stores: trees are put into one, and come back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tree is put, under a name. */
export async function puts_into_a_store(it) {
    const { page } = it;
    await it.go('#/new/store-put');
    await page.getByRole('combobox', { name: 'Store' }).waitFor();
    await page.locator('[role=treeitem]').first().waitFor();
    await it.check('store-put');
    await it.job('store-put', (page) =>
        page.getByLabel('Name', { exact: true }).fill('first'),
    );
    assert.match(await it.text('.head .tag'), /Done/);
}

/** It comes back into a folder that is chosen by keys. */
export async function gets_from_a_store(it) {
    const { page } = it;
    await it.go('#/new/store-get');
    const chosen = page.getByRole('combobox', { name: 'Snapshot' });
    await chosen.waitFor();
    const named = page.locator('option', { hasText: 'first' });
    await named.waitFor({ state: 'attached' });
    await chosen.selectOption(await named.getAttribute('value'));
    const tree = page.getByRole('tree', { name: 'Where they go' });
    await tree.getByRole('treeitem').first().focus();
    await page.keyboard.press('ArrowRight');
    const into = tree.getByRole('treeitem', { name: /back/ });
    await into.waitFor();
    await into.focus();
    await page.keyboard.press(' ');
    await it.check('store-get');
    await page.getByRole('button', { name: 'Get back' }).click();
    await page.waitForURL(/#\/jobs\/\d+/);
    assert.equal(await it.ended(), 'Done');
    const inside = (path) => readFileSync(join(it.asked.folder, path));
    for (const path of it.values.stored)
        assert.deepEqual(inside(`back/${path}`), inside(path), path);
}
