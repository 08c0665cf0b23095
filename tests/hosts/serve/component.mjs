// "Is it here?": files are hashed in the page, by the program's component.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The page's component is the program's, byte for byte. */
export async function has_the_component(it) {
    const digest = await it.page.evaluate(async () => {
        const answer = await fetch('/inspector.wasm');
        const bytes = await answer.arrayBuffer();
        const digest = await crypto.subtle.digest('SHA-256', bytes);
        return Array.from(new Uint8Array(digest), (byte) =>
            byte.toString(16).padStart(2, '0'),
        ).join('');
    });
    assert.equal(digest, it.values.component);
}

/** Its digests are those of the program, for each algorithm and size. */
export async function hashes_as_the_program(it) {
    const { page, values } = it;
    for (const { path, size, digests } of values.hashed) {
        const seen = await page.evaluate(
            async ([size, names]) => {
                const { load } = await import('/js/inspector.js');
                const answer = await fetch('/inspector.wasm');
                const engine = await load(await answer.arrayBuffer());
                const bytes = Uint8Array.from(
                    { length: size },
                    (_, at) => Math.floor(at / 3) & 255,
                );
                return Object.fromEntries(
                    names.map((name) => {
                        const hasher = engine.hasher(name);
                        // In pieces that are no power of two.
                        for (let at = 0; at < size; at += 65_521)
                            hasher.update(bytes.subarray(at, at + 65_521));
                        const digest = hasher.finish();
                        hasher.drop();
                        return [name, digest];
                    }),
                );
            },
            [size, Object.keys(digests)],
        );
        assert.deepEqual(seen, digests, path);
    }
    const sha256 = createHash('sha256').update('').digest('hex');
    assert.equal(values.hashed[0].digests.sha256, sha256);
}

/** Of which files the catalog has no digests is said. */
export async function tells_what_is_unsure(it) {
    await asks(it, {
        'known.md': 'unsure',
        'other.md': 'unsure',
        'new.md': 'new',
    });
}

/** Known and new: nothing of a file is sent. */
export async function tells_what_is_here(it) {
    await asks(it, { 'known.md': 'here', 'other.md': 'new', 'new.md': 'new' });
}

async function asks(it, verdicts) {
    const { page, values } = it;
    const sent = [];
    const note = (request) => sent.push(request.postData() ?? '');
    page.on('request', note);
    const files = Object.entries(values.dropped).map(([name, path]) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: readFileSync(path),
    }));
    await page.setInputFiles('#here-file', files);
    const state = (name) =>
        page
            .locator('.asked > li', { hasText: name })
            .first()
            .getAttribute('class');
    for (const [name, want] of Object.entries(verdicts))
        await it.until(
            `${name} is ${want}`,
            async () => (await state(name)) === `is-${want}`,
        );
    await it.check('here');
    page.off('request', note);
    assert.ok(sent.length > 0);
    for (const body of sent)
        assert.ok(body.length < 700, `${body.length} bytes were sent`);
    await page.keyboard.press('Escape');
    await page.locator('.asked').waitFor({ state: 'detached' });
}

/** What is dropped on any screen is asked for as well. */
export async function takes_what_is_dropped(it) {
    const { page } = it;
    await it.go('#/history');
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['dropped'], 'dropped.bin'));
        for (const type of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(
                new DragEvent(type, {
                    dataTransfer: data,
                    bubbles: true,
                    cancelable: true,
                }),
            );
    });
    await page.locator('.asked li', { hasText: 'dropped.bin' }).waitFor();
    await page.locator('.asked .is-new').waitFor();
    await page.keyboard.press('Escape');
}
