// Folders in expressions: there, paths are told from the root that a job
// looked at.
import { named, quoted } from './names.js';
import { pathOf } from './ui/picker.js';

/** A path, without the first of these folders that it lies in. @param {string} path @param {string[]} tops */
function within(path, tops) {
    const top = tops.find((it) => path === it || path.startsWith(`${it}/`));
    return top == null ? null : path.slice(top.length + 1);
}

/** Where a job looked, as whole paths. @param {any} job @param {any[]} roots */
const placesOf = (job, roots) =>
    (job?.roots ?? []).map((/** @type {any} */ it) => {
        const below = named(it);
        return pathOf(roots, below ? `${it.root}/${below}` : String(it.root));
    });

/**
 * What is true of the files directly in a folder, of those of a job.
 * @param {string} folder @param {any} job @param {any[]} roots
 */
export function directlyIn(folder, job, roots) {
    const path = within(folder, placesOf(job, roots));
    return path == null ? '' : `parent = ${quoted(path)}`;
}

/**
 * What is true of all files below a folder, which lies in one of these.
 * @param {string} folder @param {string[]} tops
 */
export function anywhereIn(folder, tops) {
    const path = within(folder, tops);
    if (!path) return '';
    const literal = path.replace(/[\\*?[\]{}!]/g, '\\$&');
    return `path glob ${quoted(`${literal}/**`)}`;
}
