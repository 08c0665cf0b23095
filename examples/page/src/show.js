// Elements that show results. Whatever others wrote becomes text, never
// markup, and is escaped before.

import { ALGORITHMS } from './list.js';
import { count, escaped, escapedBytes, size } from './text.js';

/** So many names are shown of those that a list has and the page has not. */
const SHOWN = 50;

const VERDICTS = {
    match: ['good', '✓ matches the list'],
    differs: ['bad', '✗ differs from the list'],
    waiting: ['about', '… will be compared with the list'],
    unknown: [
        'care',
        '? not compared: the list has a kind of digest that this page does not make',
    ],
    unsure: [
        'care',
        '? not compared: several files or lines have this name; choose the folder',
    ],
};

function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
}

/** A name, which moves nothing around it. */
function nameOf(text) {
    return element('bdi', { textContent: text });
}

/** A row of the results, with a method that shows a file in it. */
export function row() {
    const item = element('li');
    let shown;
    item.show = (file, algorithms) => {
        // Only what changes is made anew: a selection in a row survives.
        const state = JSON.stringify([
            file.path,
            file.file.size,
            file.digests,
            file.error,
            file.verdict,
            algorithms,
            file.done === undefined,
        ]);
        if (state !== shown) {
            shown = state;
            item.replaceChildren(...parts(file, algorithms));
        }
        const bar = item.querySelector('progress');
        if (bar) bar.value = file.done;
    };
    return item;
}

function parts(file, algorithms) {
    const made = [element('h3', {}, nameOf(escaped(file.path)))];
    made.push(
        element('p', {
            className: 'about',
            textContent: size(file.file.size),
        }),
    );
    if (file.error !== undefined) {
        const textContent = `✗ cannot be read: ${file.error}`;
        const stopped = file.error === 'stopped';
        made.push(
            element(
                'p',
                stopped
                    ? { className: 'care', textContent: 'stopped' }
                    : { className: 'verdict bad', textContent },
            ),
        );
    } else if (file.verdict) {
        const [tone, textContent] = VERDICTS[file.verdict];
        made.push(element('p', { className: `verdict ${tone}`, textContent }));
    }
    if (file.done !== undefined) {
        const bar = element('progress', { max: Math.max(file.file.size, 1) });
        bar.setAttribute('aria-label', `Reading ${escaped(file.path)}`);
        made.push(bar);
    }
    const known = algorithms.filter((it) => file.digests[it]);
    if (known.length > 0) {
        const digests = known.flatMap((it) => [
            element('dt', { textContent: ALGORITHMS[it].label }),
            element('dd', { textContent: file.digests[it] }),
        ]);
        made.push(element('dl', {}, ...digests));
    }
    return made;
}

/** A sentence about all files. */
export function summary(files, list, busy) {
    if (files.length === 0) return 'No files yet.';
    const tally = (of) => files.filter(of).length;
    const parts = [count(files.length, 'file')];
    if (busy) parts.push(`${tally((it) => it.read)} read`);
    const failed = tally((it) => it.error !== undefined);
    if (failed > 0) parts.push(`${failed} not read`);
    if (list.entries.length > 0) {
        const of = (wanted) =>
            tally(
                (it) => it.error === undefined && wanted.includes(it.verdict),
            );
        parts.push(
            `${of(['match'])} as in the list`,
            `${of(['differs'])} different`,
        );
        const others = of(['unknown', 'unsure']);
        if (others > 0) parts.push(`${others} not compared`);
        const without = tally((it) => !it.verdict);
        if (without > 0) parts.push(`${without} not in the list`);
    }
    return `${parts.join(', ')}.`;
}

/** What there is to say of a list: elements. */
export function listResult(list, error, absent, files) {
    if (error !== undefined) {
        const textContent = `The list cannot be read: ${error}.`;
        return [element('p', { className: 'alert', textContent })];
    }
    const made = [];
    if (list.entries.length > 0) {
        const textContent = `The list has ${count(list.entries.length, 'digest')}.`;
        made.push(element('p', { textContent }));
    }
    if (list.malformed.length > 0) {
        const lines = list.malformed
            .slice(0, SHOWN)
            .map((it) => it + 1)
            .join(', ');
        const more = list.malformed.length > SHOWN ? ', …' : '';
        const what = count(list.malformed.length, 'line is', 'lines are');
        const textContent = `${what} not understood: ${lines}${more}.`;
        made.push(element('p', { className: 'care', textContent }));
    }
    if (files > 0 && absent.length > 0) {
        const textContent = `${count(absent.length, 'file')} of the list not chosen here:`;
        made.push(element('p', { className: 'care', textContent }));
        const names = absent
            .slice(0, SHOWN)
            .map((it) => element('li', {}, nameOf(escapedBytes(it.path))));
        if (absent.length > SHOWN) {
            names.push(
                element('li', {
                    textContent: `and ${absent.length - SHOWN} more`,
                }),
            );
        }
        made.push(element('ul', { className: 'names' }, ...names));
    }
    return made;
}
