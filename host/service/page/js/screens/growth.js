// By how much folders grew between two snapshots: those in the folder at hand,
// and the ones, at any depth, that most of it is due to.
import { setQuery } from '../address.js';
import { patiently, query as url } from '../api.js';
import { bytes, count, signed } from '../format.js';
import { html } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { base, named, parent, plain, safe, wired } from '../names.js';
import { Bones, Empty, Failed } from '../ui/parts.js';

/** How many are listed, and how many of the steepest. */
const LISTED = 100;
const STEEP = 8;

/** @param {string} path */
const go = (path) => setQuery({ at: path || null }, { push: true });

/** @param {{pair: string, at: string}} props */
export function Growth({ pair, at }) {
    const { data, error, again } = useLoad(
        async (signal) => {
            const of = `diffs/${encodeURIComponent(pair)}`;
            const asked = at ? wired(at) : {};
            const [tree, steep] = await Promise.all([
                patiently(url(`${of}/tree`, asked), { signal }),
                patiently(url(`${of}/steepest`, { ...asked, n: STEEP }), {
                    signal,
                }),
            ]);
            return { within: tree.folders, steep: steep.folders };
        },
        [pair, at],
    );
    const where = at ? `Growth in ${plain(base(at))}` : 'Growth by folder';
    return html`<div class="growths">
        <section class="panel" aria-label=${where}>
            <header>
                <h2 class="grow cut">${where}</h2>
                ${
                    at &&
                    html`<button
                        type="button"
                        class="btn sm"
                        onClick=${() => go(above(at))}
                    >
                        <${Icon} name="left" />Up
                    </button>`
                }
            </header>
            ${
                error
                    ? html`<div class="padded">
                          <${Failed} error=${error} again=${again} />
                      </div>`
                    : !data
                      ? html`<div class="padded"><${Bones} n=${5} /></div>`
                      : html`<${Folders}
                            folders=${data.within.slice(0, LISTED)}
                            label=${where}
                        />`
            }
        </section>
        ${
            data &&
            data.steep.length > 0 &&
            html`<section class="panel" aria-label="Steepest, at any depth">
                <header><h2>Steepest, at any depth</h2></header>
                <${Folders}
                    folders=${data.steep}
                    label="Steepest, at any depth"
                    whole
                />
            </section>`
        }
    </div>`;
}

/** The folder above one; the top for those that have none. @param {string} path */
const above = (path) => (parent(path) === '/' ? '' : parent(path));

/** @param {{folders: any[], label: string, whole?: boolean}} props */
function Folders({ folders, label, whole }) {
    if (!folders.length)
        return html`<${Empty}
            icon="check"
            title="No folder in it is otherwise"
        />`;
    const most = Math.max(1, ...folders.map((it) => Math.abs(it.bytes)));
    const row = (/** @type {any} */ it) => {
        const path = named(it);
        const name = whole ? path : base(path);
        const tone = it.bytes < 0 ? 'drop' : 'accent';
        const width = `${(Math.abs(it.bytes) / most) * 100}%`;
        return html`<tr key=${path}>
            <td>
                <button
                    type="button"
                    class="linkish cut"
                    title=${plain(path)}
                    onClick=${() => go(path)}
                >
                    <bdi>${safe(name)}</bdi>
                </button>
                <div class="meter thin" aria-hidden="true">
                    <i style=${{ width, background: `var(--${tone})` }} />
                </div>
            </td>
            <td class="r num">
                ${signed(it.bytes, bytes)}
                <div class="faint tiny">${signed(it.files, count)} files</div>
            </td>
        </tr>`;
    };
    return html`<div
        class="maplist"
        tabindex="0"
        role="region"
        aria-label=${`${label}: folders`}
    >
        <table class="plain">
            <caption class="sr">
                ${label}, the greatest first
            </caption>
            <thead>
                <tr>
                    <th scope="col">Folder</th>
                    <th scope="col" class="r">Growth</th>
                </tr>
            </thead>
            <tbody>
                ${folders.map(row)}
            </tbody>
        </table>
    </div>`;
}
