// The rows that a table has: pages, some of which are kept.

/** Rows of a page, and pages that are kept. */
export const PAGE = 200;
const KEEP = 40;

/**
 * @typedef {(from: number, count: number, signal: AbortSignal) =>
 *     Promise<any[]>} Load
 */

/** @typedef {{rows?: any[], abort?: AbortController | null,
 *     stale?: boolean}} Page */

export class Pages {
    /** @type {Map<number, Page>} */
    pages = new Map();

    /** @param {number} index */
    row(index) {
        return this.pages.get(Math.floor(index / PAGE))?.rows?.[index % PAGE];
    }
    /** @param {number} index */
    has(index) {
        return this.pages.has(Math.floor(index / PAGE));
    }

    /** Forgets everything, and what is on its way. */
    clear() {
        for (const page of this.pages.values()) page.abort?.abort();
        this.pages = new Map();
    }

    /** Has everything come anew; what is there stays until then. */
    refresh() {
        for (const page of this.pages.values()) page.stale = true;
    }

    /**
     * Fetches what is in sight, and gives up what is no longer.
     * @param {number} first @param {number} last @param {number} total
     * @param {Load} load
     * @param {() => void} came @param {(error: any) => void} failed
     */
    want(first, last, total, load, came, failed) {
        const from = Math.floor(first / PAGE);
        const to = Math.floor(Math.max(first, last - 1) / PAGE);
        for (const [at, page] of this.pages)
            if (page.abort && (at < from - 1 || at > to + 1)) {
                page.abort.abort();
                this.pages.delete(at);
            }
        for (let at = from; at <= to; at++) {
            const had = this.pages.get(at);
            if (had && !had.stale) {
                // The last that was used is the last to go.
                this.pages.delete(at);
                this.pages.set(at, had);
            } else this.fetch(at, total, load, came, failed);
        }
        for (const at of this.pages.keys()) {
            if (this.pages.size <= KEEP) break;
            if (at < from || at > to) this.pages.delete(at);
        }
    }

    /**
     * @param {number} at @param {number} total
     * @param {Load} load
     * @param {() => void} came @param {(error: any) => void} failed
     */
    async fetch(at, total, load, came, failed) {
        const abort = new AbortController();
        const before = this.pages.get(at);
        before?.abort?.abort();
        const page = /** @type {Page} */ ({ abort, rows: before?.rows });
        this.pages.set(at, page);
        const size = Math.min(PAGE, total - at * PAGE);
        try {
            page.rows = await load(at * PAGE, size, abort.signal);
            page.abort = null;
            if (this.pages.get(at) === page) came();
        } catch (error) {
            if (this.pages.get(at) === page) this.pages.delete(at);
            if (!abort.signal.aborted) failed(error);
        }
    }
}
