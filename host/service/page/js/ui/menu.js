// Menus and dialogs.
import { html, useId, useLayoutEffect, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';

const GAP = 4;
const MARGIN = 8;

/**
 * Puts a menu below its button, or above it.
 * @param {any} button @param {any} pop @param {string} align
 */
function place(button, pop, align) {
    const at = button.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: h } = pop;
    const x = align === 'end' ? at.right - w : at.left;
    const below = at.bottom + GAP;
    const fits = below + h <= innerHeight || at.top < h + MARGIN;
    const lowest = innerHeight - Math.min(h, innerHeight * 0.7) - MARGIN;
    const left = Math.max(MARGIN, Math.min(x, innerWidth - w - MARGIN));
    const top = fits ? Math.min(below, lowest) : at.top - h - GAP;
    pop.style.left = `${left}px`;
    pop.style.top = `${top}px`;
}

/**
 * A button that opens a list of things to do.
 * @param {{label: any, icon?: string, class?: string, title?: string,
 *     children?: any, align?: 'start' | 'end'}} props
 */
export function Menu(props) {
    const { label, icon, class: kind = 'btn', title, children } = props;
    const { align = 'end' } = props;
    const id = useId().replace(/[^\w-]/g, '');
    const pop = useRef(/** @type {any} */ (null));
    const button = useRef(/** @type {any} */ (null));
    const [open, setOpen] = useState(false);
    const items = () => [...pop.current.querySelectorAll('.item, input')];
    const toggled = (/** @type {any} */ e) => {
        const now = e.newState === 'open';
        setOpen(now);
        if (!now) return;
        place(button.current, pop.current, align);
        items()[0]?.focus();
    };
    const keys = (/** @type {KeyboardEvent} */ e) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
        if (!step) return;
        e.preventDefault();
        const all = items();
        const at = all.indexOf(document.activeElement);
        all[(at + step + all.length) % all.length]?.focus();
    };
    const chosen = (/** @type {any} */ e) => {
        const item = e.target.closest('.item');
        if (item && !e.target.closest('[data-stay]'))
            pop.current.hidePopover();
    };
    return html`<button
            ref=${button}
            type="button"
            class=${kind}
            title=${title}
            aria-expanded=${String(open)}
            aria-haspopup="true"
            popovertarget=${id}
        >
            ${icon && html`<${Icon} name=${icon} />`}${label}
        </button>
        <div
            ref=${pop}
            id=${id}
            popover="auto"
            class="pop"
            onKeyDown=${keys}
            onToggle=${toggled}
            onClick=${chosen}
        >
            ${children}
        </div>`;
}

/**
 * @param {{open: boolean, onClose: () => void, title: any, children?: any,
 *     footer?: any, width?: string}} props
 */
export function Dialog(props) {
    const { open, onClose, title, children, footer, width } = props;
    const ref = useRef(/** @type {any} */ (null));
    const id = useId();
    useLayoutEffect(() => {
        if (open && ref.current && !ref.current.open) ref.current.showModal();
    }, [open]);
    if (!open) return null;
    const outside = (/** @type {any} */ e) =>
        e.target === ref.current && onClose();
    const style = width
        ? { width: `min(${width}, calc(100vw - 1.5rem))` }
        : undefined;
    return html`<dialog
        ref=${ref}
        aria-labelledby=${id}
        style=${style}
        onClose=${onClose}
        onClick=${outside}
    >
        <header>
            <h2 id=${id} class="grow">${title}</h2>
            <button
                type="button"
                class="icon-btn"
                aria-label="Close"
                onClick=${onClose}
            >
                <${Icon} name="x" />
            </button>
        </header>
        <div class="body" tabindex="0">${children}</div>
        ${footer && html`<footer>${footer}</footer>`}
    </dialog>`;
}
