// Makes one HTML file of this folder and the inspector component: no request
// is needed to load it, and its policy allows none.
//
//   node build.mjs [--tools FOLDER] COMPONENT OUTPUT
//
// The folder of tools has `node_modules` with @bytecodealliance/jco, which
// makes JavaScript of the component, and rolldown, which makes one script of
// many. The output is the same for the same sources, component and tools.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
    cpSync,
    mkdtempSync,
    mkdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values, positionals } = parseArgs({
    options: {
        tools: { type: 'string', default: join(here, '../../.tools/node') },
    },
    allowPositionals: true,
});
if (positionals.length !== 2) {
    console.error('usage: node build.mjs [--tools FOLDER] COMPONENT OUTPUT');
    process.exit(2);
}
const [component, output] = positionals.map((it) => resolve(it));

/** Runs one of the tools. */
function run(tool, ...words) {
    const program = resolve(values.tools, 'node_modules/.bin', tool);
    const { error, status, stdout, stderr } = spawnSync(program, words, {
        encoding: 'utf8',
    });
    if (error || status !== 0) {
        console.error(
            `page: ${tool} failed: ${error?.message ?? stdout + stderr}`,
        );
        process.exit(1);
    }
}

/** The text of one of the files beside this one. */
const text = (name) => readFileSync(join(here, name), 'utf8');

/** The script and all that it imports, the component included, as one. */
function script(work) {
    cpSync(join(here, 'src'), work, { recursive: true });
    run(
        'jco',
        'transpile',
        component,
        '--name',
        'inspector',
        '--out-dir',
        work,
        '--instantiation',
        'async',
        '--no-nodejs-compat',
        '--no-typescript',
        '--quiet',
    );
    const file = join(work, 'bundle.js');
    run(
        'rolldown',
        join(work, 'main.js'),
        '--file',
        file,
        '--format',
        'iife',
        '--platform',
        'browser',
        '--minify',
        '--module-types',
        '.wasm=binary',
        '--log-level',
        'silent',
    );
    return readFileSync(file, 'utf8').trim();
}

/** What a policy calls a script or a style. */
const source = (content) =>
    `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

const work = mkdtempSync(join(tmpdir(), 'sanchay-page-'));
try {
    const parts = { script: script(work), style: text('style.css') };
    // HTML would end the element there, or read other characters than these.
    const unfit = /<\/(script|style)|<!--|<script|\r|\0/i;
    for (const [name, content] of Object.entries(parts)) {
        if (unfit.test(content))
            throw new Error(`the ${name} cannot stand in HTML`);
    }
    parts.policy = [
        "default-src 'none'",
        `script-src ${source(parts.script)} 'wasm-unsafe-eval'`,
        `style-src ${source(parts.style)}`,
        // The worker is the same script, from memory, under the same policy.
        'worker-src blob:',
        "base-uri 'none'",
        "form-action 'none'",
    ].join('; ');
    const manifest = readFileSync(join(here, '../../Cargo.toml'), 'utf8');
    parts.version = /^version = "(.*)"$/m.exec(manifest)[1];
    const page = text('index.html').replace(
        /{{(\w+)}}/g,
        (_, name) => parts[name],
    );
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, page);
} catch (error) {
    console.error(`page: ${error.message}`);
    process.exitCode = 1;
} finally {
    rmSync(work, { recursive: true });
}
