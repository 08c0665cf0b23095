// The place in a table of any height.
//
// Browsers cannot make an element as high as 10 million rows: Chromium stops
// at 2^24 px, Firefox at 17.9 million. Beyond LIMIT the scroll bar is a map of
// the table. Small steps scroll by pixels; great ones, of the bar, jump to the
// same share of the rows; and when the hand rests both are reconciled. The
// first and last EDGE pixels map one to one, so that both ends are reached.
import { clamp } from '../loading.js';

const LIMIT = 8e6;
const EDGE = 1e5;
/** Steps of more screens than these are of the bar. */
const SCREENS = 3;

export class Scroll {
    total = 0;
    /** Heights in px: of a row, and of what is in sight. */
    row = 36;
    view = 400;
    /** Where row 0 is, in px of the element. */
    base = 0;
    last = 0;
    element = /** @type {any} */ (null);

    /** The height of all rows, in px. */
    get full() {
        return this.total * this.row;
    }
    /** The height of the element. */
    get tall() {
        return Math.min(this.full, LIMIT);
    }
    get mapped() {
        return this.full > LIMIT;
    }
    /** The lowest place among the rows, and of the bar. */
    get lowest() {
        return Math.max(0, this.full - this.view);
    }
    get lowestOfBar() {
        return Math.max(0, this.tall - this.view);
    }
    /** The place among all rows, in px. */
    get top() {
        const at = this.element ? this.element.scrollTop - this.base : 0;
        return clamp(at, 0, this.lowest);
    }

    /** From a place among the rows to one of the bar. @param {number} at */
    toBar(at) {
        const { lowest, lowestOfBar } = this;
        if (!this.mapped || at < EDGE) return at;
        if (lowest - at < EDGE) return lowestOfBar - (lowest - at);
        const part = (at - EDGE) / (lowest - 2 * EDGE);
        return EDGE + part * (lowestOfBar - 2 * EDGE);
    }
    /** And back. @param {number} at */
    fromBar(at) {
        const { lowest, lowestOfBar } = this;
        if (!this.mapped || at < EDGE) return at;
        if (lowestOfBar - at < EDGE) return lowest - (lowestOfBar - at);
        const part = (at - EDGE) / (lowestOfBar - 2 * EDGE);
        return EDGE + part * (lowest - 2 * EDGE);
    }

    /** The element was scrolled: whether it moved, and whether it jumped. */
    moved() {
        const now = this.element.scrollTop;
        const step = now - this.last;
        this.last = now;
        if (!this.mapped) return { moved: step !== 0, jumped: false };
        const jumped = Math.abs(step) > this.view * SCREENS;
        if (jumped) this.base = now - this.fromBar(now);
        const at = now - this.base;
        if (at < 0) this.base = now;
        else if (at > this.lowest) this.base = now - this.lowest;
        return { moved: step !== 0, jumped };
    }

    /** Puts the bar where the rows are. */
    settle() {
        if (this.mapped) this.place(this.top, 1);
    }

    /** Goes to a place among the rows. @param {number} at */
    place(at, slack = 0) {
        const bar = Math.round(this.toBar(at));
        if (slack && Math.abs(bar - this.element.scrollTop) <= slack) return;
        this.base = bar - at;
        this.last = bar;
        this.element.scrollTop = bar;
        // The browser rounds, and has its own limits.
        this.last = this.element.scrollTop;
        this.base = this.last - at;
        if (!this.mapped) this.base = 0;
    }

    /** Brings a row into sight. @param {number} index */
    show(index, centre = false) {
        if (!this.element) return;
        const { top, row, view } = this;
        const y = index * row;
        let want = top;
        if (centre) want = y - view / 2;
        else if (y < top) want = y;
        else if (y + row > top + view) want = y + row - view;
        want = clamp(want, 0, this.lowest);
        if (want !== top) this.place(want);
    }

    /** Begins anew, at the first row. */
    reset() {
        this.base = 0;
        this.last = 0;
        if (this.element) this.element.scrollTop = 0;
    }
}
