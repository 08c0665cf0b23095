// Markup and state: preact and htm, as every module of the page uses them.
import { h, render, Fragment } from '../vendor/preact.js';
import {
    useCallback,
    useEffect,
    useId,
    useLayoutEffect,
    useMemo,
    useReducer,
    useRef,
    useState,
} from '../vendor/hooks.js';
import htm from '../vendor/htm.js';

export const html = htm.bind(h);
export {
    Fragment,
    h,
    render,
    useCallback,
    useEffect,
    useId,
    useLayoutEffect,
    useMemo,
    useReducer,
    useRef,
    useState,
};

/** A function that draws the component again. */
export function useRedraw() {
    const [, bump] = useReducer((/** @type {number} */ n) => n + 1, 0);
    return () => bump(0);
}
