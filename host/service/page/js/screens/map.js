// The map of folders and the list of the same.
import { link, setQuery } from '../address.js';
import { patiently, query as url } from '../api.js';
import { ageOf, ago, bytes, percent, plural, short } from '../format.js';
import { html, useCallback, useMemo, useState } from '../html.js';
import { Icon } from '../icons.js';
import { anywhereIn, topsOf } from '../folders.js';
import { useLoad } from '../loading.js';
import { base, plain, safe, wired } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind } from '../session.js';
import { TONES, treeOf } from '../tree.js';
import { Menu } from '../ui/menu.js';
import { Bones, Empty, Failed, Seg } from '../ui/parts.js';
import { idOfPath, placeOf } from '../ui/picker.js';
import { Treemap } from '../ui/treemap.js';
import { Legend, Others } from './legend.js';

const LISTED = 200;
/** How deep the map goes, and how many tiles it has. */
const DEPTH = 4;
const TILES = 5000;

/** @param {string} path */
const go = (path) => setQuery({ at: path }, { push: true });

/**
 * The folders of a source from a folder on; those that were there before stay
 * until then.
 * @param {any} source @param {string} path @param {string} by
 */
function useTree(source, path, by) {
    const of =
        source.snapshot != null
            ? `snapshots/${encodeURIComponent(source.snapshot)}/tree`
            : `jobs/${source.job}/tree`;
    return useLoad(
        async (signal) => {
            const asked = {
                ...(path ? wired(path) : {}),
                depth: DEPTH,
                limit: TILES,
                by: by === 'files' ? by : undefined,
            };
            const map = await patiently(url(of, asked), { signal });
            return treeOf(map, path);
        },
        [of, path, by],
    );
}

/**
 * The folders above a path, and itself: names and paths, from the top.
 * @param {string} path @param {string[]} tops
 */
function crumbsOf(path, tops) {
    const all = [{ name: 'All roots', path: '' }];
    const top = tops.find((it) => path === it || path.startsWith(`${it}/`));
    if (top == null && tops.length === 1)
        return [{ name: base(tops[0]) || tops[0], path: '' }];
    if (top == null) return all;
    // The only root stands for all of them.
    const only = tops.length === 1;
    const crumbs = only ? [] : all;
    crumbs.push({ name: base(top) || top, path: only ? '' : top });
    let at = top;
    for (const name of path.slice(top.length + 1).split('/')) {
        if (!name) continue;
        at = `${at}/${name}`;
        crumbs.push({ name, path: at });
    }
    return crumbs;
}

/** @param {{query: Record<string, string>, summary: any, source: any}} props */
export function FolderMap({ query, summary, source }) {
    const by = query.by === 'files' ? 'files' : 'size';
    const colour = query.colour === 'age' ? 'age' : 'type';
    const at = query.at ?? '';
    const { list } = useRoots();
    const { data: tree, error, again } = useTree(source, at, by);
    const crumbs = crumbsOf(at, topsOf(list));
    const one = (
        /** @type {{name: string, path: string}} */ { name, path },
        /** @type {number} */ i,
    ) => {
        const shown = html`<bdi>${safe(name)}</bdi>`;
        return html`${i > 0 && html`<span class="faint">/</span>`}${
            i === crumbs.length - 1
                ? html`<strong aria-current="page">${shown}</strong>`
                : html`<button
                      class="linkish"
                      type="button"
                      onClick=${() => go(path)}
                  >
                      ${shown}
                  </button>`
        }`;
    };
    return html`<section class="panel map" aria-label="Map of folders">
        <header>
            <nav class="crumbs grow" aria-label="Folder">
                ${crumbs.map(one)}
            </nav>
            <${Seg}
                label="Colour stands for"
                value=${colour}
                options=${[
                    { id: 'type', label: 'Type' },
                    { id: 'age', label: 'Age' },
                ]}
                onChange=${(/** @type {string} */ id) =>
                    setQuery({ colour: id === 'type' ? null : id })}
            />
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
        </header>
        ${
            tree
                ? html`<${Body}
                      key=${colour}
                      tree=${tree}
                      at=${at}
                      by=${by}
                      colour=${colour}
                      crumbs=${crumbs}
                      roots=${list}
                      summary=${summary}
                  />`
                : html`<div class="padded mapbones">
                      ${
                          error
                              ? html`<${Failed} error=${error} again=${again} />`
                              : html`<${Bones} n=${9} />`
                      }
                  </div>`
        }
    </section>`;
}

/** The place of a folder in a tree. @param {any} tree @param {string} at */
function rootOf(tree, at) {
    const known = tree.index.get(at) ?? 0;
    const kids = tree.kids(0);
    // The only root stands for all of them.
    return !known && !tree.paths[0] && kids.length === 1 ? kids[0] : known;
}

/** @param {any} props */
function Body({ tree, at, by, colour, crumbs, roots, summary }) {
    const [over, setOver] = useState(-1);
    const [only, setOnly] = useState('');
    const root = rootOf(tree, at);
    const value = by === 'files' ? tree.files : tree.size;
    const classOf = useCallback(
        (/** @type {number} */ i) =>
            colour === 'age' ? String(ageOf(tree.mtime[i])) : tree.kind[i],
        [tree, colour],
    );
    const fill = useCallback(
        (/** @type {number} */ i) =>
            `${colour === 'age' ? 'a' : 'k'}-${classOf(i)}`,
        [classOf],
    );
    const dim = useMemo(
        () =>
            only
                ? (/** @type {number} */ i) => classOf(i) !== only
                : undefined,
        [only, classOf],
    );
    const open = (/** @type {number} */ i) => {
        let to = i;
        while (to > 0 && !tree.dir[to]) to = tree.parent[to];
        while (to > 0 && tree.parent[to] !== root) to = tree.parent[to];
        if (to > 0 && to !== root) go(tree.paths[to]);
    };
    const up = () => {
        const above = crumbs.at(-2);
        if (above) go(above.path);
    };
    const said = (/** @type {number} */ i) =>
        by === 'files' ? `${short(tree.files[i])} files` : bytes(tree.size[i]);
    const about = { tree, root, value, fill, said, over, setOver, open };
    const label =
        `Map of ${plain(tree.name[root])}: arrow keys move among ` +
        'neighbours, Enter opens, Backspace goes up. The list beside it ' +
        'holds the same.';
    const map = html`<${Treemap}
        tree=${tree}
        root=${root}
        value=${value}
        fill=${fill}
        dim=${dim}
        at=${over}
        onAt=${setOver}
        onOpen=${open}
        onUp=${up}
        tokens=${TONES}
        text=${said}
        label=${label}
    />`;
    return html`<${Legend}
            summary=${summary}
            colour=${colour}
            only=${only}
            setOnly=${setOnly}
        />
        <div class="mapsplit">
            ${
                tree.kids(root).length
                    ? map
                    : html`<${Empty} icon="folder" title="It is empty" />`
            }
            <div class="mapside">
                <${List} ...${about} />
                <${Others} summary=${summary} colour=${colour} />
            </div>
        </div>
        <${Foot}
            tree=${tree}
            i=${over > 0 && over < tree.n ? over : root}
            root=${root}
            roots=${roots}
        />`;
}

/** What the folder holds, largest first. @param {any} props */
function List({ tree, root, value, fill, said, over, setOver, open }) {
    const kids = useMemo(
        () =>
            [...tree.kids(root)]
                .sort((a, b) => value[b] - value[a])
                .slice(0, LISTED),
        [tree, root, value],
    );
    const most = Math.max(1, value[kids[0]] ?? 0);
    const whole = Math.max(1, value[root]);
    const has = (/** @type {number} */ folder) => {
        for (let i = over; i > 0; i = tree.parent[i])
            if (i === folder) return true;
        return false;
    };
    const row = (/** @type {number} */ i) => {
        const name = html`<bdi>${safe(tree.name[i])}</bdi>`;
        const background = `var(--${fill(i)})`;
        return html`<tr
            key=${i}
            class=${has(i) ? 'on' : ''}
            onPointerEnter=${() => setOver(i)}
            onPointerLeave=${() => setOver(-1)}
        >
            <td>
                <div class="row">
                    <i class="dot" style=${{ background }} />
                    ${
                        tree.dir[i]
                            ? html`<button
                                  type="button"
                                  class="linkish cut"
                                  onClick=${() => open(i)}
                              >
                                  ${name}
                              </button>`
                            : html`<span class="cut">${name}</span>`
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
    };
    const what = `What ${plain(tree.name[root])} holds`;
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

/** What the pointer is at, and what to do with the folder. @param {any} props */
function Foot({ tree, i, root, roots }) {
    const path = tree.paths[root];
    const place = path
        ? placeOf(idOfPath(roots, path))
        : { root: '', path: '' };
    const on = { root: place.root, at: place.path };
    const newest = tree.mtime[i];
    const inside = path ? anywhereIn(path, roots) : '';
    return html`<footer class="mapfoot">
        <bdi class="cut grow">
            <code>${safe(tree.paths[i] || tree.name[i])}</code>
        </bdi>
        <span class="num">${bytes(tree.size[i])}</span>
        <span class="num dim">${plural(tree.files[i], 'file')}</span>
        ${
            newest > 0 &&
            html`<span class="dim num">newest ${ago(newest)}</span>`
        }
        <${Menu}
            class="btn sm"
            icon="more"
            title="What to do with this folder"
            label=${html`<span class="sr">With this folder</span>`}
        >
            <a class="item" href=${link('files', { f: inside })}>
                <${Icon} name="files" />List its files
            </a>
            ${
                hasKind('dupes') &&
                html`<a class="item" href=${link('new/dupes', on)}>
                    <${Icon} name="dupes" />Find duplicates in it
                </a>`
            }
            ${
                hasKind('rename') &&
                html`<a class="item" href=${link('rename', { f: inside })}>
                    <${Icon} name="rename" />Rename its files
                </a>`
            }
        <//>
    </footer>`;
}
