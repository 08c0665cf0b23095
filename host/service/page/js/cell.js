// Values that several components watch.
import { useLayoutEffect, useState } from './html.js';

/**
 * A value that can be watched.
 * @template T @param {T} value
 */
export function cell(value) {
    const watchers = new Set();
    return {
        get: () => value,
        /** @param {T | ((was: T) => T)} next */
        set(next) {
            const now =
                typeof next === 'function'
                    ? /** @type {Function} */ (next)(value)
                    : next;
            if (Object.is(now, value)) return;
            value = now;
            for (const tell of [...watchers]) tell(value);
        },
        /** @param {(value: T) => void} tell */
        watch(tell) {
            watchers.add(tell);
            return () => void watchers.delete(tell);
        },
    };
}

/**
 * The value of a cell; the component is drawn again when it changes.
 * @template T
 * @param {{get: () => T, watch: (tell: (v: T) => void) => () => void}} of
 * @returns {T}
 */
export function useCell(of) {
    const [value, set] = useState(of.get());
    useLayoutEffect(() => {
        set(() => of.get());
        return of.watch((now) => set(() => now));
    }, [of]);
    return value;
}
