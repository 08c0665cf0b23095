// Signing in, and being signed out.

import assert from 'node:assert/strict';

/** The link signs in, its token leaves the address, and no cookie is set. */
export async function signs_in(it) {
    const { page } = it;
    await page.getByRole('navigation', { name: 'Main' }).first().waitFor();
    assert.ok(!page.url().includes('token'), page.url());
    assert.deepEqual(await it.context.cookies(), []);
    const history = await page.evaluate(() => history.length);
    assert.ok(history <= 2, `${history} entries of history`);
}

/** A link that was used is refused, and a token can be typed. */
export async function refuses_a_used_link(it) {
    it.expect(/status of 401/);
    await it.page.evaluate(() => localStorage.removeItem('sanchay-key'));
    await it.page.goto('about:blank');
    await it.page.goto(it.asked.url);
    await it.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.match(await it.text('main'), /used before/);
    await it.check('sign-in');
    const field = it.page.getByLabel('Or with a token');
    await field.fill('nonsense');
    await it.page.keyboard.press('Enter');
    await it.page.getByRole('alert').waitFor();
    assert.match(await it.text('#token-help'), /does not know this token/);
    await field.fill(it.values.token);
    await it.page.keyboard.press('Enter');
    await it.page.getByRole('navigation', { name: 'Main' }).first().waitFor();
}

/** A key that the service no longer knows leads to the sign-in. */
export async function is_signed_out(it) {
    it.expect(/status of 401/);
    await it.api('DELETE', 'session');
    await it.go('#/history');
    await it.page.getByRole('heading', { name: 'Sign in' }).waitFor();
}
