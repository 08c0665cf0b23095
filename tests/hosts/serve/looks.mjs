// Changes between snapshots, and what all screens have in common.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two snapshots, and what differs: each kind alone, growth, the files. */
export async function compares_snapshots(it) {
    const { page } = it;
    const inside = (path) => join(it.asked.folder, path);
    await it.job('snapshot');
    writeFileSync(inside('added.txt'), 'a'.repeat(5000));
    writeFileSync(inside(it.values.grows), 'b'.repeat(9000));
    rmSync(inside(it.values.removed));
    await it.job('snapshot');
    await it.go('#/changes');
    await page.locator('.kindcard').first().waitFor();
    await page.locator('.grow-row:not(.wait)').first().waitFor();
    const value = (name) =>
        page
            .locator('.kindcard', { hasText: name })
            .locator('.value')
            .innerText();
    assert.equal(await value('New'), '1');
    assert.equal(await value('Deleted'), '1');
    assert.equal(await value('Changed'), '1');
    const names = await page.locator('.name').allInnerTexts();
    assert.ok(
        names.some((it) => it.endsWith('added.txt')),
        names.join(),
    );
    await it.check('changes');
    // Only one kind, and all again.
    const kind = (name) => page.getByRole('button', { name });
    await kind(/^Deleted/).click();
    await page.waitForURL(/only=deleted/);
    const files = page.getByRole('grid', { name: 'Differences' });
    const shown = files.locator('[role=row] .tag');
    await page.waitForFunction(
        () => document.querySelectorAll('.grid [role=row] .tag').length === 1,
    );
    assert.equal((await shown.innerText()).trim(), 'deleted');
    await it.check('changes-only');
    await kind('All changes').click();
    await page.waitForFunction(
        () => document.querySelectorAll('.grid [role=row] .tag').length > 1,
    );
    // By folder, by keys: into the one that shrank, and up again.
    const steep = page.getByRole('region', { name: /^Steepest/ });
    await steep.getByRole('button', { name: 'docs' }).waitFor();
    const grown = page.getByRole('region', { name: /^Growth/ });
    await grown.getByRole('button', { name: 'code' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/at=code/);
    await page.getByRole('heading', { name: 'Files in code' }).waitFor();
    await it.until('its file is the only one', async () => {
        const left = await page.locator('.name').allInnerTexts();
        const [name = ''] = left.map((it) => it.replace(/\s/g, ''));
        return left.length === 1 && name.endsWith(it.values.removed);
    });
    await it.check('changes-folder');
    await page.getByRole('button', { name: 'Up' }).click();
    await page.waitForURL((url) => !url.hash.includes('at='));
}

/** Whatever the page might ask of others, or run, is refused. */
export async function keeps_to_itself(it) {
    const { page } = it;
    it.expect(/Content Security Policy|Refused|violates|TrustedScript/);
    it.expect(/trusted/i);
    const refused = await page.evaluate(async () => {
        const elsewhere = await fetch('http://127.0.0.1:9/').then(
            () => false,
            () => true,
        );
        const script = document.createElement('script');
        try {
            script.textContent = 'window.ran = true';
            document.body.append(script);
        } catch {
            // Refused before it could be written.
        }
        let written = false;
        try {
            document.body.insertAdjacentHTML('beforeend', '<b>x</b>');
            written = true;
        } catch {
            // What is no trusted type is not written.
        }
        return { elsewhere, ran: globalThis.ran ?? false, written };
    });
    assert.deepEqual(refused, { elsewhere: true, ran: false, written: false });
}

/** Nothing that is loaded is larger than it may be; it is there soon. */
export async function is_small(it) {
    const { page } = it;
    await it.context.newPage();
    await it.page.goto(`${it.origin}/#/overview`);
    await it.page.locator('h1').first().waitFor();
    const loaded = await it.page.evaluate(() =>
        performance
            .getEntriesByType('resource')
            .filter((it) => !it.name.includes('/api/'))
            .map(({ name, encodedBodySize: size }) => ({ name, size })),
    );
    const sum = loaded.reduce((all, it) => all + it.size, 0);
    assert.ok(loaded.length > 20, `${loaded.length} files`);
    assert.ok(sum < 250_000, `${sum} bytes`);
    it.seen.size = sum;
    await it.page.close();
    void page;
}

/** A snapshot of all roots. */
export async function takes_a_snapshot(it) {
    await it.job('snapshot');
}

/** A snapshot that knows what is in the files. */
export async function takes_a_snapshot_with_digests(it) {
    await it.job('snapshot', (page) =>
        page.getByLabel(/^Hash files, too/).check(),
    );
}

/** A scan of all roots. */
export async function takes_a_scan(it) {
    await it.job('scan');
}
