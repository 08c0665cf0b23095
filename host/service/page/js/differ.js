// What differs between two names.

/**
 * Words and numbers are whole; all else is one character.
 * @param {string} s
 */
const pieces = (s) => s.match(/[\p{L}\d]+|[^\p{L}\d]/gu) ?? [];

/**
 * The pieces of `now` in order, and which are not in `was`.
 * @param {string} was @param {string} now
 * @returns {{text: string, own: boolean}[]}
 */
export function differ(was, now) {
    const [x, y] = [pieces(was), pieces(now)];
    const width = y.length + 1;
    // The weight of the best common sequence of what is left of both.
    const best = new Uint16Array((x.length + 1) * width);
    const at = (/** @type {number} */ i, /** @type {number} */ j) =>
        best[i * width + j];
    const weight = (/** @type {string} */ it) =>
        it.length > 1 ? it.length + 1 : 1;
    for (let i = x.length - 1; i >= 0; i--)
        for (let j = y.length - 1; j >= 0; j--)
            best[i * width + j] =
                x[i] === y[j]
                    ? at(i + 1, j + 1) + weight(x[i])
                    : Math.max(at(i + 1, j), at(i, j + 1));
    const out = /** @type {{text: string, own: boolean}[]} */ ([]);
    const add = (/** @type {string} */ text, /** @type {boolean} */ own) => {
        const last = out[out.length - 1];
        if (last?.own === own) last.text += text;
        else out.push({ text, own });
    };
    for (let i = 0, j = 0; j < y.length;) {
        if (i < x.length && x[i] === y[j]) {
            add(y[j++], false);
            i += 1;
        } else if (i < x.length && at(i + 1, j) >= at(i, j + 1)) i += 1;
        else add(y[j++], true);
    }
    return out;
}
