// A dialog that asks for one folder.
import { html, useState } from '../html.js';
import { safe } from '../names.js';
import { useRoots } from '../roots.js';
import { Dialog } from '../ui/menu.js';
import { Bones, Failed } from '../ui/parts.js';
import { FolderPicker, pathOf } from '../ui/picker.js';

/**
 * @param {{title: string, onClose: () => void,
 *     writable?: boolean, onChoose: (id: string) => void}} props
 */
export function PickFolder({ title, writable, onClose, onChoose }) {
    const roots = useRoots();
    const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
    const all = roots.list.filter(
        (/** @type {any} */ it) => !writable || it.writable !== false,
    );
    const footer = html`<span class="grow small cut">
            ${chosen[0] ? safe(pathOf(all, chosen[0])) : 'Choose a folder.'}
        </span>
        <button type="button" class="btn" onClick=${onClose}>Cancel</button>
        <button
            type="button"
            class="btn primary"
            disabled=${!chosen.length}
            onClick=${() => onChoose(chosen[0])}
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
