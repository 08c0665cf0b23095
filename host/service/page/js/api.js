// The service, as functions. Whatever goes wrong is a Problem that says what,
// and why, in words of the service (RFC 9457).
import { cell } from './cell.js';

const KEY = 'sanchay-key';

export class Problem extends Error {
    /** @param {number} status @param {any} body */
    constructor(status, body) {
        super(body?.title || `The service answered ${status}`);
        this.status = status;
        this.detail = body?.detail;
        this.type = body?.type;
        this.body = body ?? {};
    }
}

/** Whether the service answers; `since` when it did last. */
export const link = cell({ up: true, since: Date.now(), next: 0 });
/** Counts how often the service said that there is no such key. */
export const refused = cell(0);

export const key = {
    get: () => localStorage.getItem(KEY) ?? '',
    /** @param {string} value */
    set(value) {
        if (value) localStorage.setItem(KEY, value);
        else localStorage.removeItem(KEY);
    },
};

/** A number that no other request has. */
function unique() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join(
        '',
    );
}

/**
 * One request, with what every request carries.
 * @param {string} method @param {string} path
 * @param {{body?: any, signal?: AbortSignal, headers?: any}} [options]
 */
export async function send(method, path, options = {}) {
    const headers = { ...options.headers };
    headers.accept ??= 'application/json, application/problem+json';
    if (key.get()) headers.authorization = `Bearer ${key.get()}`;
    if (options.body !== undefined)
        headers['content-type'] = 'application/json';
    if (method === 'POST') headers['idempotency-key'] ??= unique();
    const used = key.get();
    let answer;
    try {
        answer = await fetch(`/api/v1/${path}`, {
            method,
            headers,
            signal: options.signal,
            body:
                options.body === undefined
                    ? undefined
                    : JSON.stringify(options.body),
        });
    } catch (error) {
        if (options.signal?.aborted) throw error;
        link.set((was) => (was.up ? { ...was, up: false } : was));
        throw new Problem(0, {
            title: 'The service does not answer.',
            detail: 'Nothing was changed. It is asked again by itself.',
        });
    }
    link.set((was) => ({ ...was, up: true, since: Date.now() }));
    if (answer.ok) return answer;
    if (answer.status === 401 && used === key.get()) refused.set((n) => n + 1);
    throw new Problem(answer.status, await answer.json().catch(() => null));
}

/**
 * @param {string} method @param {string} path @param {any} [options]
 * @returns {Promise<any>}
 */
async function call(method, path, options) {
    const answer = await send(method, path, options);
    if (answer.status === 204) return {};
    const text = await answer.text();
    const body = text ? JSON.parse(text) : {};
    const etag = answer.headers.get('etag');
    if (etag && body && !Array.isArray(body)) body.etag ??= etag;
    return body;
}

/** @param {string} path @param {any} [options] */
export const get = (path, options) => call('GET', path, options);

/** How long to wait for what is still being made, in ms. */
const PATIENCE = 1000;

/**
 * The same, asked again as long as the service is still making it.
 * @param {string} path @param {{signal?: AbortSignal}} options
 * @returns {Promise<any>}
 */
export async function patiently(path, options) {
    for (;;) {
        try {
            return await get(path, options);
        } catch (error) {
            const it = /** @type {any} */ (error);
            if (it.type !== 'urn:sanchay:building') throw error;
            await new Promise((done) => setTimeout(done, PATIENCE));
            if (options.signal?.aborted) throw error;
        }
    }
}

/** @param {string} path @param {any} body @param {any} [options] */
export const post = (path, body, options) =>
    call('POST', path, { ...options, body });
/** @param {string} path @param {any} body @param {any} [options] */
export const put = (path, body, options) =>
    call('PUT', path, { ...options, body });
/** @param {string} path @param {any} body @param {any} [options] */
export const patch = (path, body, options) =>
    call('PATCH', path, { ...options, body });
/** @param {string} path @param {any} [options] */
export const del = (path, options) => call('DELETE', path, options);

/**
 * `path?a=1`, without what is empty.
 * @param {string} path @param {Record<string, any>} query
 */
export function query(path, query) {
    const pairs = Object.entries(query).filter(
        ([, value]) => value != null && value !== '',
    );
    const text = new URLSearchParams(
        pairs.map(([key, value]) => [key, String(value)]),
    ).toString();
    return text ? `${path}?${text}` : path;
}
