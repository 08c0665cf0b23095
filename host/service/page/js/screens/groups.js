// Equal files, group by group, with what is decided of each: lines are heads of
// groups and the files behind them.
import { patiently, query as url } from '../api.js';
import { bytes, count, plural, stamp } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useRules } from '../keep.js';
import { useLoad } from '../loading.js';
import { say, toast } from '../messages.js';
import { Path, named, plain } from '../names.js';
import { mayRun } from '../session.js';
import { Grid } from '../ui/grid.js';
import { Bones, Digest, Empty, Failed } from '../ui/parts.js';
import { Dot } from './columns.js';
import { Detail } from './detail.js';
import { RuleBar } from './rules.js';

/**
 * Lines of a list of groups, from one on.
 * @param {any} page @param {number} from @param {number} size
 */
function linesOf(page, from, size) {
    const lines = new Array(size);
    const put = (/** @type {number} */ line, /** @type {any} */ row) => {
        if (line >= from && line < from + size) lines[line - from] = row;
    };
    for (const group of page.groups) {
        put(group.first_line, { group });
        for (const file of group.files) put(file.line, { group, file });
    }
    return lines;
}

/** @param {{job: any}} props */
export function Groups({ job }) {
    const of = `jobs/${job.id}/groups`;
    const rules = useRules(job);
    const all = useLoad(
        (signal) => patiently(url(of, { line: 0, count: 1 }), { signal }),
        [of, job.rows],
    );
    const handle = useRef(/** @type {any} */ (null));
    const [at, setAt] = useState(0);
    const [row, setRow] = useState(/** @type {any} */ (null));
    const revision = rules.decided?.revision;
    useEffect(() => handle.current?.reload(), [revision]);
    const error = (!all.data && all.error) || (!rules.decided && rules.error);
    if (error) return html`<${Failed} error=${error} again=${all.again} />`;
    if (!all.data || !rules.decided)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${9} h="1.5rem" /></div>
        </section>`;
    const total = all.data.lines;
    const choose = (/** @type {number} */ index) => {
        setAt(index);
        setRow(handle.current?.row(index) ?? null);
    };
    const load = async (
        /** @type {number} */ from,
        /** @type {number} */ size,
        /** @type {AbortSignal} */ signal,
    ) => {
        const asked = url(of, { line: from, count: size });
        const lines = linesOf(await patiently(asked, { signal }), from, size);
        if (at >= from && at < from + size) setRow(lines[at - from] ?? null);
        return lines;
    };
    // To the head of another group.
    const hop = (/** @type {number} */ way) => {
        const group = handle.current?.row(at)?.group;
        if (!group) return;
        const head = group.first_line;
        const line = way > 0 ? head + group.count + 1 : head - 1;
        if (line < 0 || line >= total) return;
        const there = handle.current.row(line)?.group;
        const to = there?.first_line ?? line;
        choose(to);
        handle.current.show(to);
    };
    const key = (/** @type {KeyboardEvent} */ e, /** @type {any} */ it) => {
        const key = e.key.toLowerCase();
        if (key === 'n' || key === 'p') hop(key === 'n' ? 1 : -1);
        else if (key === ' ' && it?.file) void turn(rules, it);
        else if (key === 'k' && it?.file) void only(rules, it, handle);
        else return key === ' ';
        return true;
    };
    const empty = html`<${Empty} icon="check" title="Nothing yet" />`;
    return html`<div class="dupes">
        <${RuleBar} job=${job} rules=${rules} />
        <div class="dupsplit">
            <section class="panel flush" aria-label="Groups">
                <${Grid}
                    columns=${[]}
                    total=${total}
                    label=${
                        'Groups of duplicates, a line for each group and ' +
                        'each file. Space keeps or removes the file at hand, ' +
                        'K keeps only it, N and P go to the next and the ' +
                        'previous group.'
                    }
                    version=${`${of} ${total}`}
                    handle=${handle}
                    height="max(22rem, calc(100dvh - 23rem))"
                    at=${at}
                    onAt=${choose}
                    onKey=${key}
                    load=${load}
                    line=${(/** @type {any} */ it) =>
                        it.file
                            ? html`<${File} it=${it} rules=${rules} />`
                            : html`<${Head} group=${it.group} />`}
                    rowClass=${(/** @type {any} */ it) =>
                        it.file ? '' : 'odd-group'}
                    empty=${empty}
                />
                <footer class="keys small dim">
                    <span><kbd>Space</kbd> keep or remove</span>
                    <span><kbd>K</kbd> keep only this</span>
                    <span><kbd>N</kbd> next group</span>
                    <span><kbd>P</kbd> previous group</span>
                    <span class="end num">
                        ${plural(all.data.total, 'group')}
                    </span>
                </footer>
            </section>
            <${Detail} row=${row} job=${job} rules=${rules} />
        </div>
    </div>`;
}

/** The other way round. @param {any} rules @param {any} it */
async function turn(rules, { group, file }) {
    const why = mayRun();
    if (why) return toast(why);
    if (file.by === 'protected')
        return toast('It lies in a protected folder: it always stays.');
    const keep = file.mark !== 'keep';
    if (!keep && group.count - group.goes < 2)
        return toast('The last copy is always kept. Keep another one first.');
    if (await rules.mark([{ file: file.id, keep }]))
        say(`${keep ? 'Keep' : 'Remove'} ${plain(named(file))}`);
}

/**
 * Of a group, one stays.
 * @param {any} rules @param {any} it @param {any} handle
 */
async function only(rules, { group, file }, handle) {
    const why = mayRun();
    if (why) return toast(why);
    const set = [];
    for (let line = 1; line <= group.count; line++) {
        const other = handle.current?.row(group.first_line + line)?.file;
        if (!other) return toast('The group is too large to be seen whole.');
        set.push({ file: other.id, keep: other.id === file.id });
    }
    if (await rules.mark(set)) say(`Keep only ${plain(named(file))}`);
}

/** What the files of a group have in common. @param {{group: any}} props */
const Head = ({ group }) =>
    html`<div role="gridcell" class="gline">
        <strong class="num">
            ${
                group.kind === 'directory'
                    ? plural(group.count, 'equal folder')
                    : plural(group.count, 'equal file')
            }
        </strong>
        <span class="num">${bytes(group.size)} each</span>
        ${
            group.file_count != null &&
            html`<span class="num dim hide-s">
                ${plural(group.file_count, 'file')}
            </span>`
        }
        ${
            group.hash &&
            html`<span class="hide-s"><${Digest} text=${group.hash} /></span>`
        }
        <span class="end num dim">
            ${group.goes ? `${count(group.goes)} to go` : 'all stay'}
        </span>
    </div>`;

/** @param {{it: any, rules: any}} props */
function File({ it, rules }) {
    const { file } = it;
    const path = named(file);
    const keep = file.mark === 'keep';
    const act = (/** @type {Event} */ e) => {
        e.stopPropagation();
        void turn(rules, it);
    };
    return html`<div role="gridcell" class="fline">
        <button
            type="button"
            class=${`mark ${keep ? 'keep' : 'drop'}`}
            tabindex="-1"
            aria-pressed=${String(!keep)}
            aria-label=${`${keep ? 'Keep' : 'Remove'} ${plain(path)}`}
            onClick=${act}
        >
            <${Icon} name=${keep ? 'check' : 'trash'} />
            <span>${keep ? 'Keep' : 'Remove'}</span>
        </button>
        <${Dot} path=${path} />
        <span class="cut grow"><${Path} path=${path} /></span>
        ${
            file.by === 'protected'
                ? html`<span
                      class="tag"
                      title="In a protected folder: never removed"
                  >
                      <${Icon} name="lock" /><span class="hide-s">
                          protected
                      </span>
                  </span>`
                : file.by &&
                  html`<span class="tiny faint hide-s">
                      ${WHY[file.by] ?? file.by}
                  </span>`
        }
        ${
            file.modified &&
            html`<time class="num faint tiny hide-s">
                ${stamp(file.modified)}
            </time>`
        }
    </div>`;
}

const WHY = /** @type {Record<string, string>} */ ({
    hand: 'by hand',
    first: 'first of equals',
});
