// What to do with the files that are seen: each makes a plan first.
import { go, link } from '../address.js';
import { post } from '../api.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { toast } from '../messages.js';
import { hasKind, mayChange } from '../session.js';
import { Menu } from '../ui/menu.js';
import { wiredPlace } from '../ui/picker.js';
import { PickFolder } from './pickfolder.js';

/** @param {any} body */
async function plan(body) {
    try {
        const made = await post('plans', body);
        go(`#/plans/${made.id}`);
    } catch (error) {
        const it = /** @type {any} */ (error);
        toast(`${it.message} ${it.detail ?? ''}`);
    }
}

const TO = /** @type {[string, string, string][]} */ ([
    ['move', 'Move them to…', 'Where they go'],
    ['copy', 'Copy them to…', 'Where the copies go'],
]);

/** @param {{view: any, query: Record<string, string>}} props */
export function These({ view, query }) {
    const [verb, setVerb] = useState('');
    const ready = view?.state === 'ready' && view.total > 0;
    const why = mayChange();
    const to = TO.filter(([kind]) => hasKind(kind));
    const item = (
        /** @type {string} */ icon,
        /** @type {string} */ label,
        /** @type {() => void} */ run,
    ) =>
        html`<button
            type="button"
            class="item"
            disabled=${!ready || Boolean(why)}
            title=${why || undefined}
            onClick=${run}
        >
            <${Icon} name=${icon} />${label}
        </button>`;
    const chosen = (/** @type {string} */ id) => {
        void plan({ kind: verb, view: view.id, into: wiredPlace(id) });
        setVerb('');
    };
    if (!['rename', 'move', 'copy', 'delete', 'dupes'].some(hasKind))
        return null;
    return html`<${Menu}
            icon="more"
            title="What to do with these files"
            label=${html`<span class="text">With these</span>`}
        >
            ${
                hasKind('dupes') &&
                html`<a
                    class="item"
                    href=${link('new/dupes', { f: query.f })}
                >
                    <${Icon} name="dupes" />Find duplicates
                </a>`
            }
            ${
                hasKind('rename') &&
                html`<a class="item" href=${link('rename', query)}>
                    <${Icon} name="rename" />Rename them
                </a>`
            }
            ${to.map(([kind, label]) => item(kind, label, () => setVerb(kind)))}
            ${
                hasKind('delete') &&
                item('trash', 'Remove them…', () =>
                    plan({ kind: 'delete', view: view.id, how: 'trash' }),
                )
            }
            ${why && html`<p class="hint padded">${why}</p>`}
        <//>
        ${
            verb &&
            html`<${PickFolder}
                title=${TO.find(([kind]) => kind === verb)?.[2] ?? ''}
                onClose=${() => setVerb('')}
                onChoose=${chosen}
                writable
            />`
        }`;
}
