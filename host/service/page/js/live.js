// What happens in the service while one looks: one stream of events for the
// whole browser. One tab holds it and tells the others, because HTTP/1.1 has
// six connections for all of them.
import { key, link, refused } from './api.js';
import { cell } from './cell.js';
import { session } from './session.js';

/** How far each running job is, by its id. */
export const progress = cell(/** @type {Map<string, any>} */ (new Map()));
/** Counts what changed: whoever shows it asks again. */
export const changes = cell({ job: 0, plan: 0, snapshot: 0, marks: 0 });

const RATES = 120;
/** The service says something every 15 s: after this long it is gone. */
const SILENCE = 45_000;
const channel =
    typeof BroadcastChannel === 'function'
        ? new BroadcastChannel('sanchay-events')
        : null;
let last = '';

/** @param {(keyof ReturnType<typeof changes.get>)[]} kinds */
function count(...kinds) {
    changes.set((was) => {
        const now = { ...was };
        for (const kind of kinds) now[kind] += 1;
        return now;
    });
}

/** @param {string} event @param {any} data */
function take(event, data) {
    if (event === 'progress') {
        const id = String(data.job);
        progress.set((was) => {
            const rates = [
                ...(was.get(id)?.rates ?? []),
                data.rate?.bytes ?? 0,
            ].slice(-RATES);
            return new Map(was).set(id, { ...data, rates });
        });
    } else if (event === 'job') {
        const over = !['running', 'queued'].includes(data.state);
        if (over && progress.get().has(String(data.id)))
            progress.set((was) => {
                const now = new Map(was);
                now.delete(String(data.id));
                return now;
            });
        count('job');
    } else if (event === 'reset') count('job', 'plan', 'snapshot', 'marks');
    else if (event === 'plan' || event === 'snapshot' || event === 'marks')
        count(event);
}

/**
 * Reads events from a stream of text.
 * @param {ReadableStream} body @param {() => void} giveUp
 */
async function read(body, giveUp) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
        const timer = setTimeout(giveUp, SILENCE);
        const piece = await reader.read().finally(() => clearTimeout(timer));
        if (piece.done) return;
        text += piece.value.replaceAll('\r', '');
        for (let end; (end = text.indexOf('\n\n')) >= 0;) {
            event(text.slice(0, end));
            text = text.slice(end + 2);
        }
    }
}

/** @param {string} text */
function event(text) {
    let name = 'message';
    const data = [];
    for (const line of text.split('\n')) {
        const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === 'event') name = value;
        if (field === 'data') data.push(value);
        if (field === 'id') last = value;
    }
    if (!data.length) return;
    try {
        const body = JSON.parse(data.join('\n'));
        take(name, body);
        channel?.postMessage({ event: name, body });
    } catch {
        // What is no JSON is not for this page.
    }
}

/** @param {boolean} up @param {number} [next] */
function linked(up, next = 0) {
    const now = { up, since: up ? Date.now() : link.get().since, next };
    link.set(now);
    channel?.postMessage({ link: now });
}

/** Connects, and again after 1, 2, 4 … 30 seconds. */
async function connect() {
    let wait = 1000;
    for (;;) {
        if (session.get().state === 'in' || key.get()) {
            try {
                const headers = /** @type {Record<string, string>} */ ({
                    accept: 'text/event-stream',
                    authorization: `Bearer ${key.get()}`,
                });
                if (last) headers['last-event-id'] = last;
                const abort = new AbortController();
                const { signal } = abort;
                const url = '/api/v1/events';
                const answer = await fetch(url, { headers, signal });
                if (answer.status === 401) refused.set((n) => n + 1);
                if (answer.ok && answer.body) {
                    const back = !link.get().up;
                    linked(true);
                    if (back) count('job', 'plan', 'snapshot', 'marks');
                    wait = 1000;
                    await read(answer.body, () => abort.abort());
                    // A stream that ends by itself is opened anew at once, and
                    // tells by failing that there is no service.
                    await pause(250);
                    continue;
                }
            } catch {
                linked(false, Date.now() + wait);
            }
        }
        await pause(session.get().state === 'in' ? wait : 300);
        if (!link.get().up) wait = Math.min(30_000, wait * 2);
    }
}

let hurry = () => {};
/** @param {number} ms */
function pause(ms) {
    return new Promise((done) => {
        const timer = setTimeout(done, ms);
        hurry = () => {
            clearTimeout(timer);
            done(null);
        };
    });
}

/** Tries now rather than when the time has come. */
export function tryNow() {
    hurry();
    channel?.postMessage({ hurry: true });
}

/** Begins to listen, once for all tabs. */
export function listen() {
    channel?.addEventListener('message', ({ data }) => {
        if (data.event) take(data.event, data.body);
        if (data.link) link.set(data.link);
        if (data.hurry) hurry();
    });
    // Without a secure context there are no locks, and each tab asks itself.
    if (navigator.locks)
        void navigator.locks.request('sanchay-events', connect);
    else void connect();
}

/**
 * How far a job is: 0 to 1, or null where no one knows.
 * @param {any} p
 */
export function share(p) {
    if (p?.share != null) return p.share;
    for (const [done, total] of [p?.bytes ?? [], p?.files ?? []])
        if (total > 0) return Math.min(1, done / total);
    return null;
}
