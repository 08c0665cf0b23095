// A treemap on a canvas: drawn once, then only copied; what the pointer or the
// keyboard is at is drawn over it. The list beside it says the same.
import { html, useEffect, useLayoutEffect, useMemo, useRef } from '../html.js';
import { useSize } from '../loading.js';
import { say } from '../messages.js';
import { plain } from '../names.js';
import { colours, useTheme } from '../prefs.js';
import { children, squarify } from './squarify.js';
import { draw } from './tiles.js';

const DRAWN = ['folder', 'tile-text', 'tile-line', 'surface', 'text'];

/**
 * @typedef {{tree: any, root: number, value: ArrayLike<number>,
 *     fill: (i: number) => string, dim?: (i: number) => boolean,
 *     at: number, onAt: (i: number) => void, onOpen: (i: number) => void,
 *     onUp: () => void, label: string, text: (i: number) => string,
 *     tokens: string[]}} Props
 * @param {Props} p
 */
export function Treemap(p) {
    const { tree, root, value, at } = p;
    const [box, size] = useSize();
    const theme = useTheme();
    const kids = useMemo(() => children(tree), [tree]);
    const em = size.w
        ? parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
        : 1;
    const lay = useMemo(
        () =>
            size.w > 20 && size.h > 20
                ? squarify(tree, value, kids, {
                      root,
                      width: size.w,
                      height: size.h,
                      pad: 2,
                      head: Math.round(17 * em),
                      headMin: 54 * em,
                      min: 2.5,
                      gap: 1,
                  })
                : null,
        [tree, root, value, size.w, size.h],
    );
    const map = useMap(p, lay, size, em, theme);
    const over = useRef(/** @type {any} */ (null));
    useLayoutEffect(() => {
        if (lay && over.current) outline(over.current, lay, at, root, size);
    }, [lay, at, size.w, size.h, theme]);
    const hit = (/** @type {any} */ e) =>
        lay ? under(e, box.current, lay, kids, root) : -1;
    const keys = useSteps(p, lay, kids);
    return html`<div
        ref=${box}
        class="treemap"
        role="application"
        aria-roledescription="treemap"
        aria-label=${p.label}
        tabindex="0"
        onKeyDown=${keys}
        onPointerMove=${(/** @type {any} */ e) => {
            const now = hit(e);
            if (now !== at) p.onAt(now);
        }}
        onPointerLeave=${() => p.onAt(-1)}
        onClick=${(/** @type {any} */ e) => {
            const now = hit(e);
            if (now > 0) p.onOpen(now);
        }}
    >
        <canvas ref=${map} aria-hidden="true" />
        <canvas ref=${over} aria-hidden="true" />
    </div>`;
}

/**
 * Draws the map.
 * @param {Props} p @param {any} lay @param {any} size @param {number} em
 * @param {number} theme
 */
function useMap(p, lay, size, em, theme) {
    const map = useRef(/** @type {any} */ (null));
    useEffect(() => {
        if (!lay) return;
        const canvas = map.current;
        const scale = devicePixelRatio || 1;
        canvas.width = size.w * scale;
        canvas.height = size.h * scale;
        const g = canvas.getContext('2d', { alpha: false });
        g.scale(scale, scale);
        const colour = colours([...DRAWN, ...p.tokens]);
        draw(g, lay, { ...p, size, em, colour });
    }, [lay, theme, p.fill, p.dim]);
    return map;
}

/**
 * @param {any} canvas @param {any} lay @param {number} at @param {number} root
 * @param {any} size
 */
function outline(canvas, lay, at, root, size) {
    const scale = devicePixelRatio || 1;
    canvas.width = size.w * scale;
    canvas.height = size.h * scale;
    const g = canvas.getContext('2d');
    g.scale(scale, scale);
    if (!(at > 0) || at === root || !(lay.w[at] > 0)) return;
    const colour = colours(['text', 'surface']);
    for (const [width, tone] of /** @type {[number, string][]} */ ([
        [4, colour.surface],
        [2, colour.text],
    ])) {
        g.lineWidth = width;
        g.strokeStyle = tone;
        g.strokeRect(
            lay.x[at] + 1,
            lay.y[at] + 1,
            lay.w[at] - 2,
            lay.h[at] - 2,
        );
    }
}

/**
 * The node under the pointer.
 * @param {any} e @param {any} box @param {any} lay @param {any} kids
 * @param {number} root
 */
function under(e, box, lay, kids, root) {
    const edge = box.getBoundingClientRect();
    const [px, py] = [e.clientX - edge.left, e.clientY - edge.top];
    const { x, y, w, h } = lay;
    let at = root;
    for (;;) {
        const next = kids
            .of(at)
            .find(
                (/** @type {number} */ i) =>
                    w[i] > 0 &&
                    px >= x[i] &&
                    px <= x[i] + w[i] &&
                    py >= y[i] &&
                    py <= y[i] + h[i],
            );
        if (next == null || !lay.open[at]) return at;
        at = next;
    }
}

const WAYS = /** @type {Record<string, [number, number]>} */ ({
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
});

/**
 * Arrow keys go to the neighbour that lies there.
 * @param {Props} p @param {any} lay @param {any} kids
 */
function useSteps(p, lay, kids) {
    const { tree, root, at } = p;
    const middle = (/** @type {number} */ i) => [
        lay.x[i] + lay.w[i] / 2,
        lay.y[i] + lay.h[i] / 2,
    ];
    const step = (/** @type {number} */ dx, /** @type {number} */ dy) => {
        if (!lay || !kids.of(root).length) return;
        const now = at > 0 && lay.w[at] > 0 ? at : kids.of(root)[0];
        const [cx, cy] = middle(now);
        let best = now;
        let least = at === now ? Infinity : -1;
        for (const i of kids.of(tree.parent[now])) {
            if (i === now || !(lay.w[i] > 0)) continue;
            const [x, y] = middle(i);
            const along = (x - cx) * dx + (y - cy) * dy;
            const aside = Math.abs((x - cx) * dy + (y - cy) * dx);
            if (along > 0 && along + 2.5 * aside < least) {
                least = along + 2.5 * aside;
                best = i;
            }
        }
        p.onAt(best);
        say(`${plain(tree.name[best])}, ${p.text(best)}`);
    };
    return (/** @type {KeyboardEvent} */ e) => {
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        const way = WAYS[e.key];
        if (way) step(...way);
        else if (e.key === 'Enter' && at > 0) p.onOpen(at);
        else if (e.key === 'Backspace' || e.key === 'Escape') p.onUp();
        else return;
        e.preventDefault();
    };
}
