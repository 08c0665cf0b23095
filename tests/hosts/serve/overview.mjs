// The overview: sums, the map of folders and its list.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One button looks at all roots, and the page fills by itself. */
export async function looks_at_all(it) {
    await it.go('#/overview');
    await it.page.getByRole('button', { name: 'Look at it' }).click();
    await it.page.locator('.maplist tbody tr').first().waitFor();
}

/** The sums are those of the tree. */
export async function shows_the_sums(it) {
    await it.go('#/overview');
    await it.page.locator('.stat .value').first().waitFor();
    const stored = await it.text('.stat .note');
    assert.match(stored, new RegExp(`^${it.values.files} files`));
    await it.page.locator('.maplist tbody tr').first().waitFor();
    await it.check('overview');
}

/** Into a folder by the map's keys, up again, and Back. */
export async function goes_into_the_map(it) {
    const { page } = it;
    await it.go('#/overview');
    await page.locator('.maplist tbody tr').first().waitFor();
    const map = page.locator('.treemap');
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL(/at=/);
    const inside = page.url();
    await page.locator('.crumbs [aria-current]').waitFor();
    await map.focus();
    await page.keyboard.press('Backspace');
    await page.waitForURL((url) => !url.href.includes('at='));
    await page.goBack();
    assert.equal(page.url(), inside);
    await page.goBack();
    await it.until('the top is seen', () => !page.url().includes('at='));
}

/** One type alone, then one age alone; the address has which of the two. */
export async function shows_one_type_or_age_alone(it) {
    const { page } = it;
    await it.go('#/overview');
    const chips = page.locator('.legend .chip');
    await chips.first().waitFor();
    const types = await chips.allInnerTexts();
    for (const type of it.values.types)
        assert.ok(
            types.some((text) => text.startsWith(type)),
            `${type} is not in ${types}`,
        );
    await chips.first().click();
    assert.equal(await chips.first().getAttribute('aria-pressed'), 'true');
    await it.check('types');
    await page.getByRole('radio', { name: 'Age' }).check();
    await page.waitForURL(/colour=age/);
    await page.getByRole('group', { name: /^Ages/ }).waitFor();
    await chips.first().click();
    assert.equal(await chips.first().getAttribute('aria-pressed'), 'true');
    await it.check('ages');
    await page.reload();
    await page.getByRole('group', { name: /^Ages/ }).waitFor();
}

/** With a second snapshot, the overview tells what is otherwise since then. */
export async function tells_what_grew(it) {
    const { page } = it;
    writeFileSync(join(it.asked.folder, 'docs/more.md'), 'm'.repeat(2000));
    await it.job('snapshot');
    await it.go('#/overview');
    const changed = page.locator('.stat', { hasText: 'Changes' });
    await changed.filter({ hasText: '+1 files since' }).waitFor();
    await page.getByRole('img', { name: /^2 snapshots/ }).waitFor();
    await it.check('overview-since');
    await changed.click();
    await page.waitForURL(/#\/changes\?a=\d+&b=\d+/);
    await page.locator('.kindcard').first().waitFor();
}

/** Ctrl K finds a screen, and a part of a path. */
export async function finds_by_name(it) {
    const { page } = it;
    await it.go('#/overview');
    await page.keyboard.press('Control+k');
    const box = page.getByRole('combobox', { name: 'Go to or search' });
    await box.fill('hist');
    await it.check('palette');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/history/);
    await page.keyboard.press('Control+k');
    await box.fill('photos');
    await page.getByRole('option', { name: /Files whose path/ }).click();
    await page.waitForURL(/#\/files\?f=/);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await it.check('keys');
    await page.keyboard.press('Escape');
}
