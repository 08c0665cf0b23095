// What this browser prefers: the theme, the units. And the theme's colours.
import { cell } from './cell.js';
import { useEffect, useReducer } from './html.js';

const KEY = 'sanchay';

function saved() {
    try {
        return JSON.parse(localStorage.getItem(KEY) || '{}');
    } catch {
        return {};
    }
}

export const prefs = cell({ theme: 'auto', units: 'iec', ...saved() });
prefs.watch((now) => {
    try {
        localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
        // A private window keeps nothing.
    }
    applyTheme();
});

export function applyTheme() {
    const { theme } = prefs.get();
    const root = document.documentElement;
    if (theme === 'auto') delete root.dataset.theme;
    else root.dataset.theme = theme;
    dispatchEvent(new Event('themechange'));
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    dispatchEvent(new Event('themechange')),
);

/**
 * The colours that custom properties stand for now: canvases need them.
 * @param {string[]} names
 */
export function colours(names) {
    const probe = document.createElement('i');
    document.body.append(probe);
    const out = /** @type {Record<string, string>} */ ({});
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        out[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return out;
}

/** A number that changes whenever the theme does. */
export function useTheme() {
    const [n, bump] = useReducer((/** @type {number} */ x) => x + 1, 0);
    useEffect(() => {
        const again = () => bump(0);
        addEventListener('themechange', again);
        return () => removeEventListener('themechange', again);
    }, []);
    return n;
}
