// Jobs: beginning them without a mouse, watching, cancelling, the history.

import assert from 'node:assert/strict';

/** Before anything was scanned each screen says what to do. */
export async function says_what_to_do_first(it) {
    it.expect(/status of 404/);
    for (const [hash, title] of [
        ['#/overview', 'Nothing has been looked at yet'],
        ['#/files', 'Nothing has been looked at yet'],
        ['#/duplicates', 'Nobody has looked for duplicates yet'],
        ['#/changes', 'There is no snapshot yet'],
        ['#/history', 'No such jobs'],
    ]) {
        await it.go(hash);
        await it.page.getByRole('heading', { name: title }).waitFor();
        await it.check(`first${hash.replace(/\W/g, '-')}`);
    }
}

/** Folders are chosen, a size is corrected and a scan begun, by keys alone. */
export async function scans_without_a_mouse(it) {
    const { page } = it;
    it.expect(/status of 422/);
    await it.go('#/overview');
    await page.getByRole('link', { name: 'Choose what to do' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/new/);
    const kinds = page.getByRole('navigation', { name: 'Kind of job' });
    await kinds.getByRole('link', { name: /^Scan/ }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/new\/scan/);
    const root = page.locator('[role=treeitem]').first();
    await root.waitFor();
    await root.focus();
    await it.until(
        'the root is chosen',
        async () => (await root.getAttribute('aria-selected')) === 'true',
    );
    // Space leaves it out; nothing can begin then, and the tree is pointed at.
    await page.keyboard.press(' ');
    assert.equal(await root.getAttribute('aria-selected'), 'false');
    await page.getByRole('button', { name: 'Scan', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'folder' }).waitFor();
    await it.until('the tree has the focus', () =>
        page.evaluate(
            () => document.activeElement.getAttribute('role') === 'treeitem',
        ),
    );
    await page.keyboard.press('ArrowRight');
    await page.locator('[role=treeitem][aria-level="2"]').first().waitFor();
    await it.check('new');
    await page.keyboard.press(' ');
    assert.equal(await root.getAttribute('aria-selected'), 'true');
    // A size that is none is said at its field, which gets the focus.
    await page.getByLabel('At least').fill('many');
    await page.keyboard.press('Enter');
    await page.locator('#min_size-help[role=alert]').waitFor();
    await it.until('the field has the focus', () =>
        page.evaluate(() => document.activeElement.id === 'min_size'),
    );
    await page.getByLabel('At least').fill('');
    const line = await page.locator('.command code').last().innerText();
    assert.match(line, /^sanchay scan /);
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/jobs\/\d+/);
    assert.equal(await it.ended(), 'Done');
    await it.check('job');
}

/** A job is cancelled in its middle; what it found is kept. */
export async function cancels_a_job(it) {
    const { page } = it;
    await it.go('#/new/hash');
    await page
        .locator('[role=treeitem][aria-selected=true]')
        .first()
        .waitFor();
    await page.getByRole('radio', { name: 'sha256' }).check();
    await page.getByRole('button', { name: 'Hash', exact: true }).click();
    await page.waitForURL(/#\/jobs\/\d+/);
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    assert.equal(await it.ended(), 'Cancelled');
    assert.match(await it.text('main'), /found until then is kept/);
    await it.check('cancelled');
}

/** A reload in the middle of a job shows it running, and its end. */
export async function watches_a_job(it) {
    const { page } = it;
    await it.go('#/new/hash');
    await page
        .locator('[role=treeitem][aria-selected=true]')
        .first()
        .waitFor();
    await page.getByRole('radio', { name: 'sha256' }).check();
    await page.getByRole('button', { name: 'Hash', exact: true }).click();
    await page.waitForURL(/#\/jobs\/\d+/);
    await page.reload();
    await page.getByRole('button', { name: 'Cancel…' }).waitFor();
    assert.equal(await it.ended(), 'Done');
}

/** The history has all jobs, those with errors alone, and leads to each. */
export async function has_a_history(it) {
    const { page } = it;
    await it.go('#/history');
    await page.locator('.joblist .jobtitle').first().waitFor();
    const all = await page.locator('.joblist .jobtitle').count();
    assert.ok(all >= 2, `${all} jobs`);
    await it.check('history');
    await page.getByRole('radio', { name: 'With errors' }).check();
    await page.waitForURL(/kind=errors/);
    await page.getByRole('radio', { name: 'All' }).check();
    await page.locator('.joblist .jobtitle').first().click();
    await page.waitForURL(/#\/jobs\/\d+/);
}

/** While the service is away it says so, and comes back by itself. */
export async function bears_a_service_that_dies(it) {
    it.expect(/Failed to load resource|ERR_|status of 401/);
    await it.go('#/history');
    process.kill(it.values.service, 'SIGSTOP');
    process.kill(it.values.service, 'SIGKILL');
    await it.page.getByText('The service does not answer').first().waitFor();
    await it.check('offline');
}
