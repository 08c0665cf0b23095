// Drives the page of `sanchay serve` in headless Chromium through flows, and
// prints as JSON how each went, what the page asked for, and what the browser
// complained of.
//
// What to do is in the file of JSON that is named: `tools` (a folder whose
// `node_modules` has playwright-core and axe-core), `chromium`, `profile` (an
// empty folder), `url` (the page's, with its token), `folder` (the root that
// is served), `flows` (what to do, in order), `values` for them, and
// `screenshots`, a folder for pictures, if there are to be any.

import { readFileSync } from 'node:fs';

import { launch } from '../browser.mjs';
import { Person } from './person.mjs';
import * as component from './component.mjs';
import * as duplicates from './duplicates.mjs';
import * as files from './files.mjs';
import * as jobs from './jobs.mjs';
import * as looks from './looks.mjs';
import * as overview from './overview.mjs';
import * as rename from './rename.mjs';
import * as signin from './signin.mjs';
import * as similar from './similar.mjs';
import * as stores from './stores.mjs';

const FLOWS = {
    ...component,
    ...duplicates,
    ...files,
    ...jobs,
    ...looks,
    ...overview,
    ...rename,
    ...signin,
    ...similar,
    ...stores,
};

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { context, seen } = await launch(asked, { width: 1280, height: 800 });
const told = { flows: {} };
try {
    const person = new Person(asked, context, seen);
    await person.begin();
    for (const name of asked.flows) {
        try {
            await FLOWS[name](person);
            told.flows[name] = 'done';
        } catch (error) {
            told.flows[name] = await person.report(name, error);
            break;
        }
    }
    // The page goes on asking until it is closed: `seen` stays as it is.
    told.complaints = person.complaints(seen.complaints);
    const { origin } = new URL(asked.url);
    const ours = [`${origin}/`, `blob:${origin}/`];
    told.elsewhere = seen.requests.filter(
        (url) => !ours.some((it) => url.startsWith(it)),
    );
    told.requests = seen.requests.length;
} finally {
    await context.close();
}
process.stdout.write(JSON.stringify(told));
