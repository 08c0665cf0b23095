// Messages: short ones on the screen, and those for screen readers.
import { cell } from './cell.js';

/** @typedef {{label: string, run: () => void}} Action */
/** @typedef {{id: number, text: string, action?: Action}} Toast */

export const toasts = cell(/** @type {Toast[]} */ ([]));
export const spoken = cell('');
let last = 0;

/** @param {number} id */
export function dismiss(id) {
    toasts.set((all) => all.filter((it) => it.id !== id));
}

/** @param {string} text @param {Action} [action] */
export function toast(text, action) {
    const id = ++last;
    toasts.set((all) => [...all.slice(-2), { id, text, action }]);
    setTimeout(() => dismiss(id), action ? 12_000 : 6000);
}

/** @param {string} text */
export function say(text) {
    spoken.set('');
    setTimeout(() => spoken.set(text), 30);
}
