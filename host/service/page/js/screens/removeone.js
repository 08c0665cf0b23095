// One file goes: by a plan, as always.
import { go } from '../address.js';
import { post } from '../api.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { toast } from '../messages.js';
import { plain } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind, mayChange } from '../session.js';
import { idOfPath, wiredPlace } from '../ui/picker.js';

/** @param {{path: string}} props */
export function RemoveOne({ path }) {
    const [busy, setBusy] = useState(false);
    const { list } = useRoots();
    if (!hasKind('delete')) return null;
    const why = mayChange();
    // Nothing while the roots are on their way.
    const place = idOfPath(list, path);
    const remove = async () => {
        setBusy(true);
        try {
            const plan = await post('plans', {
                kind: 'delete',
                roots: [wiredPlace(place)],
                hidden: true,
                how: 'trash',
            });
            go(`#/plans/${plan.id}`);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setBusy(false);
    };
    return html`<button
        type="button"
        class="btn sm"
        disabled=${busy || !place || Boolean(why)}
        title=${why || undefined}
        aria-label=${`Remove ${plain(path)}…`}
        onClick=${remove}
    >
        <${Icon} name="trash" />Remove…
    </button>`;
}
