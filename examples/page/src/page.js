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

const NO_LIST = { entries: [], malformed: [] };

/** The elements that have a name. */
const at = (id) => document.getElementById(id);

/**
 * What has changed is drawn so often at most, in milliseconds: where there
 * are thousands of files, they are to be read meanwhile.
 */
const FRAME = 100;

/** While files are read, they are counted anew so often, in milliseconds. */
const PAUSE = 1000;

/** Starts the page; `script` is its own text. */
export function start(script) {
    const client = new Client(script);
    /** What was chosen, by path. */
    const files = new Map();
    let list = NO_LIST;
    let listError;
    let listTurn = 0;
    /** The algorithms that every file needs. */
    let wanted = USUAL;
    /** Files that are still to be read; one may be there twice. */
    let queue = [];
    let busy = false;
    /** Files whose rows are not as they should be. */
    const changed = new Set();
    /** Which lines of the list are about which file; none if not known. */
    let assigned;
    let drawing = false;
    let counted = 0;

    const missing = (file) => wanted.filter((it) => !file.digests[it]);

    /** Draws what has changed, soon. */
    function draw(file) {
        if (file) changed.add(file);
        if (drawing) return;
        drawing = true;
        setTimeout(() => {
            drawing = false;
            drawNow();
        }, FRAME);
    }

    function drawNow() {
        const all = [...files.values()];
        if (!assigned) {
            assigned = assign(list, all);
            for (const file of all) changed.add(file);
        }
        for (const file of changed) {
            if (files.get(file.path) !== file) continue;
            const entries = assigned.found.get(file);
            file.verdict = entries && verdict(entries, file.digests);
            file.row ??= at('results').appendChild(row());
            file.row.show(file, wanted);
        }
        changed.clear();
        const now = performance.now();
        if (!busy || now - counted >= PAUSE) {
            counted = now;
            at('status').textContent = summary(all, list, busy);
        }
        at('list-result').replaceChildren(
            ...listResult(list, listError, assigned.absent, all.length),
        );
        at('actions').hidden = all.length === 0;
        at('stop').hidden = !busy;
        at('export').hidden = !all.some((it) => it.read);
        if (at('export').open && !busy) exportList();
    }

    /** Reads files, one after another, until each has its digests. */
    async function work() {
        if (busy) return;
        busy = true;
        for (let file = queue.shift(); file; file = queue.shift()) {
            const algorithms = missing(file);
            const isThere = files.get(file.path) === file;
            if (!isThere || file.error !== undefined) continue;
            if (algorithms.length === 0) continue;
            file.done = 0;
            draw(file);
            try {
                const found = await client.digests(
                    file.file,
                    algorithms,
                    (done) => {
                        file.done = done;
                        draw(file);
                    },
                );
                Object.assign(file.digests, found);
                file.read = true;
            } catch (error) {
                file.error = error.message;
            }
            file.done = undefined;
            draw(file);
        }
        busy = false;
        draw();
    }

    function add(found) {
        for (const { path, file } of found) {
            // What is chosen again is read again.
            const row = files.get(path)?.row;
            const error = file.unreadable;
            const added = { path, file, error, digests: {}, row };
            files.set(path, added);
            queue.push(added);
        }
        assigned = undefined;
        draw();
        work();
    }

    function stop() {
        client.stop();
        queue = [];
        for (const file of files.values()) {
            if (missing(file).length > 0) file.error ??= 'stopped';
            draw(file);
        }
    }

    function clear() {
        client.stop();
        queue = [];
        files.clear();
        changed.clear();
        assigned = undefined;
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
        list = outcome.entries ? outcome : NO_LIST;
        wanted = needed(list);
        assigned = undefined;
        queue.push(...files.values());
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
