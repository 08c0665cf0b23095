// Who is signed in. The token comes in the address's fragment, which no
// server and no log sees, works once, and is exchanged for a key of this
// browser.
import { Problem, get, key, post, refused } from './api.js';
import { cell } from './cell.js';

/**
 * @typedef {{state: 'asking' | 'in' | 'out' | 'away', why?: string,
 *     user?: string, rights?: string[], version?: string, write?: boolean,
 *     kinds?: string[], formats?: string[], algorithms?: string[], stores?: string[],
 *     paths?: Set<string>}} Session
 */
export const session = cell(/** @type {Session} */ ({ state: 'asking' }));

refused.watch(() => {
    if (session.get().state !== 'in') return;
    key.set('');
    session.set({
        state: 'out',
        why:
            'You were signed out: the service was started again, or the ' +
            'key has expired.',
    });
});

/** Exchanges a token for a key. @param {string} token */
export async function signIn(token) {
    const answer = await post('session', { token: token.trim() });
    key.set(answer.key);
    await look();
}

/**
 * What the service says of itself: its requests, as `METHOD path`, and its
 * kinds of jobs.
 */
async function described() {
    const answer = await fetch('/openapi.json', {
        headers: { authorization: `Bearer ${key.get()}` },
    });
    if (!answer.ok) return {};
    const { paths, components } = await answer.json();
    const short = (/** @type {string} */ path) =>
        path.replace(/^\/api\/v1\//, '').replace(/\{\w+\}/g, '{}');
    const all = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map(
            (method) => `${method.toUpperCase()} ${short(path)}`,
        ),
    );
    const kinds = components?.schemas?.JobKind?.enum;
    return { paths: new Set(all), ...(kinds ? { kinds } : {}) };
}

/**
 * Whether the service has a request, such as `GET jobs/{}/groups`. What it has
 * not is left out of the page.
 * @param {string} request
 */
export const can = (request) => session.get().paths?.has(request) ?? true;

/** Asks who this is. */
export async function look() {
    try {
        const who = await get('session');
        session.set({ ...(await described()), ...who, state: 'in' });
    } catch (error) {
        if (error instanceof Problem && error.status === 401) {
            key.set('');
            session.set({ state: 'out' });
        } else session.set({ state: 'away', why: String(error) });
    }
}

/** The token in the address, which is taken out of it. */
function tokenOfAddress() {
    const found = /^#token=([^&]+)/.exec(location.hash);
    if (!found) return '';
    history.replaceState(null, '', '#/overview');
    dispatchEvent(new Event('popstate'));
    return decodeURIComponent(found[1]);
}

/** Begins: with the link's token, or with the key that is here. */
export async function begin() {
    const token = tokenOfAddress();
    if (!token) return key.get() ? look() : session.set({ state: 'out' });
    try {
        await signIn(token);
    } catch (error) {
        // A link that was used before is no harm where a key is here already.
        if (key.get()) return look();
        const why =
            error instanceof Problem && error.status === 401
                ? 'This link was used before, or is older than ten minutes.'
                : `${error instanceof Error ? error.message : error}`;
        session.set({ state: 'out', why });
    }
}

addEventListener('hashchange', () => {
    if (location.hash.startsWith('#token=')) void begin();
});

/** Why this key may not change files; empty if it may. */
export function mayChange() {
    const { rights } = session.get();
    if (!rights || rights.includes('write')) return '';
    return (
        'The service was started without --allow-write, or your key may ' +
        'not change files.'
    );
}

/** Why this key may not begin jobs; empty if it may. */
export function mayRun() {
    const { rights } = session.get();
    return !rights || rights.includes('run') ? '' : 'Your key may only look.';
}

/** Whether the service has jobs of a kind. @param {string} kind */
export function hasKind(kind) {
    const { kinds, stores } = session.get();
    if (kind.startsWith('store-') && !stores?.length) return false;
    return kinds?.includes(kind) ?? false;
}
