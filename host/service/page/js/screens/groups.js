// The groups, line by line: a line is a group's head, or a file of it.
import { get, query } from '../api.js';
import { bytes, count, plural, stamp } from '../format.js';
import { html, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { useMarks } from '../marks.js';
import { say, toast } from '../messages.js';
import { Path, base, named, plain, safe } from '../names.js';
import { Grid } from '../ui/grid.js';
import { Bones, Empty, Failed } from '../ui/parts.js';
import { Detail } from './detail.js';
import { RuleBar } from './rules.js';

/** @param {any} group @param {any} file */
export const isKept = (group, file) => file.mark !== 'remove';

/**
 * Lines of a window, from the groups that it touches.
 * @param {any} page @param {number} from @param {number} size
 */
function lines(page, from, size) {
    const out = /** @type {any[]} */ (Array(size).fill(undefined));
    for (const group of page.groups)
        for (let i = -1; i < group.files.length; i++) {
            const at = group.first_line + 1 + i - from;
            if (at >= 0 && at < size) out[at] = { group, i };
        }
    return out;
}

/** @param {{job: any}} props */
export function Groups({ job }) {
    const url = `jobs/${encodeURIComponent(job.id)}/groups`;
    const first = useLoad(
        (signal) => get(query(url, { line: 0, count: 1 }), { signal }),
        [job.id, job.state],
    );
    const handle = useRef(/** @type {any} */ (null));
    const [, look] = useState(0);
    const marks = useMarks(job, () => handle.current?.reload());
    const [at, setAt] = useState(1);
    if (first.error)
        return html`<${Failed} error=${first.error} again=${first.again} />`;
    if (!first.data)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${9} h="1.5rem" /></div>
        </section>`;
    const total = first.data.lines;
    if (total === 0)
        return html`<section class="panel">
            <${Empty} icon="check" title="No two files are the same">
                <p>Nothing is there twice among what was looked at.</p>
            <//>
        </section>`;
    const load = async (
        /** @type {number} */ line,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const page = await get(query(url, { line, count: size }), { signal });
        queueMicrotask(() => look((n) => n + 1));
        return lines(page, line, size);
    };
    const here = handle.current?.row(at);
    const acts = actions(marks, handle, setAt, total);
    const key = (/** @type {KeyboardEvent} */ e, /** @type {any} */ row) => {
        if (!row) return false;
        const { group, i } = row;
        if (e.key === ' ') {
            if (i >= 0) acts.turn(group, i);
            return true;
        }
        if (e.key === 'k' && i >= 0) acts.only(group, i);
        else if (e.key === 'n') acts.hop(group, 1);
        else if (e.key === 'p') acts.hop(group, -1);
        else return false;
        return true;
    };
    return html`<div class="dupes">
        <${RuleBar} job=${job} marks=${marks} />
        <div class="dupsplit">
            <section class="panel flush" aria-label="Groups">
                <${Grid}
                    columns=${[]}
                    total=${total}
                    label=${
                        'Groups of duplicates. Space keeps or removes the ' +
                        'file at hand, K keeps only it, N and P go to the ' +
                        'next and the previous group.'
                    }
                    version=${`${job.id} ${total}`}
                    handle=${handle}
                    height="max(22rem, calc(100dvh - 23rem))"
                    at=${at}
                    onAt=${setAt}
                    onKey=${key}
                    line=${(/** @type {any} */ row) =>
                        row.i < 0
                            ? GroupLine(row)
                            : FileLine(row, acts, marks.state)}
                    load=${load}
                    rowClass=${(/** @type {any} */ row) =>
                        row.i < 0 ? 'ghead-row' : 'gfile'}
                />
                <footer class="keys small dim">
                    <span><kbd>Space</kbd> keep or remove</span>
                    <span><kbd>K</kbd> keep only this</span>
                    <span>
                        <kbd>N</kbd>${' '}<kbd>P</kbd> next, previous group
                    </span>
                    <span class="end num">${count(total)} lines</span>
                </footer>
            </section>
            <${Detail} row=${here} acts=${acts} marks=${marks} />
        </div>
    </div>`;
}

/**
 * What can be done with a file of a group.
 * @param {any} marks @param {any} handle @param {(at: number) => void} setAt
 * @param {number} total
 */
function actions(marks, handle, setAt, total) {
    const before = (/** @type {any} */ group) =>
        group.files.map((/** @type {any} */ it) => ({
            file: it.id,
            keep: isKept(group, it),
        }));
    return {
        /**
         * Keeps a file, or removes it.
         * @param {any} group @param {number} i
         */
        turn(group, i) {
            const file = group.files[i];
            const keep = !isKept(group, file);
            const kept = group.files.filter((/** @type {any} */ it) =>
                isKept(group, it),
            );
            if (!keep && kept.length < 2) {
                toast('The last copy is always kept. Keep another first.');
                return;
            }
            if (!keep && file.by === 'protected') {
                toast('It lies in a folder that nothing is removed from.');
                return;
            }
            say(`${keep ? 'keep' : 'remove'} ${plain(named(file))}`);
            void marks.mark([{ file: file.id, keep }]);
        },
        /** @param {any} group @param {number} i */
        only(group, i) {
            const was = before(group);
            const set = group.files.map(
                (/** @type {any} */ it, /** @type {number} */ at) => ({
                    file: it.id,
                    keep: at === i || it.by === 'protected',
                }),
            );
            void marks.mark(set);
            toast(`Kept only ${plain(base(named(group.files[i])))}.`, {
                label: 'Undo',
                run: () => void marks.mark(was),
            });
        },
        /**
         * To the first file of the next group, or the one before.
         * @param {any} group @param {number} way
         */
        hop(group, way) {
            const head =
                way > 0
                    ? group.first_line + group.files.length + 1
                    : headBefore(handle, group.first_line);
            if (head < 0 || head >= total) return;
            setAt(head + 1);
            handle.current?.show(head);
            handle.current?.show(head + 1);
        },
    };
}

/**
 * The head of the group before a line.
 * @param {any} handle @param {number} line
 */
function headBefore(handle, line) {
    const row = handle.current?.row(line - 1);
    return row ? row.group.first_line : -1;
}

/** @param {any} row */
function GroupLine({ group }) {
    const files = group.files;
    const drop = files.filter(
        (/** @type {any} */ it) => !isKept(group, it),
    ).length;
    const hand = files.some((/** @type {any} */ it) => it.by === 'hand');
    const safeAll = files.every(
        (/** @type {any} */ it) => it.by === 'protected',
    );
    const picture = group.kind === 'image' || group.kind === 'raw';
    const name = named(group, 'name') || base(named(files[0]));
    return html`<div role="gridcell" class="gline">
        <span
            class="gkind"
            style=${{ background: `var(--k-${group.kind ?? 'other'})` }}
        >
            <${Icon} name=${picture ? 'image' : 'file'} />
        </span>
        <strong class="cut"><bdi translate="no">${safe(name)}</bdi></strong>
        <span class="num dim gmath">
            ${count(files.length)} × ${bytes(group.size)}
        </span>
        <span class="end row gstate">
            ${hand && html`<span class="tag info">by hand</span>`}
            ${safeAll && html`<span class="tag">all protected</span>`}
            <span class="num gfree">
                ${
                    drop
                        ? html`<strong>${bytes(drop * group.size)}</strong>${' '}
                          <span class="faint">to free</span>`
                        : html`<span class="faint">nothing to free</span>`
                }
            </span>
        </span>
    </div>`;
}

/** Why a file is kept, in words. @param {any} file @param {any} rules */
function whyOf(file, rules) {
    if (file.by === 'hand') return 'by hand';
    if (file.by === 'first') return 'first of equals';
    const number = /^rule (\d+)$/.exec(file.by ?? '')?.[1];
    const rule = number && rules?.order?.[Number(number) - 1];
    if (!rule) return file.by ?? '';
    const at = named(rule);
    return at
        ? `rule ${number}: ${plain(base(at))}`
        : `rule ${number}: ${rule.by}`;
}

/** @param {any} row @param {any} acts @param {any} rules */
function FileLine({ group, i }, acts, rules) {
    const file = group.files[i];
    const keep = isKept(group, file);
    const path = named(file);
    const why = keep || file.by === 'hand' ? whyOf(file, rules) : '';
    const turn = (/** @type {Event} */ e) => {
        e.stopPropagation();
        acts.turn(group, i);
    };
    return html`<div
        role="gridcell"
        class=${`fline ${keep ? 'keep' : 'drop'}`}
    >
        <button
            type="button"
            class="mark"
            tabindex="-1"
            aria-pressed=${String(!keep)}
            aria-label=${`${keep ? 'Keep' : 'Remove'} ${plain(path)}`}
            onClick=${turn}
        >
            <${Icon} name=${keep ? 'check' : 'trash'} />
            <span>${keep ? 'Keep' : 'Remove'}</span>
        </button>
        <span class="cut grow fpath"><${Path} path=${path} /></span>
        ${
            file.by === 'protected'
                ? html`<span
                  class="tag"
                  title="In a protected folder: never removed"
              >
                  <${Icon} name="lock" />
                  <span class="hide-s">protected</span>
              </span>`
                : why && html`<span class="tiny faint hide-s">${why}</span>`
        }
        ${
            file.links > 1 &&
            html`<span
            class="tag hide-s"
            title="Hard links to one file are counted once"
            >${plural(file.links, 'link')}</span
        >`
        }
        ${
            file.modified != null &&
            html`<time class="num faint fdate">${stamp(file.modified)}</time>`
        }
    </div>`;
}
