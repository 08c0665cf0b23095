// The rules of keeping, the folders that nothing is removed from, and the sum
// that follows.
import { go } from '../address.js';
import { post } from '../api.js';
import { bytes, plural } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { RULES } from '../marks.js';
import { toast } from '../messages.js';
import { named, plain, safe, wired } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind, mayChange } from '../session.js';
import { Dialog, Menu } from '../ui/menu.js';
import { Bones, Failed, Meter } from '../ui/parts.js';
import { FolderPicker, pathOf } from '../ui/picker.js';

/** A rule in words. @param {{rule: any}} props */
const Words = ({ rule }) => {
    const at = named(rule);
    return html`<span>
        ${RULES[rule.by] ?? rule.by}${at && html` <code>${safe(at)}</code>`}
    </span>`;
};

/** The protected folders, as names. @param {any} state @returns {string[]} */
const guarded = (state) =>
    (state?.protect ?? []).map((/** @type {any} */ it) => named(it));

/** @param {string} path */
const wiredRule = (path) => ({ by: 'under', ...wired(path) });
/**
 * A protected folder for the wire: its text where it is text.
 * @param {string} path
 */
export const wiredFolder = (path) => {
    const coded = wired(path);
    return coded.path ?? coded;
};

/** @param {{job: any, marks: any}} props */
export function RuleBar({ job, marks }) {
    const { state, error, again } = marks;
    const [pick, setPick] = useState('');
    if (error && !state)
        return html`<${Failed} error=${error} again=${again} />`;
    if (!state)
        return html`<section class="panel rulebar">
            <div class="rules"><${Bones} n=${3} /></div>
        </section>`;
    const order = state.order ?? [];
    const set = (/** @type {any[]} */ now) => marks.rule({ order: now });
    const chosen = (/** @type {string} */ path) => {
        setPick('');
        if (pick === 'rule')
            set([
                wiredRule(path),
                ...order.filter((/** @type {any} */ it) => named(it) !== path),
            ]);
        else
            marks.rule({
                protect: [...new Set([...guarded(state), path])].map(
                    wiredFolder,
                ),
            });
    };
    return html`<section class="panel rulebar" aria-label="Rules of keeping">
        <div class="rules">
            <div class="label">In each group keep the file that</div>
            <ol class="criteria">
                ${order.map(
                    (/** @type {any} */ rule, /** @type {number} */ at) =>
                        Rule({ rule, at, order, set }),
                )}
                <li>
                    <${AddRule}
                        order=${order}
                        set=${set}
                        onFolder=${() => setPick('rule')}
                    />
                </li>
            </ol>
            <${Guards}
                marks=${marks}
                state=${state}
                onFolder=${() => setPick('guard')}
            />
        </div>
        <${Freed} job=${job} state=${state} />
        ${
            pick &&
            html`<${PickFolder}
            title=${
                pick === 'rule'
                    ? 'Keep first what lies in'
                    : 'Never remove from'
            }
            onClose=${() => setPick('')}
            onChoose=${chosen}
        />`
        }
    </section>`;
}

/** @param {any} all */
function Rule({ rule, at, order, set }) {
    const move = (/** @type {number} */ way) => {
        const now = [...order];
        const [it] = now.splice(at, 1);
        now.splice(at + way, 0, it);
        set(now);
    };
    const item = (
        /** @type {string} */ icon,
        /** @type {string} */ label,
        /** @type {() => void} */ run,
    ) => html`<button type="button" class="item" onClick=${run}>
        <${Icon} name=${icon} />${label}
    </button>`;
    return html`<li key=${`${rule.by} ${named(rule)}`}>
        ${at > 0 && html`<span class="small faint">else</span>`}
        <${Menu}
            class="chip"
            align="start"
            title=${`Rule ${at + 1}`}
            label=${html`<${Words} rule=${rule} /><${Icon} name="down" />`}
        >
            ${at > 0 && item('left', 'Ask this earlier', () => move(-1))}
            ${
                at < order.length - 1 &&
                item('right', 'Ask this later', () => move(1))
            }
            ${item('x', 'Take it out', () =>
                set(order.filter((/** @type {any} */ it) => it !== rule)),
            )}
        <//>
    </li>`;
}

/** @param {any} props */
function AddRule({ order, set, onFolder }) {
    const simple = Object.entries(RULES).filter(
        ([by]) =>
            by !== 'under' &&
            by !== 'regex' &&
            !order.some((/** @type {any} */ it) => it.by === by),
    );
    return html`<${Menu}
        class="chip"
        icon="plus"
        align="start"
        label="Rule"
        title="Add a rule"
    >
        ${simple.map(
            ([by, text]) => html`<button
                key=${by}
                type="button"
                class="item"
                onClick=${() => set([...order, { by }])}
            >
                ${text}
            </button>`,
        )}
        <hr />
        <button type="button" class="item" onClick=${onFolder}>
            <${Icon} name="folder" />lies in a folder…
        </button>
    <//>`;
}

/** @param {any} props */
function Guards({ marks, state, onFolder }) {
    const folders = guarded(state);
    const hand = state.by_hand ?? 0;
    const without = (/** @type {string} */ folder) =>
        marks.rule({
            protect: folders.filter((it) => it !== folder).map(wiredFolder),
        });
    return html`<div class="row wrap small">
        <span class="dim">Never remove from</span>
        ${folders.map(
            (it) => html`<span key=${it} class="chip">
                <${Icon} name="lock" /><code>${safe(it)}</code>
                <button
                    type="button"
                    aria-label=${`No longer protect ${plain(it)}`}
                    onClick=${() => without(it)}
                >
                    <${Icon} name="x" />
                </button>
            </span>`,
        )}
        <button type="button" class="chip" onClick=${onFolder}>
            <${Icon} name="plus" />Folder…
        </button>
        ${
            hand > 0 &&
            html`<span class="end row">
            <span class="dim">${plural(hand, 'file')} decided by hand</span>
            <button
                type="button"
                class="btn sm"
                onClick=${() => marks.markAll({ clear: true })}
            >
                Forget these
            </button>
        </span>`
        }
    </div>`;
}

/** The sum, and the way to the plan. @param {{job: any, state: any}} props */
function Freed({ job, state }) {
    const [busy, setBusy] = useState(false);
    const most = state.most ?? state;
    const why =
        mayChange() ||
        (hasKind('dedupe') ? '' : 'This service does not remove duplicates.');
    const review = async () => {
        setBusy(true);
        try {
            const asked = { kind: 'dedupe', job: job.id, how: 'trash' };
            const plan = await post('plans', asked);
            go(`#/plans/${plan.id}`);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    return html`<div class="freed">
        <div class="label">To be freed</div>
        <div class="row">
            <span class="big num">${bytes(state.bytes ?? 0)}</span>
            <button
                type="button"
                class="btn primary"
                disabled=${busy || !state.files || Boolean(why)}
                onClick=${review}
            >
                Review the plan<${Icon} name="right" />
            </button>
        </div>
        <${Meter}
            value=${(state.bytes ?? 0) / (most.bytes || 1)}
            tone="reclaim"
            label=${
                `${bytes(state.bytes ?? 0)} of ${bytes(most.bytes ?? 0)} ` +
                'that could be freed'
            }
        />
        <div class="small dim num" role="status">
            ${
                `${plural(state.files ?? 0, 'file')} in ` +
                `${plural(state.groups ?? 0, 'group')}, of ` +
                `${bytes(most.bytes ?? 0)}`
            }
        </div>
        ${why && html`<div class="small faint">${why}</div>`}
        ${
            !why &&
            !state.files &&
            html`<div class="small faint">
            Add a rule, or mark files by hand: nothing is removed by itself.
        </div>`
        }
    </div>`;
}

/**
 * @param {{title: string, onClose: () => void, onChoose: (path: string) =>
 *     void}} props
 */
export function PickFolder({ title, onClose, onChoose }) {
    const roots = useRoots();
    const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
    const all = roots.list;
    const footer = html`<span class="grow small cut">
            ${chosen[0] ? safe(pathOf(all, chosen[0])) : 'Choose a folder.'}
        </span>
        <button type="button" class="btn" onClick=${onClose}>Cancel</button>
        <button
            type="button"
            class="btn primary"
            disabled=${!chosen.length}
            onClick=${() => onChoose(pathOf(all, chosen[0]))}
        >
            Choose
        </button>`;
    return html`<${Dialog}
        open=${true}
        onClose=${onClose}
        title=${title}
        width="40rem"
        footer=${footer}
    >
        ${
            roots.error
                ? html`<${Failed} error=${roots.error} again=${roots.again} />`
                : !roots.data
                  ? html`<${Bones} n=${5} />`
                  : html`<${FolderPicker}
                    single
                    roots=${all}
                    chosen=${chosen}
                    onChange=${setChosen}
                />`
        }
    <//>`;
}
