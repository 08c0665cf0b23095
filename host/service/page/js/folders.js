// Folders in expressions: there, paths are told from the root of the service
// that they lie in.
import { named, quoted } from './names.js';

/** The roots as paths, the innermost first. @param {any[]} roots */
export const topsOf = (roots) =>
    roots
        .map((it) => named(it).replace(/\/$/, ''))
        .sort((a, b) => b.length - a.length);

/**
 * A path, without the first of these folders that it lies in.
 * @param {string} path @param {string[]} tops
 */
function within(path, tops) {
    const top = tops.find((it) => path === it || path.startsWith(`${it}/`));
    return top == null ? null : path.slice(top.length + 1);
}

/**
 * What is true of the files directly in a folder.
 * @param {string} folder @param {any[]} roots
 */
export function directlyIn(folder, roots) {
    const path = within(folder, topsOf(roots));
    return path == null ? '' : `parent = ${quoted(path)}`;
}

/**
 * What is true of all files below a folder; nothing for a root.
 * @param {string} folder @param {any[]} roots
 */
export function anywhereIn(folder, roots) {
    const path = within(folder, topsOf(roots));
    return path ? below(path) : '';
}

/** The same for a path that is told from a root. @param {string} path */
export function below(path) {
    const literal = path.replace(/[\\*?[\]{}!]/g, '\\$&');
    return `path glob ${quoted(`${literal}/**`)}`;
}
