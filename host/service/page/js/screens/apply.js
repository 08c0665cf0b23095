// The bar that stays in sight: one button that says what it does, to how many.
import { del, get, post } from '../api.js';
import { useCell } from '../cell.js';
import { count, percent, plural } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { progress, share } from '../live.js';
import { mayChange } from '../session.js';
import { Failed, Meter } from '../ui/parts.js';
import { howOf } from './how.js';

/** @param {{plan: any, url: string, again: () => void}} props */
export function ApplyBar({ plan, url, again }) {
    return plan.state === 'applying'
        ? html`<${Applying} plan=${plan} />`
        : html`<${Begin}
              key=${plan.id}
              plan=${plan}
              url=${url}
              again=${again}
          />`;
}

/** @param {{plan: any}} props */
function Applying({ plan }) {
    const { job } = plan;
    const live = useCell(progress).get(String(job)) ?? {};
    const [done, all] = live.files ?? [plan.applied?.done ?? 0, plan.steps];
    const part = share(live) ?? (all ? done / all : null);
    const stop = () => job != null && del(`jobs/${job}`).catch(() => {});
    return html`<div class="applybar">
        <div class="grow">
            <div class="row small">
                ${part != null && html`<strong>${percent(part)}</strong>`}
                <span class="dim num">
                    ${count(done)} of ${count(all ?? plan.steps)}
                </span>
            </div>
            <${Meter} value=${part} label="Steps done" />
        </div>
        ${
            job != null &&
            html`<button type="button" class="btn" onClick=${stop}>
            <${Icon} name="stop" />Stop after this file
        </button>`
        }
    </div>`;
}

/** @param {{plan: any, url: string, again: () => void}} props */
function Begin({ plan, url, again }) {
    const [typed, setTyped] = useState('');
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState(/** @type {any} */ (null));
    const how = howOf(plan);
    const number = plan.confirm ?? (how.undo ? null : plan.steps);
    const confirmed =
        number == null || typed.replace(/[^\d]/g, '') === String(number);
    const why = mayChange();
    const ready = plan.state === 'ready' && plan.steps > 0 && !why;
    const apply = async () => {
        setBusy(true);
        try {
            // What is seen is what is done: a plan that changed is refused.
            const etag = plan.etag ?? (await get(url)).etag;
            const headers = etag ? { 'if-match': etag } : {};
            const body = number == null ? {} : { confirm: number };
            await post(`${url}/apply`, body, { headers });
            setError(null);
            again();
        } catch (problem) {
            setError(problem);
        }
        setBusy(false);
    };
    return html`${
        error && html`<div class="gap"><${Failed} error=${error} /></div>`
    }
        <div class="applybar">
            <span class="grow small dim">
                ${
                    why ||
                    html`Nothing has been changed yet. The plan is kept, and can be
                applied later.`
                }
            </span>
            ${
                number != null &&
                html`<label class="row small">
                Type <strong class="num">${number}</strong> to go on
                <input
                    class="input confirm"
                    inputmode="numeric"
                    autocomplete="off"
                    aria-label=${`Type ${number} to confirm`}
                    value=${typed}
                    onInput=${(/** @type {any} */ e) =>
                        setTyped(e.target.value)}
                />
            </label>`
            }
            <button
                type="button"
                class=${`btn ${how.undo ? 'primary' : 'danger'}`}
                disabled=${busy || !ready || !confirmed}
                onClick=${apply}
            >
                ${how.verb} ${plural(plan.steps ?? 0, 'file')}
            </button>
        </div>`;
}
