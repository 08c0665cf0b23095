// How files make way, and the words for it.
import { html, useState } from '../html.js';
import { toast } from '../messages.js';
import { remake } from './plan.js';

/**
 * @typedef {{label: string, note?: string, undo: boolean, verb: string,
 *     will: string, did: string, sum: string}} Way
 */
const WAYS = /** @type {Record<string, Way>} */ ({
    trash: {
        label: 'Move to the trash',
        note:
            'The default. They come back by Undo; the space is free once ' +
            'the trash is emptied.',
        undo: true,
        verb: 'Move',
        will: 'go to the trash',
        did: 'moved to the trash',
        sum: 'freed once the trash is emptied',
    },
    reflink: {
        label: 'Share the bytes (reflink)',
        note:
            'Every path stays, the bytes are stored once. Only on file ' +
            'systems that can, such as Btrfs and XFS.',
        undo: true,
        verb: 'Link',
        will: 'share their bytes',
        did: 'share their bytes',
        sum: 'freed',
    },
    hardlink: {
        label: 'Replace by hard links',
        note:
            'Every path stays and names one file: a later change in one is ' +
            'a change in all. Within one device.',
        undo: true,
        verb: 'Link',
        will: 'become hard links',
        did: 'became hard links',
        sum: 'freed',
    },
    delete: {
        label: 'Delete for good',
        note: 'Frees the space at once. Cannot be undone.',
        undo: false,
        verb: 'Delete',
        will: 'are deleted',
        did: 'deleted',
        sum: 'freed',
    },
});
const KINDS = /** @type {Record<string, Way>} */ ({
    rename: {
        label: '',
        undo: true,
        verb: 'Rename',
        will: 'get new names',
        did: 'renamed',
        sum: 'are in them',
    },
    move: {
        label: '',
        undo: true,
        verb: 'Move',
        will: 'move',
        did: 'moved',
        sum: 'move',
    },
    copy: {
        label: '',
        undo: true,
        verb: 'Copy',
        will: 'are copied and verified',
        did: 'copied',
        sum: 'are written',
    },
    undo: {
        label: '',
        undo: true,
        verb: 'Put back',
        will: 'are put back',
        did: 'put back',
        sum: 'are in them',
    },
});

/** How files make way by a plan. @param {any} plan */
const wayOf = (plan) => plan.request?.how ?? 'trash';

/** The words for a plan. @param {any} plan @returns {Way} */
export function howOf(plan) {
    if (plan.of != null || plan.kind === 'undo') return KINDS.undo;
    return KINDS[plan.kind] ?? WAYS[wayOf(plan)] ?? WAYS.trash;
}

/** The ways that there are for a plan. @param {any} plan */
function waysOf(plan) {
    if (plan.of != null) return [];
    if (plan.kind === 'dedupe') return Object.keys(WAYS);
    return plan.kind === 'delete' ? ['trash', 'delete'] : [];
}

/** @param {{plan: any}} props */
export function How({ plan }) {
    // What was chosen, until there is a plan of it.
    const [want, setWant] = useState('');
    const ways = waysOf(plan);
    if (!ways.length) return null;
    const choose = async (/** @type {string} */ how) => {
        setWant(how);
        try {
            await remake(plan, how);
        } catch (error) {
            const it = /** @type {any} */ (error);
            toast(`${it.message} ${it.detail ?? ''}`);
        }
        setWant('');
    };
    const disabled = Boolean(want) || plan.state === 'applying';
    return html`<fieldset class="hows" disabled=${disabled}>
        <legend class="label">How</legend>
        ${ways.map((id) => {
            const way = WAYS[id];
            const on = (want || wayOf(plan)) === id;
            return html`<label key=${id} class=${`how ${on ? 'on' : ''}`}>
                <input
                    type="radio"
                    name="how"
                    checked=${on}
                    onChange=${() => choose(id)}
                />
                <span>
                    <strong>${way.label}</strong>${' '}
                    <span class=${`tag ${way.undo ? 'keep' : 'drop'}`}>
                        ${way.undo ? 'undo' : 'no undo'}
                    </span>
                    <span class="small dim">${way.note}</span>
                </span>
            </label>`;
        })}
    </fieldset>`;
}
