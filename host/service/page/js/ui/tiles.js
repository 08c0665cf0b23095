// Draws the tiles of a treemap.
import { plain } from '../names.js';

/**
 * What a name has room for.
 * @param {any} g @param {string} s @param {number} room
 */
function fit(g, s, room) {
    if (g.measureText(s).width <= room) return s;
    let low = 0;
    let high = s.length;
    while (low < high) {
        const at = (low + high + 1) >> 1;
        if (g.measureText(`${s.slice(0, at)}…`).width <= room) low = at;
        else high = at - 1;
    }
    return low > 1 ? `${s.slice(0, low)}…` : '';
}

/**
 * @param {CanvasRenderingContext2D} g @param {any} lay
 * @param {{tree: any, root: number, size: {w: number, h: number},
 *     em: number, colour: Record<string, string>,
 *     fill: (i: number) => string, dim?: (i: number) => boolean,
 *     text: (i: number) => string}} o
 */
export function draw(g, lay, o) {
    const { x, y, w, h, open } = lay;
    const { colour, em, tree, text } = o;
    const family = getComputedStyle(document.body).fontFamily;
    const font = (/** @type {number} */ weight) => {
        g.font = `${weight} ${11 * em}px ${family}`;
    };
    g.fillStyle = colour['tile-line'];
    g.fillRect(0, 0, o.size.w, o.size.h);
    g.textBaseline = 'middle';
    for (const i of lay.seen) {
        if (i === o.root && open[i]) continue;
        const faint = !open[i] && o.dim?.(i);
        g.globalAlpha = faint ? 0.22 : 1;
        g.fillStyle = (!open[i] && colour[o.fill(i)]) || colour.folder;
        g.fillRect(x[i], y[i], Math.max(0.75, w[i]), Math.max(0.75, h[i]));
        g.globalAlpha = 1;
        const roomy = w[i] > 44 * em && h[i] > 15 * em;
        if (open[i] === 2) folder(i);
        else if (!open[i] && roomy && !faint) tile(i);
    }

    /** @param {number} i */
    function folder(i) {
        font(600);
        g.fillStyle = colour.text;
        const name = fit(g, plain(tree.name[i]), w[i] - 8);
        g.fillText(name, x[i] + 4, y[i] + 9 * em);
        if (w[i] <= 150) return;
        const used = g.measureText(name).width;
        font(400);
        const said = fit(g, text(i), w[i] - used - 16);
        g.fillText(said, x[i] + 10 + used, y[i] + 9 * em);
    }

    /** @param {number} i */
    function tile(i) {
        g.fillStyle = colour['tile-text'];
        font(500);
        const name = fit(g, plain(tree.name[i]), w[i] - 8);
        if (!name) return;
        const low = h[i] < 22 * em ? h[i] / 2 : 10 * em;
        g.fillText(name, x[i] + 4, y[i] + low);
        if (h[i] <= 32 * em) return;
        font(400);
        g.fillText(fit(g, text(i), w[i] - 8), x[i] + 4, y[i] + 24 * em);
    }
}
