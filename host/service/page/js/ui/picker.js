// Folders on the server: a tree of the roots and what is in them, loaded as it
// is opened. There is no way to name another place.
import { get, query } from '../api.js';
import { bytes, short } from '../format.js';
import { html, useEffect, useRedraw, useRef, useState } from '../html.js';
import { Icon } from '../icons.js';
import { named, safe, wired } from '../names.js';
import { useRootNames } from '../roots.js';

/**
 * A place on the server: a root's id, and a path below it, which may be empty.
 * @typedef {{root: string, path: string}} Place
 */

/** A place as one text; no id of a root has a slash. @param {Place} at */
export const idOf = (at) => (at.path ? `${at.root}/${at.path}` : at.root);
/** @param {string} id @returns {Place} */
export function placeOf(id) {
    const cut = id.indexOf('/');
    return cut < 0
        ? { root: id, path: '' }
        : { root: id.slice(0, cut), path: id.slice(cut + 1) };
}
/** A place for the wire. @param {string} id */
export function wiredPlace(id) {
    const { root, path } = placeOf(id);
    return { root, ...wired(path) };
}
/** A place as people write it. @param {any[]} roots @param {string} id */
export function pathOf(roots, id) {
    const { root, path } = placeOf(id);
    const top = named(roots.find((it) => String(it.id) === root)) || root;
    return path ? `${top.replace(/\/$/, '')}/${path}` : top;
}
/**
 * The place of a whole path, if it lies in a root.
 * @param {any[]} roots @param {string} path
 */
export function idOfPath(roots, path) {
    for (const root of roots) {
        const top = named(root).replace(/\/$/, '');
        if (path === top) return String(root.id);
        if (path.startsWith(`${top}/`))
            return `${root.id}/${path.slice(top.length + 1)}`;
    }
    return '';
}

/** All above a place, itself not included. @param {string} id */
const above = (id) =>
    id
        .split('/')
        .map((_, at, all) => all.slice(0, at).join('/'))
        .filter(Boolean);

/** The folders that are known, and how more become so. */
function useFolders(/** @type {string[]} */ chosen) {
    const redraw = useRedraw();
    const known = useRef(/** @type {Map<string, any>} */ (new Map())).current;
    const [open, setOpen] = useState(() => new Set(chosen.flatMap(above)));
    const [error, setError] = useState(/** @type {any} */ (null));
    const load = async (/** @type {string} */ id) => {
        if (known.has(id)) return;
        known.set(id, null);
        const { root, path } = placeOf(id);
        const all = /** @type {any[]} */ ([]);
        try {
            for (let cursor; ;) {
                const at = { ...(path ? wired(path) : {}), cursor };
                const url = `roots/${encodeURIComponent(root)}/entries`;
                const page = await get(query(url, at));
                all.push(...page.folders);
                cursor = page.next;
                if (!cursor) break;
            }
            known.set(id, all);
            setError(null);
        } catch (problem) {
            known.delete(id);
            setError(problem);
        }
        redraw();
    };
    const turn = (/** @type {string} */ id, on = !open.has(id)) => {
        if (on) void load(id);
        setOpen((was) => {
            const now = new Set(was);
            if (on) now.add(id);
            else now.delete(id);
            return now;
        });
    };
    useEffect(() => {
        for (const id of open) void load(id);
    }, []);
    return { known, open, turn, error };
}

/**
 * What is seen of the tree, line by line.
 * @param {any[]} roots @param {any} folders @param {(id: any) => string} nameOf
 */
function lines(roots, { known, open }, nameOf) {
    const out = /** @type {any[]} */ ([]);
    const walk = (
        /** @type {string} */ id,
        /** @type {any} */ node,
        /** @type {number} */ level,
        /** @type {string} */ up,
    ) => {
        const name = named(node, 'name');
        const has = node.has_folders !== false;
        out.push({ id, name, level, node, up, has });
        if (!open.has(id)) return;
        for (const it of known.get(id) ?? [])
            walk(`${id}/${named(it, 'name')}`, it, level + 1, id);
    };
    for (const root of roots) {
        const node = { ...root, name: nameOf(root.id) };
        walk(String(root.id), node, 1, '');
    }
    return out;
}

/**
 * A tree of folders with boxes.
 * @param {{roots: any[], chosen: string[], single?: boolean, label?: string,
 *     onChange: (chosen: string[]) => void}} props
 */
export function FolderPicker(props) {
    const { roots, chosen, onChange, single } = props;
    const { label = 'Folders on the server' } = props;
    const folders = useFolders(chosen);
    const { open, turn, error } = folders;
    const [at, setAt] = useState('');
    const box = useRef(/** @type {any} */ (null));
    const all = lines(roots, folders, useRootNames());
    const now = all.some((it) => it.id === at) ? at : all[0]?.id;
    const covered = (/** @type {string} */ id) =>
        chosen.some((it) => id !== it && id.startsWith(`${it}/`));
    const choose = (/** @type {string} */ id) => {
        if (covered(id)) return;
        if (single) onChange([id]);
        else if (chosen.includes(id))
            onChange(chosen.filter((it) => it !== id));
        else {
            const outer = chosen.filter((it) => !it.startsWith(`${id}/`));
            onChange([...outer, id]);
        }
    };
    const focus = (/** @type {string | undefined} */ id) => {
        if (!id) return;
        setAt(id);
        requestAnimationFrame(() => {
            const found = `[data-id="${CSS.escape(id)}"]`;
            box.current?.querySelector(found)?.focus();
        });
    };
    const keys = (/** @type {KeyboardEvent} */ e) => {
        const index = all.findIndex((it) => it.id === now);
        const it = all[index];
        if (!it || e.ctrlKey || e.metaKey || e.altKey) return;
        const moves = /** @type {Record<string, () => void>} */ ({
            ArrowDown: () => focus(all[index + 1]?.id),
            ArrowUp: () => focus(all[index - 1]?.id),
            ArrowRight: () =>
                open.has(it.id)
                    ? all[index + 1]?.up === it.id && focus(all[index + 1].id)
                    : it.has && turn(it.id, true),
            ArrowLeft: () =>
                open.has(it.id) ? turn(it.id, false) : focus(it.up),
            ' ': () => choose(it.id),
            Enter: () => choose(it.id),
            Home: () => focus(all[0].id),
            End: () => focus(all[all.length - 1].id),
        });
        if (!moves[e.key]) return;
        e.preventDefault();
        moves[e.key]();
    };
    return html`<div class="picker">
        <ul
            ref=${box}
            role="tree"
            aria-label=${label}
            aria-multiselectable=${single ? undefined : 'true'}
            onKeyDown=${keys}
        >
            ${all.map((it) =>
                Line({
                    it,
                    on: chosen.includes(it.id),
                    by: covered(it.id),
                    open: open.has(it.id),
                    first: it.id === now,
                    turn,
                    choose,
                    setAt,
                }),
            )}
        </ul>
        ${
            error &&
            html`<p class="error" role="alert">
            <${Icon} name="alert" />
            <span>${error.message} ${error.detail}</span>
        </p>`
        }
    </div>`;
}

/** @param {any} all */
function Line({ it, on, by, open, first, turn, choose, setAt }) {
    const indent = `${(it.level - 1) * 1.125 + 0.25}rem`;
    const { node } = it;
    const known = node.files != null || node.bytes != null;
    return html`<li
        key=${it.id}
        role="treeitem"
        data-id=${it.id}
        tabindex=${first ? 0 : -1}
        aria-level=${it.level}
        aria-expanded=${it.has ? String(open) : undefined}
        aria-selected=${String(on || by)}
        class=${on ? 'on' : by ? 'by' : ''}
        style=${{ paddingInlineStart: indent }}
        onFocus=${() => setAt(it.id)}
    >
        <span
            class="twist"
            onClick=${() => it.has && turn(it.id)}
            aria-hidden="true"
        >
            ${it.has && html`<${Icon} name=${open ? 'down' : 'right'} />`}
        </span>
        <span class="pickrow" onClick=${() => choose(it.id)}>
            <span class=${`box ${on ? 'on' : by ? 'by' : ''}`}>
                ${(on || by) && html`<${Icon} name="check" />`}
            </span>
            <${Icon} name=${it.level === 1 ? 'home' : 'folder'} />
            <bdi class="cut">${safe(it.name)}</bdi>
            ${
                it.level === 1 &&
                html`<code class="faint tiny cut hide-s">
                ${safe(named(node))}
            </code>`
            }
            ${
                known &&
                html`<span class="end num tiny faint">
                ${node.files != null && `${short(node.files)} files · `}
                ${node.bytes != null && bytes(node.bytes)}
            </span>`
            }
        </span>
    </li>`;
}
