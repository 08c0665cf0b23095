// The rules of keeping, the folders that nothing is removed from, and the way
// to the plan.
import { go } from '../address.js';
import { post } from '../api.js';
import { bytes, plural } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { SIMPLE, inWords, under } from '../keep.js';
import { toast } from '../messages.js';
import { plain, safe } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind, mayChange } from '../session.js';
import { Menu } from '../ui/menu.js';
import { pathOf } from '../ui/picker.js';
import { PickFolder } from './pickfolder.js';

/** @param {{rule: string}} props */
const Words = ({ rule }) => {
    const { text, folder } = inWords(rule);
    return html`<span>
        ${text}${folder && html` <code>${safe(folder)}</code>`}
    </span>`;
};

/** @param {{job: any, rules: any}} props */
export function RuleBar({ job, rules }) {
    const { order, guard, setOrder, setGuard } = rules;
    const [pick, setPick] = useState('');
    const { list } = useRoots();
    const chosen = (/** @type {string} */ id) => {
        const path = pathOf(list, id);
        setPick('');
        if (pick === 'rule') setOrder([under(path), ...order]);
        else setGuard([...guard, path]);
    };
    return html`<section class="panel rulebar" aria-label="Rules of keeping">
        <div class="rules">
            <div class="label">In each group keep the file that</div>
            <ol class="criteria">
                ${order.map(
                    (/** @type {string} */ rule, /** @type {number} */ at) =>
                        Rule({ rule, at, order, setOrder }),
                )}
                <li>
                    <${AddRule}
                        order=${order}
                        setOrder=${setOrder}
                        onFolder=${() => setPick('rule')}
                    />
                </li>
            </ol>
            <${Guards}
                guard=${guard}
                setGuard=${setGuard}
                onFolder=${() => setPick('guard')}
            />
        </div>
        <${Freed} job=${job} rules=${rules} />
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
function Rule({ rule, at, order, setOrder }) {
    const move = (/** @type {number} */ way) => {
        const now = [...order];
        const [it] = now.splice(at, 1);
        now.splice(at + way, 0, it);
        setOrder(now);
    };
    const item = (
        /** @type {string} */ icon,
        /** @type {string} */ label,
        /** @type {() => void} */ run,
    ) =>
        html`<button type="button" class="item" onClick=${run}>
            <${Icon} name=${icon} />${label}
        </button>`;
    return html`<li key=${rule}>
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
                setOrder(
                    order.filter((/** @type {string} */ it) => it !== rule),
                ),
            )}
        <//>
    </li>`;
}

/** @param {any} props */
function AddRule({ order, setOrder, onFolder }) {
    const left = Object.entries(SIMPLE).filter(([it]) => !order.includes(it));
    return html`<${Menu}
        class="chip"
        icon="plus"
        align="start"
        label="Rule"
        title="Add a rule"
    >
        ${left.map(
            ([rule, text]) =>
                html`<button
                    key=${rule}
                    type="button"
                    class="item"
                    onClick=${() => setOrder([...order, rule])}
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
function Guards({ guard, setGuard, onFolder }) {
    return html`<div class="row wrap small">
        <span class="dim">Never remove from</span>
        ${guard.map(
            (/** @type {string} */ it) =>
                html`<span key=${it} class="chip">
                    <${Icon} name="lock" /><code>${safe(it)}</code>
                    <button
                        type="button"
                        aria-label=${`No longer protect ${plain(it)}`}
                        onClick=${() =>
                            setGuard(
                                guard.filter(
                                    (/** @type {string} */ one) => one !== it,
                                ),
                            )}
                    >
                        <${Icon} name="x" />
                    </button>
                </span>`,
        )}
        <button type="button" class="chip" onClick=${onFolder}>
            <${Icon} name="plus" />Folder…
        </button>
    </div>`;
}

/** What removing the duplicates of a job asks for: by what is decided. */
const request = (/** @type {any} */ job) => ({
    kind: 'dedupe',
    job: job.id,
    how: 'trash',
});

/** What could be freed, and the way to the plan. @param {{job: any, rules: any}} props */
function Freed({ job, rules }) {
    const [busy, setBusy] = useState(false);
    const { decided } = rules;
    const why =
        mayChange() ||
        (hasKind('dedupe') ? '' : 'This service does not remove duplicates.');
    const review = async () => {
        setBusy(true);
        try {
            const plan = await post('plans', request(job));
            go(`#/plans/${plan.id}`);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    return html`<div class="freed">
        <div class="label">Would be freed</div>
        <div class="row">
            <span class="big num" role="status">
                ${bytes(decided.bytes)}
                <span class="sr">would be freed</span>
            </span>
            <button
                type="button"
                class="btn primary"
                disabled=${busy || Boolean(why) || job.state !== 'done'}
                onClick=${review}
            >
                Review the plan<${Icon} name="right" />
            </button>
        </div>
        <div class="small num">
            ${`${plural(decided.files, 'file')} from `}
            ${plural(decided.groups, 'group')}
        </div>
        <div class="small dim">
            ${
                why ||
                (rules.order.length
                    ? 'One file of each group stays, by these rules. ' +
                      'Nothing happens before you have seen the plan.'
                    : 'Without a rule the first path of each group stays. ' +
                      'Nothing happens before you have seen the plan.')
            }
        </div>
    </div>`;
}
