// Headless Chromium for the scripts of these tests: without what it would ask
// the network for by itself, and with what pages ask for and complain of.

import { createRequire } from 'node:module';
import { join } from 'node:path';

/// Starts the browser that `asked` names; `seen` collects what it does.
export async function launch(asked, viewport) {
    const require = createRequire(join(asked.tools, 'package.json'));
    const { chromium } = require('playwright-core');
    const context = await chromium.launchPersistentContext(asked.profile, {
        executablePath: asked.chromium,
        headless: true,
        viewport,
        args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
        ],
    });
    const seen = { requests: [], complaints: [] };
    context.on('request', (it) => seen.requests.push(it.url()));
    context.on('console', (it) => seen.complaints.push(it.text()));
    context.on('weberror', (it) => seen.complaints.push(String(it.error())));
    return { context, seen };
}
