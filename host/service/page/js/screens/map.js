// The map of folders and the list of the same.
import { link, setQuery } from '../address.js';
import {
    AGES,
    AGE_NAMES,
    TYPES,
    TYPE_NAMES,
    ageOf,
    ago,
    bytes,
    percent,
    plural,
    short,
    typeOfExtension,
} from '../format.js';
import { html, useCallback, useMemo, useState } from '../html.js';
import { Icon } from '../icons.js';
import { anywhereIn } from '../folders.js';
import { plain, safe } from '../names.js';
import { useRoots } from '../roots.js';
import { hasKind } from '../session.js';
import { TONES, treeOf } from '../tree.js';
import { Bars } from '../ui/charts.js';
import { Menu } from '../ui/menu.js';
import { Empty, Seg } from '../ui/parts.js';
import { idOfPath, placeOf } from '../ui/picker.js';
import { Treemap } from '../ui/treemap.js';

const LISTED = 200;

/** What is true of the files below a folder. @param {any} tree @param {number} i */
const filterOf = (tree, i) =>
    anywhereIn(
        tree.paths[i],
        tree.kids(0).map((/** @type {number} */ top) => tree.paths[top]),
    );

/** @param {string} path */
const go = (path) => setQuery({ at: path }, { push: true });

/** @param {{query: Record<string, string>, summary: any}} props */
export function FolderMap({ query, summary }) {
    const tree = useMemo(() => treeOf(summary), [summary]);
    const by = query.by === 'files' ? 'files' : 'size';
    const only = tree.kids(0).length === 1 ? tree.kids(0)[0] : 0;
    const root = tree.index.get(query.at ?? '') ?? only;
    const crumbs = [];
    for (let i = root; i >= 0 && (i > 0 || !only); i = tree.parent[i])
        crumbs.unshift(i);
    const one = (/** @type {number} */ i, /** @type {number} */ at) => {
        const name = safe(tree.name[i]);
        const last = at === crumbs.length - 1;
        return html`${
            at > 0 && html`<span class="faint" aria-hidden="true">/</span>`
        }
        ${
            last
                ? html`<span aria-current="location">${name}</span>`
                : html`<button
                      type="button"
                      onClick=${() => go(i === only ? '' : tree.paths[i])}
                  >
                      ${name}
                  </button>`
        }`;
    };
    return html`<section class="panel map" aria-label="Map of folders">
        <header>
            <nav class="crumbs grow" aria-label="Folder">
                ${crumbs.map(one)}
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
        </header>
        <${Body}
            tree=${tree}
            root=${root}
            by=${by}
            top=${only}
            summary=${summary}
        />
    </section>`;
}

/** @param {any} props */
function Body({ tree, root, top, by, summary }) {
    const [over, setOver] = useState(-1);
    const [only, setOnly] = useState(-1);
    const value = by === 'files' ? tree.files : tree.size;
    const fill = useCallback(
        (/** @type {number} */ i) => `a-${ageOf(tree.mtime[i])}`,
        [tree],
    );
    const dim = useMemo(
        () =>
            only < 0
                ? undefined
                : (/** @type {number} */ i) => ageOf(tree.mtime[i]) !== only,
        [only, tree],
    );
    const open = (/** @type {number} */ i) => {
        let to = i;
        while (to > 0 && !tree.dir[to]) to = tree.parent[to];
        while (to > 0 && tree.parent[to] !== root) to = tree.parent[to];
        if (to > 0 && to !== root) go(tree.paths[to]);
    };
    const up = () => {
        if (root === top) return;
        const parent = tree.parent[root];
        go(parent === top ? '' : tree.paths[parent]);
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
    return html`<${Legend} summary=${summary} only=${only} setOnly=${setOnly} />
        <div class="mapsplit">
            ${tree.kids(root).length ? map : html`<${Deeper} f=${filterOf(tree, root)} />`}
            <div class="mapside">
                <${List} ...${about} />
                <${Types} summary=${summary} />
            </div>
        </div>
        <${Foot} tree=${tree} i=${over > 0 ? over : root} root=${root} />`;
}

/** A folder in which no folders are known. @param {{f: string}} props */
const Deeper = ({ f }) =>
    html`<${Empty} icon="folder" title="No folders are known in it">
        <p>Its files are summed up as one.</p>
        <a
            class="btn"
            href=${link('files', { f })}
        >
            <${Icon} name="files" />List its files
        </a>
    <//>`;

/** The ages that colours stand for. @param {any} props */
function Legend({ summary, only, setOnly }) {
    const whole = summary.bytes || 1;
    const ages = (summary.ages ?? []).map((/** @type {any} */ it) => ({
        ...it,
        // What is from the future is as young as can be.
        at: Math.max(0, AGE_NAMES.indexOf(it.age)),
    }));
    const all = AGES.map((label, at) => ({
        label,
        at,
        bytes: ages
            .filter((/** @type {any} */ it) => it.at === at)
            .reduce(
                (/** @type {number} */ sum, /** @type {any} */ it) =>
                    sum + it.bytes,
                0,
            ),
    }));
    const chip = (/** @type {any} */ it) => {
        const background = `var(--a-${it.at})`;
        return html`<button
            key=${it.label}
            type="button"
            class="chip"
            aria-pressed=${String(only === it.at)}
            onClick=${() => setOnly(only === it.at ? -1 : it.at)}
        >
            <i class="dot" style=${{ background }} />
            ${it.label}
            <span class="faint num">${percent(it.bytes / whole)}</span>
        </button>`;
    };
    return html`<div
        class="legend"
        role="group"
        aria-label="Ages, by the newest file; press one to see it alone"
    >
        ${all.map(chip)}
    </div>`;
}

/** Types of files, as bars. @param {{summary: any}} props */
function Types({ summary }) {
    const sums = /** @type {Map<string, number>} */ (new Map());
    for (const it of summary.extensions ?? []) {
        const type = typeOfExtension(it.extension ?? '');
        sums.set(type, (sums.get(type) ?? 0) + it.bytes);
    }
    const items = TYPE_NAMES.filter((it) => sums.get(it))
        .map((type) => ({
            label: TYPES[type],
            tone: `k-${type}`,
            value: sums.get(type) ?? 0,
            text: bytes(sums.get(type) ?? 0),
        }))
        .sort((a, b) => b.value - a.value)
        .slice(0, 6);
    if (!items.length) return null;
    return html`<div class="mapother">
        <div class="label tiny">By type, all roots</div>
        <${Bars} items=${items} />
    </div>`;
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
function Foot({ tree, i, root }) {
    const { list } = useRoots();
    const path = tree.paths[root];
    const place = path
        ? placeOf(idOfPath(list, path))
        : { root: '', path: '' };
    const on = { root: place.root, at: place.path };
    const newest = tree.mtime[i];
    const inside = filterOf(tree, root);
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
