// Duplicates: rules, plan, apply, undo.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

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

/** What would be freed, as it is shown. */
const freed = (it) => it.text('.freed .small.num');

/** The marks of files, by the ends of their paths. */
async function marks(it) {
    const all = {};
    for (const line of await it.page.locator('.fline').all()) {
        const label = await line.locator('.mark').getAttribute('aria-label');
        const [mark, path] = [label.split(' ')[0], label.split('/photos/')[1]];
        all[path] = mark;
    }
    return all;
}

/** Space marks; the last copy cannot be marked; K keeps one alone. */
export async function marks_by_hand(it) {
    const { page } = it;
    const { values } = it;
    const job = Number(/job=(\d+)/.exec(page.url())[1]);
    const grid = page.locator('[role=grid]');
    await page.locator('.fline').first().waitFor();
    await it.until('the rules decided', async () =>
        (await freed(it)).startsWith(`${values.goes.length} files`),
    );
    const before = await marks(it);
    for (const path of values.goes)
        assert.equal(before[path.replace('photos/', '')], 'Remove', path);
    // The first group is that of two.bin: its head, and three files.
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    await it.until('one file less goes', async () =>
        (await freed(it)).startsWith(`${values.goes.length - 1} files`),
    );
    await page.locator('.fline', { hasText: 'by hand' }).first().waitFor();
    await it.check('marked');
    await page.keyboard.press(' ');
    await it.until('it goes again', async () =>
        (await freed(it)).startsWith(`${values.goes.length} files`),
    );
    // The sums are there before the lines are.
    await it.until('all marks are as before', async () =>
        isDeepStrictEqual(await marks(it), before),
    );
    // The one that stays cannot be marked, as long as no other does.
    const kept = page.locator('.fline', {
        has: page.locator('.mark.keep'),
    });
    await kept.first().locator('.mark').click();
    await page.getByText('The last copy is always kept').waitFor();
    // Keep only the first file: the one that stayed goes now.
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    await it.until('another one stays', async () => {
        const now = await marks(it);
        const [first] = Object.keys(now);
        return now[first] === 'Keep' && before[first] === 'Remove';
    });
    // Taken back, so that the rules decide again.
    const asked = await it.api('GET', `jobs/${job}/groups`);
    const { revision, groups } = asked.body;
    const files = groups.flatMap((group) => group.files);
    const set = files.map(({ id }) => ({ file: id, keep: null }));
    const taken = await it.api('PATCH', `jobs/${job}/marks`, {
        revision,
        set,
    });
    assert.equal(taken.status, 200);
    await it.until('the rules decide', async () => {
        const now = await marks(it);
        return Object.keys(before).every((path) => now[path] === before[path]);
    });
}

/** One decision for two folders; the sums follow. */
export async function decides_for_two_folders(it) {
    const { page } = it;
    const job = Number(/job=(\d+)/.exec(page.url())[1]);
    const tabs = page.getByRole('navigation', {
        name: 'Views of the duplicates',
    });
    await tabs.getByRole('link', { name: 'Folder pairs' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/duplicates\/folders/);
    const pair = page.locator('.pair').first();
    await pair.waitFor();
    assert.match(await pair.innerText(), /2 equal files/);
    await it.check('pairs');
    const keep = pair.getByRole('button', { name: /Keep these.*copies$/ });
    await keep.focus();
    await page.keyboard.press('Enter');
    await pair.getByText('to be removed').waitFor();
    await it.check('pairs-kept');
    const asked = await it.api('GET', `jobs/${job}/groups`);
    const { revision, groups } = asked.body;
    const files = groups.flatMap((group) => group.files);
    const goes = files
        .filter(({ mark, by }) => mark === 'remove' && by === 'hand')
        .map(({ path }) => path.split('/photos/')[1]);
    assert.deepEqual(goes.sort(), ['originals/one.bin', 'originals/two.bin']);
    const set = files.map(({ id }) => ({ file: id, keep: null }));
    const body = { revision, set };
    await it.api('PATCH', `jobs/${job}/marks`, body);
    await tabs.getByRole('link', { name: 'Groups' }).click();
    await page.locator('.fline').first().waitFor();
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
