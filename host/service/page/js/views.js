// Views: rows of any number in an order, made by the service.
import { get, post, query, send } from './api.js';
import { useEffect, useState } from './html.js';
import { can } from './session.js';

/** How long to wait before asking again, in ms: at first, and at most. */
const SOON = 80;
const LATE = 1000;

/**
 * A view of what is asked for, as it is being made.
 * @param {any} body @param {any} version changes when it must be made anew
 * @returns {{view: any, error: any, again: () => void}}
 */
export function useView(body, version) {
    const key = JSON.stringify(body);
    const [turn, again] = useState(0);
    const [state, set] = useState(
        /** @type {{key: string, view: any, error: any}} */ ({
            key: '',
            view: null,
            error: null,
        }),
    );
    useEffect(() => {
        if (!body) return;
        const abort = new AbortController();
        const { signal } = abort;
        const tell = (/** @type {any} */ now) =>
            signal.aborted || set({ key, view: null, error: null, ...now });
        const make = async () => {
            let view = await post('views', body, { signal });
            for (let wait = SOON; !signal.aborted; wait = later(wait)) {
                tell({ view });
                if (view.state !== 'building') break;
                await new Promise((done) => setTimeout(done, wait));
                view = await get(`views/${view.id}`, { signal });
            }
            if (view.state === 'failed') throw failure(view.problem);
        };
        make().catch((error) => tell({ error }));
        return () => abort.abort();
    }, [key, version, turn]);
    const mine = state.key === key;
    return {
        view: mine ? state.view : null,
        error: mine ? state.error : null,
        again: () => again((n) => n + 1),
    };
}

const later = (/** @type {number} */ wait) => Math.min(LATE, wait * 2);

/** @param {any} problem */
function failure(problem) {
    const error = new Error(problem?.title ?? 'The view could not be made.');
    return Object.assign(error, { detail: problem?.detail });
}

/** How many rows a view has, as far as it is known. @param {any} view */
export const totalOf = (view) => view?.total ?? view?.at_least ?? 0;

/**
 * Rows as objects.
 * @param {string} id @param {number} from @param {number} count
 * @param {AbortSignal} signal @param {string[]} [fields]
 */
export async function rows(id, from, count, signal, fields) {
    const asked = { from, count, fields: fields?.join(',') };
    const url = query(`views/${id}/rows`, asked);
    const page = await get(url, { signal });
    return objects(page);
}

/** Rows in columns as objects. @param {any} page */
export function objects({ columns, rows: all }) {
    if (!columns) return all;
    return all.map((/** @type {any[]} */ row) =>
        Object.fromEntries(
            columns.map(
                (/** @type {string} */ name, /** @type {any} */ at) => [
                    name,
                    row[at],
                ],
            ),
        ),
    );
}

/**
 * Has the browser save something. A link carries no key, so the service gives
 * out an address that works once.
 * @param {any} body
 */
export async function save(body) {
    const { url } = await post('exports', body);
    const link = document.createElement('a');
    link.href = url;
    link.download = '';
    link.click();
}

/**
 * Checks an expression; null where it is right.
 * @param {string} filter @param {AbortSignal} signal
 */
export async function mistake(filter, signal) {
    if (!can('POST filters')) return null;
    try {
        await send('POST', 'filters', { body: { filter }, signal });
        return null;
    } catch (error) {
        const problem = /** @type {any} */ (error);
        if (problem.status === 422 && problem.body.at != null)
            return problem.body;
        // Whoever cannot tell now tells when the view is made.
        return null;
    }
}
