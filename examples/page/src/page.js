// The page: files and a list of digests come in, results are shown.

import { Client } from './client.js';
import { chosen, dropped } from './files.js';
import {
    ALGORITHMS,
    USUAL,
    assign,
    needed,
    verdict,
    written,
} from './list.js';
import { listResult, row, summary } from './show.js';

/** A list may be no larger, in bytes. */
const LIST_CEILING = 64 << 20;

const NO_LIST = { promises: [], malformed: [] };

/** The elements that have a name. */
const at = (id) => document.getElementById(id);

/** Starts the page; `script` is its own text. */
export function start(script) {
    const client = new Client(script);
    /** What was chosen, by path. */
    const files = new Map();
    let list = NO_LIST;
    let listError;
    let listTurn = 0;
    let busy = false;
    let drawing = false;

    /** Draws what has changed, once a frame. */
    function draw() {
        if (drawing) return;
        drawing = true;
        requestAnimationFrame(() => {
            drawing = false;
            const all = [...files.values()];
            const { found, absent } = assign(list, all);
            for (const file of all) {
                const promises = found.get(file);
                file.verdict = promises && verdict(promises, file.digests);
                file.row ??= at('results').appendChild(row());
                file.row.show(file, algorithms());
            }
            at('status').textContent = summary(all, list, busy);
            at('list-result').replaceChildren(
                ...listResult(list, listError, absent, all.length),
            );
            at('actions').hidden = all.length === 0;
            at('stop').hidden = !busy;
            at('export').hidden = !all.some(
                (it) => Object.keys(it.digests).length > 0,
            );
            if (at('export').open) exportList();
        });
    }

    const algorithms = () => needed(list);

    /** Reads files, one after another, until each has its digests. */
    async function work() {
        if (busy) return;
        busy = true;
        const missing = (file) =>
            algorithms().filter((it) => !file.digests[it]);
        const next = () =>
            [...files.values()].find(
                (it) => it.error === undefined && missing(it).length > 0,
            );
        for (let file = next(); file; file = next()) {
            file.done = 0;
            draw();
            try {
                const found = await client.digests(
                    file.file,
                    missing(file),
                    (done) => {
                        file.done = done;
                        draw();
                    },
                );
                Object.assign(file.digests, found);
            } catch (error) {
                file.error = error.message;
            }
            file.done = undefined;
        }
        busy = false;
        draw();
    }

    function add(found) {
        for (const { path, file } of found) {
            const before = files.get(path);
            // What is chosen again is read again.
            const error = file.unreadable;
            files.set(path, {
                path,
                file,
                error,
                digests: {},
                row: before?.row,
            });
        }
        draw();
        work();
    }

    function stop() {
        client.stop();
        for (const file of files.values()) {
            const has = algorithms().every((it) => file.digests[it]);
            if (!has) file.error ??= 'stopped';
        }
        draw();
    }

    function clear() {
        stop();
        files.clear();
        at('results').replaceChildren();
        draw();
        at('choose-files').focus();
    }

    async function setList(text) {
        const turn = ++listTurn;
        const bytes = new TextEncoder().encode(text);
        const outcome = await readList(bytes).catch(({ message }) => ({
            message,
        }));
        if (turn !== listTurn) return;
        listError = outcome.message;
        list = outcome.promises ? outcome : NO_LIST;
        draw();
        work();
    }

    async function readList(bytes) {
        if (bytes.length > LIST_CEILING)
            throw new Error('it is larger than 64 MiB');
        return bytes.length === 0 ? NO_LIST : client.parse(bytes);
    }

    function exportList() {
        at('export-list').value = written(
            [...files.values()],
            at('export-algorithm').value,
        );
    }

    async function copy() {
        const area = at('export-list');
        area.select();
        let said = 'The list is copied.';
        try {
            await navigator.clipboard.writeText(area.value);
        } catch {
            said = 'The list is selected: copy it with the keyboard.';
        }
        at('status').textContent = said;
    }

    /** A button that opens what a file input opens. */
    function opens(button, input, take) {
        at(button).addEventListener('click', () => at(input).click());
        at(input).addEventListener('change', () => {
            const picked = [...at(input).files];
            // So that the same choice can be made again.
            at(input).value = '';
            if (picked.length > 0) take(picked);
        });
    }

    opens('choose-files', 'files', (picked) => add(chosen(picked)));
    opens('choose-folder', 'folder', (picked) => add(chosen(picked)));
    opens('choose-list', 'list-file', async ([file]) => {
        try {
            if (file.size > LIST_CEILING)
                throw new Error('it is larger than 64 MiB');
            at('list').value = await file.text();
            setList(at('list').value);
        } catch (error) {
            listError = error.message;
            draw();
        }
    });
    at('clear-list').addEventListener('click', () => {
        at('list').value = '';
        setList('');
        at('list').focus();
    });
    let typing;
    at('list').addEventListener('input', () => {
        clearTimeout(typing);
        typing = setTimeout(() => setList(at('list').value), 150);
    });
    at('stop').addEventListener('click', stop);
    at('clear').addEventListener('click', clear);
    at('copy').addEventListener('click', copy);
    at('export').addEventListener('toggle', exportList);
    at('export-algorithm').addEventListener('change', exportList);
    at('export-algorithm').append(
        ...USUAL.map((it) => new Option(ALGORITHMS[it].label, it)),
    );

    document.addEventListener('dragover', (event) => {
        event.preventDefault();
        document.body.classList.add('over');
    });
    document.addEventListener('dragleave', (event) => {
        if (!event.relatedTarget) document.body.classList.remove('over');
    });
    document.addEventListener('drop', async (event) => {
        event.preventDefault();
        document.body.classList.remove('over');
        add(await dropped(event.dataTransfer));
    });
    draw();
}
