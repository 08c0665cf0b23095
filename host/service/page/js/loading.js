// Loading what a screen shows, and measuring the room that it has.
import { useEffect, useLayoutEffect, useRef, useState } from './html.js';

/**
 * Loads something, again whenever `deps` change; what was there before stays
 * until then.
 * @template T @param {(signal: AbortSignal) => Promise<T>} load
 * @param {any[]} deps
 */
export function useLoad(load, deps) {
    const [state, set] = useState(
        /** @type {{data?: T, error?: any, busy: boolean}} */ ({ busy: true }),
    );
    const abort = useRef(/** @type {AbortController | null} */ (null));
    const run = () => {
        abort.current?.abort();
        const me = new AbortController();
        abort.current = me;
        set((was) => ({ ...was, busy: true }));
        load(me.signal).then(
            (data) => me.signal.aborted || set({ data, busy: false }),
            (error) =>
                me.signal.aborted ||
                set((was) => ({ ...was, error, busy: false })),
        );
    };
    useEffect(() => {
        run();
        return () => abort.current?.abort();
    }, deps);
    return { ...state, again: run };
}

/** The size of an element, as it changes. */
export function useSize() {
    const ref = useRef(/** @type {any} */ (null));
    const [size, set] = useState({ w: 0, h: 0 });
    useLayoutEffect(() => {
        const element = ref.current;
        if (!element) return;
        const read = () => {
            const { clientWidth: w, clientHeight: h } = element;
            set((was) => (was.w === w && was.h === h ? was : { w, h }));
        };
        read();
        const observer = new ResizeObserver(read);
        observer.observe(element);
        return () => observer.disconnect();
    }, []);
    return /** @type {[any, {w: number, h: number}]} */ ([ref, size]);
}

/** Runs `f` on a clock while `on`. @param {() => void} f */
export function useTick(f, ms = 1000, on = true) {
    useEffect(() => {
        if (!on) return;
        const timer = setInterval(f, ms);
        return () => clearInterval(timer);
    }, [ms, on]);
}

/** @param {number} x @param {number} low @param {number} high */
export const clamp = (x, low, high) => Math.max(low, Math.min(high, x));

/** @template {(...all: any[]) => void} F @param {F} f */
export function debounce(f, ms = 150) {
    let timer = /** @type {any} */ (0);
    return (/** @type {Parameters<F>} */ ...all) => {
        clearTimeout(timer);
        timer = setTimeout(() => f(...all), ms);
    };
}
