// Squarified treemaps (Bruls, Huizing, van Wijk 2000) over flat columns. What
// is too small to see is not laid out, so that great trees cost little.

/**
 * Which nodes are whose children; parents come before them.
 * @param {{n: number, parent: ArrayLike<number>}} tree
 */
export function children({ n, parent }) {
    const count = new Int32Array(n);
    const first = new Int32Array(n);
    const list = new Int32Array(Math.max(0, n - 1));
    for (let i = 1; i < n; i++) count[parent[i]]++;
    for (let i = 0, at = 0; i < n; i++) {
        first[i] = at;
        at += count[i];
    }
    const next = first.slice();
    for (let i = 1; i < n; i++) list[next[parent[i]]++] = i;
    return {
        count,
        first,
        list,
        /** The children of a node. @param {number} i */
        of: (i) => list.subarray(first[i], first[i] + count[i]),
    };
}

/**
 * How far from a square the worst tile of a row is, of these areas.
 * @param {number} side @param {number} sum @param {number} largest
 * @param {number} least
 */
function worst(side, sum, largest, least) {
    const whole = sum * sum;
    const square = side * side;
    return Math.max((square * largest) / whole, whole / (square * least));
}

/**
 * @param {{n: number}} tree @param {ArrayLike<number>} value
 * @param {ReturnType<typeof children>} kids
 * @param {{root: number, width: number, height: number, pad: number,
 *     head: number, headMin: number, min: number, gap: number}} o
 */
export function squarify(tree, value, kids, o) {
    const [x, y, w, h] = [0, 1, 2, 3].map(() => new Float32Array(tree.n));
    const open = new Uint8Array(tree.n);
    const level = new Uint8Array(tree.n);
    const seen = /** @type {number[]} */ ([]);
    const stack = [o.root];
    w[o.root] = o.width;
    h[o.root] = o.height;
    while (stack.length) {
        const at = /** @type {number} */ (stack.pop());
        seen.push(at);
        const of = kids.of(at);
        if (!of.length || !(value[at] > 0)) continue;
        const inner = at !== o.root;
        const depth = level[at];
        const pad = inner && depth <= 2 ? o.pad : 0;
        const named =
            inner && depth <= 3 && w[at] > o.headMin && h[at] > o.head * 3.2;
        const above = named ? o.head : pad;
        const room = {
            x: x[at] + pad,
            y: y[at] + above,
            w: w[at] - 2 * pad,
            h: h[at] - pad - above,
        };
        if (room.w < o.min * 2 || room.h < o.min * 2) continue;
        open[at] = named ? 2 : 1;
        of.sort((a, b) => value[b] - value[a]);
        fill(of, value[at], room);
        for (const it of of) {
            level[it] = Math.min(250, depth + 1);
            if (w[it] > o.min && h[it] > o.min) stack.push(it);
        }
    }
    return { x, y, w, h, seen, open, level };

    /**
     * Fills a room with tiles, row by row.
     * @param {Int32Array} of @param {number} whole @param {any} room
     */
    function fill(of, whole, room) {
        let left = whole;
        let i = 0;
        while (i < of.length && left > 0 && value[of[i]] > 0) {
            const scale = (room.w * room.h) / left;
            const side = Math.min(room.w, room.h);
            const largest = value[of[i]] * scale;
            let sum = largest;
            let j = i + 1;
            let best = worst(side, sum, largest, largest);
            for (; j < of.length && value[of[j]] > 0; j++) {
                const area = value[of[j]] * scale;
                const now = worst(side, sum + area, largest, area);
                if (now > best) break;
                sum += area;
                best = now;
            }
            row(of.subarray(i, j), sum / side, scale, room);
            left -= sum / scale;
            i = j;
        }
    }

    /**
     * Places one row of tiles.
     * @param {Int32Array} of @param {number} thick @param {number} scale
     * @param {any} room
     */
    function row(of, thick, scale, room) {
        const upright = room.w >= room.h;
        let off = 0;
        for (const it of of) {
            const length = (value[it] * scale) / thick;
            x[it] = room.x + (upright ? 0 : off);
            y[it] = room.y + (upright ? off : 0);
            w[it] = (upright ? thick : length) - o.gap;
            h[it] = (upright ? length : thick) - o.gap;
            off += length;
        }
        if (upright) {
            room.x += thick;
            room.w -= thick;
        } else {
            room.y += thick;
            room.h -= thick;
        }
    }
}
