// Rename: template, preview, plan, apply, undo.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Conflicts are shown as one types; a plan renames, and is undone. */
export async function renames(it) {
    const { page } = it;
    it.expect(/status of 422/);
    const { old, now } = it.values.rename;
    const has = (path) => existsSync(join(it.asked.folder, path));
    await it.go(`#/rename?f=${encodeURIComponent(it.values.rename.filter)}`);
    const template = page.getByLabel('New name', { exact: true });
    await template.fill('{stem}-new.{ext}');
    await page.locator('.grow-row mark.new').first().waitFor();
    await it.check('rename');
    await template.fill('same.{ext}');
    await page.locator('.checks .bad').waitFor();
    await page.getByText(/^Conflicts [1-9]/).waitFor();
    await template.fill('{nonsense}');
    await page.locator('#template-error .error').waitFor();
    await template.fill('{stem}-new.{ext}');
    await page.locator('.grow-row mark.new').first().waitFor();
    await page.getByRole('button', { name: 'Review the plan' }).click();
    await page.waitForURL(/#\/plans\//);
    await page.locator('.applybar .primary').click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    assert.ok(has(now) && !has(old), 'it has its new name');
    await it.go('#/history');
    await page.getByRole('link', { name: 'Undo…' }).first().click();
    await page.waitForURL(/#\/plans\//);
    await page.getByRole('button', { name: 'Undo…' }).click();
    await page.locator('.applybar .primary').click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    assert.ok(has(old) && !has(now), 'it has its old name');
}
