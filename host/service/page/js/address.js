// The address: #/screen/part?key=value. What is seen is in it, so that Back,
// a reload and a link show the same.
import { cell } from './cell.js';

export function parse(hash = location.hash) {
    const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
    const parts = path.split('/').filter(Boolean).map(decode);
    return {
        name: parts[0] || 'overview',
        parts: parts.slice(1),
        query: /** @type {Record<string, string>} */ (
            Object.fromEntries(new URLSearchParams(query))
        ),
    };
}

/** @param {string} part */
function decode(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

export const address = cell(parse());
addEventListener('hashchange', () => address.set(parse()));
addEventListener('popstate', () => address.set(parse()));

/**
 * The address of a screen. Values that are empty are left out.
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query]
 */
export function link(path, query = {}) {
    const pairs = Object.entries(query).filter(
        ([, value]) => value != null && value !== '',
    );
    const text = new URLSearchParams(
        pairs.map(([key, value]) => [key, String(value)]),
    ).toString();
    return `#/${path}${text ? `?${text}` : ''}`;
}

/**
 * Changes keys of the query. Values that are empty go.
 * @param {Record<string, string | null | undefined>} changes
 */
export function setQuery(changes, { push = false } = {}) {
    const now = parse();
    const path = [now.name, ...now.parts].map(encodeURIComponent).join('/');
    const url = link(path, { ...now.query, ...changes });
    history[push ? 'pushState' : 'replaceState'](null, '', url);
    address.set(parse());
}

/** @param {string} to */
export function go(to) {
    location.hash = to;
}

/** Goes there without a step for Back. @param {string} to */
export function replace(to) {
    history.replaceState(null, '', to);
    address.set(parse());
}
