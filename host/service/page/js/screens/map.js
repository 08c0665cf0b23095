// The map of folders and the list of the same.
import { link, setQuery } from '../address.js';
import { get, query as withQuery } from '../api.js';
import {
    AGES,
    TYPES,
    TYPE_NAMES,
    ageOf,
    ago,
    bytes,
    percent,
    plural,
    short,
} from '../format.js';
import { html, useCallback, useMemo, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { base, plain, safe, wired } from '../names.js';
import { useRootNames } from '../roots.js';
import { hasKind } from '../session.js';
import { TONES, treeOf } from '../tree.js';
import { Bars } from '../ui/charts.js';
import { Menu } from '../ui/menu.js';
import { Bones, Empty, Failed, Seg } from '../ui/parts.js';
import { Treemap } from '../ui/treemap.js';

const DEPTH = 4;
const NODES = 5000;
const LISTED = 200;

/**
 * Where in the tree one is: with all roots together, the first part of `at` is
 * a root's id.
 * @param {string} root @param {string} at
 */
function place(root, at) {
    if (root) return { root, path: at };
    const cut = at.indexOf('/');
    if (!at) return { root: '', path: '' };
    return cut < 0
        ? { root: at, path: '' }
        : { root: at.slice(0, cut), path: at.slice(cut + 1) };
}

/**
 * @param {{root: string, query: Record<string, string>, s: any,
 *     version: number}} props
 */
export function FolderMap({ root, query, s, version }) {
    const at = query.at ?? '';
    const colour = query.colour === 'age' ? 'age' : 'kind';
    const by = query.by === 'files' ? 'files' : 'size';
    const here = place(root, at);
    const loaded = useLoad(
        async (signal) => {
            const asked = {
                root: here.root,
                ...(here.path ? wired(here.path) : {}),
                depth: DEPTH,
                limit: NODES,
            };
            const url = withQuery('snapshots/latest/tree', asked);
            return { at, tree: treeOf(await get(url, { signal })) };
        },
        [root, at, version],
    );
    const nameOf = useRootNames();
    const top = root ? nameOf(root) : 'All roots';
    const crumbs = ['', ...steps(at)];
    const go = (/** @type {string} */ to) =>
        setQuery({ at: to }, { push: true });
    const name = (/** @type {string} */ it) => {
        if (!it) return top;
        const last = base(it);
        return root || it.includes('/') ? last : nameOf(last);
    };
    return html`<section class="panel map" aria-label="Map of folders">
        <header>
            <nav class="crumbs grow" aria-label="Folder">
                ${crumbs.map(
                    (it, i) => html`${
                        i > 0 &&
                        html`<span class="faint" aria-hidden="true">/</span>`
                    }
                    ${
                        i === crumbs.length - 1
                            ? html`<span aria-current="location"
                              >${safe(name(it))}</span
                          >`
                            : html`<button type="button" onClick=${() => go(it)}>
                              ${safe(name(it))}
                          </button>`
                    }`,
                )}
            </nav>
            <${Seg}
                label="Area stands for"
                value=${by}
                options=${[
                    { id: 'size', label: 'Bytes' },
                    { id: 'files', label: 'Files' },
                ]}
                onChange=${(/** @type {string} */ id) =>
                    setQuery({ by: id === 'size' ? null : id })}
            />
            <${Seg}
                label="Colour stands for"
                value=${colour}
                options=${[
                    { id: 'kind', label: 'Type' },
                    { id: 'age', label: 'Age' },
                ]}
                onChange=${(/** @type {string} */ id) =>
                    setQuery({ colour: id === 'kind' ? null : id })}
            />
        </header>
        ${
            loaded.error && !loaded.data
                ? html`<div class="padded">
                  <${Failed} error=${loaded.error} again=${loaded.again} />
              </div>`
                : !loaded.data
                  ? html`<div class="padded mapbones"><${Bones} n=${9} /></div>`
                  : html`<${Body}
                    key=${colour}
                    tree=${loaded.data.tree}
                    at=${loaded.data.at}
                    top=${at ? name(at) : top}
                    root=${root}
                    colour=${colour}
                    by=${by}
                    s=${s}
                    go=${go}
                />`
        }
    </section>`;
}

/** The folders above a place, and itself. @param {string} at */
const steps = (at) =>
    at ? at.split('/').map((_, i, all) => all.slice(0, i + 1).join('/')) : [];

/**
 * The classes that colours stand for.
 * @param {string} colour @param {any} s
 */
function legendOf(colour, s) {
    if (colour === 'age')
        return (s?.ages ?? []).map(
            (/** @type {any} */ it, /** @type {number} */ at) => ({
                ...it,
                id: at,
                label: AGES[at],
                tone: `a-${at}`,
            }),
        );
    return (s?.kinds ?? s?.types ?? []).map((/** @type {any} */ it) => {
        const at = TYPE_NAMES.indexOf(it.id);
        const id = at < 0 ? TYPE_NAMES.length - 1 : at;
        const tone = `k-${TYPE_NAMES[id]}`;
        return { ...it, id, label: TYPES[it.id] ?? it.id, tone };
    });
}

/** @param {any} props */
function Body({ tree, at, top, root, colour, by, s, go }) {
    const [over, setOver] = useState(-1);
    const [only, setOnly] = useState(-1);
    const value = by === 'files' ? tree.files : tree.size;
    const classOf = useCallback(
        (/** @type {number} */ i) =>
            colour === 'age' ? ageOf(tree.mtime[i]) : tree.kind[i],
        [colour, tree],
    );
    const fill = useCallback(
        (/** @type {number} */ i) =>
            colour === 'age'
                ? `a-${classOf(i)}`
                : `k-${TYPE_NAMES[classOf(i)]}`,
        [classOf],
    );
    const dim = useMemo(
        () =>
            only < 0
                ? undefined
                : (/** @type {number} */ i) => classOf(i) !== only,
        [only, classOf],
    );
    const open = (/** @type {number} */ i) => {
        let to = i;
        while (to > 0 && !tree.dir[to]) to = tree.parent[to];
        while (to > 0 && tree.parent[to] > 0) to = tree.parent[to];
        if (to > 0 && tree.dir[to])
            go([at, tree.name[to]].filter(Boolean).join('/'));
    };
    const up = () => at && go(steps(at).at(-2) ?? '');
    const said = (/** @type {number} */ i) =>
        by === 'files' ? `${short(tree.files[i])} files` : bytes(tree.size[i]);
    const seen = over > 0 ? over : 0;
    if (tree.n < 2)
        return html`<${Empty} icon="folder" title="This folder is empty" />`;
    const about = { tree, value, fill, said, over, setOver, open, top };
    return html`<${Legend}
            colour=${colour}
            s=${s}
            only=${only}
            setOnly=${setOnly}
        />
        <div class="mapsplit">
            <${Treemap}
                tree=${tree}
                root=${0}
                value=${value}
                fill=${fill}
                dim=${dim}
                at=${over}
                onAt=${setOver}
                onOpen=${open}
                onUp=${up}
                tokens=${TONES}
                text=${said}
                label=${
                    `Map of ${plain(top)}: arrow keys move among ` +
                    'neighbours, Enter opens, Backspace goes up. The list ' +
                    'beside it holds the same.'
                }
            />
            <div class="mapside">
                <${List} ...${about} />
                <${Other} colour=${colour} s=${s} root=${root} top=${top} />
            </div>
        </div>
        <${Foot} tree=${tree} i=${seen} at=${at} root=${root} top=${top} />`;
}

/** @param {any} props */
function Legend({ colour, s, only, setOnly }) {
    const legend = legendOf(colour, s);
    const whole = legend.reduce(
        (/** @type {number} */ sum, /** @type {any} */ it) => sum + it.bytes,
        0,
    );
    const what = colour === 'age' ? 'Ages' : 'Types';
    return html`<div
        class="legend"
        role="group"
        aria-label=${`${what}; press one to see it alone`}
    >
        ${legend.map(
            (/** @type {any} */ it) => html`<button
                key=${it.label}
                type="button"
                class="chip"
                aria-pressed=${String(only === it.id)}
                onClick=${() => setOnly(only === it.id ? -1 : it.id)}
            >
                <i class="dot" style=${{ background: `var(--${it.tone})` }} />
                ${it.label}
                <span class="faint num">${percent(it.bytes / (whole || 1))}</span>
            </button>`,
        )}
    </div>`;
}

/** The classes that the map does not show, as bars. @param {any} props */
function Other({ colour, s, root, top }) {
    const age = colour === 'age';
    const items = legendOf(age ? 'kind' : 'age', s)
        .slice(0, 6)
        .map((/** @type {any} */ it) => ({
            label: it.label,
            tone: it.tone,
            value: it.bytes,
            text: bytes(it.bytes),
        }));
    if (!items.length) return null;
    return html`<div class="mapother">
        <div class="label tiny">
            ${age ? 'By type' : 'By age'}${root ? ` in ${top}` : ', all roots'}
        </div>
        <${Bars} items=${items} />
    </div>`;
}

/** What the folder holds, largest first. @param {any} props */
function List({ tree, value, fill, said, over, setOver, open, top }) {
    const kids = useMemo(
        () =>
            [...tree.kids(0)]
                .sort((a, b) => value[b] - value[a])
                .slice(0, LISTED),
        [tree, value],
    );
    const most = Math.max(1, value[kids[0]] ?? 0);
    const whole = Math.max(1, value[0]);
    const has = (/** @type {number} */ folder) => {
        for (let i = over; i > 0; i = tree.parent[i])
            if (i === folder) return true;
        return false;
    };
    const row = (/** @type {number} */ i) =>
        html`<tr
            key=${i}
            class=${has(i) ? 'on' : ''}
            onPointerEnter=${() => setOver(i)}
            onPointerLeave=${() => setOver(-1)}
        >
            <td>
                <div class="row">
                    <i
                        class="dot"
                        style=${{ background: `var(--${fill(i)})` }}
                    />
                    ${
                        tree.dir[i]
                            ? html`<button
                              type="button"
                              class="linkish cut"
                              onClick=${() => open(i)}
                          >
                              <bdi>${safe(tree.name[i])}</bdi>
                          </button>`
                            : html`<bdi class="cut">${safe(tree.name[i])}</bdi>`
                    }
                </div>
                <div class="meter thin" aria-hidden="true">
                    <i style=${{ width: `${(value[i] / most) * 100}%` }} />
                </div>
            </td>
            <td class="r num">
                ${said(i)}
                <div class="faint tiny">${percent(value[i] / whole)}</div>
            </td>
        </tr>`;
    const what = `What ${plain(top)} holds`;
    return html`<div
        class="maplist"
        tabindex="0"
        role="region"
        aria-label=${what}
    >
        <table class="plain">
            <caption class="sr">
                ${what}, largest first
            </caption>
            <thead>
                <tr>
                    <th scope="col">Name</th>
                    <th scope="col" class="r">Size</th>
                </tr>
            </thead>
            <tbody>
                ${kids.map(row)}
            </tbody>
        </table>
    </div>`;
}

/**
 * What the pointer is at, and what to do with the folder.
 * @param {any} props
 */
function Foot({ tree, i, at, root, top }) {
    const below = [at, tree.path(i)].filter(Boolean).join('/');
    const folder = place(root, at);
    const on = { root: folder.root, at: folder.path };
    const newest = tree.mtime[i];
    return html`<footer class="mapfoot">
        <bdi class="cut grow"><code>${safe(below || top)}</code></bdi>
        <span class="num">${bytes(tree.size[i])}</span>
        <span class="num dim">${plural(tree.files[i], 'file')}</span>
        ${newest > 0 && html`<span class="dim num">newest ${ago(newest)}</span>`}
        <${Menu}
            class="btn sm"
            icon="more"
            title="What to do with this folder"
            label=${html`<span class="sr">With this folder</span>`}
        >
            <a class="item" href=${link('files', on)}>
                <${Icon} name="files" />List its files
            </a>
            ${
                hasKind('dupes') &&
                html`<a class="item" href=${link('new/dupes', on)}>
                <${Icon} name="dupes" />Find duplicates in it
            </a>`
            }
            <a class="item" href=${link('changes', { at: below })}>
                <${Icon} name="diff" />What changed
            </a>
            <a class="item" href=${link('rename', on)}>
                <${Icon} name="rename" />Rename its files
            </a>
        <//>
    </footer>`;
}
