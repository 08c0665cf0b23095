// Which folders grew or shrank, and which explain most of it.
import { setQuery } from '../address.js';
import { get, query } from '../api.js';
import { bytes, signed } from '../format.js';
import { html } from '../html.js';
import { useLoad } from '../loading.js';
import { Path, base, named, parent, safe, wired } from '../names.js';
import { Bones, Failed } from '../ui/parts.js';

const SHOWN = 12;
const STEEPEST = 8;

/** @param {string} path */
const go = (path) => setQuery({ at: path }, { push: true });

/** @param {{url: string, at: string}} props */
export function Growth({ url, at }) {
    const on = at ? wired(at) : {};
    const tree = useLoad(
        (signal) => get(query(`${url}/tree`, on), { signal }),
        [url, at],
    );
    const steep = useLoad(
        (signal) =>
            get(query(`${url}/steepest`, { ...on, n: STEEPEST }), { signal }),
        [url, at],
    );
    const folders = (tree.data?.folders ?? []).slice(0, SHOWN);
    const list = steep.data?.folders ?? [];
    return html`<section class="panel">
        <header>
            <nav class="crumbs grow" aria-label="Folder">
                ${
                    at
                        ? html`<button type="button" onClick=${() => go('')}>
                              All roots
                          </button>
                          <span class="faint" aria-hidden="true">/</span>
                          ${
                              parent(at).length > 1 &&
                              html`<button
                                  type="button"
                                  onClick=${() => go(parent(at))}
                              >
                                  ${safe(base(parent(at)))}
                              </button>
                              <span class="faint" aria-hidden="true">/</span>`
                          }
                          <span aria-current="location">${safe(base(at))}</span>`
                        : html`<span aria-current="location">All roots</span>`
                }
            </nav>
            <span class="tiny faint">which folders grew or shrank</span>
        </header>
        ${
            tree.error
                ? html`<div class="padded">
                  <${Failed} error=${tree.error} again=${tree.again} />
              </div>`
                : !tree.data
                  ? html`<div class="padded"><${Bones} n=${6} /></div>`
                  : html`<${Table} folders=${folders} />`
        }
        ${
            list.length > 0 &&
            html`<header class="sub">
                <h2 class="grow">Steepest, at any depth</h2>
            </header>
            <ul class="steep">
                ${list.map((/** @type {any} */ it) => {
                    const path = named(it);
                    return html`<li key=${path}>
                        <button
                            type="button"
                            class="linkish cut grow"
                            onClick=${() => go(path)}
                        >
                            <${Path} path=${path} />
                        </button>
                        <span class=${`num ${it.bytes < 0 ? 'keepc' : ''}`}>
                            ${signed(it.bytes, bytes)}
                        </span>
                    </li>`;
                })}
            </ul>`
        }
    </section>`;
}

/** @param {{folders: any[]}} props */
function Table({ folders }) {
    const most = Math.max(1, ...folders.map((it) => Math.abs(it.bytes)));
    const bar = (/** @type {number} */ n) => ({
        width: `${(Math.max(0, n) / most) * 100}%`,
    });
    const none = html`<tr>
        <td colspan="4" class="dim">
            No folder here has other bytes than before; files are in the list.
        </td>
    </tr>`;
    return html`<table class="plain growth">
        <caption class="sr">
            Growth by folder
        </caption>
        <thead>
            <tr>
                <th scope="col">Folder</th>
                <th scope="col" class="r">Shrank</th>
                <th scope="col">Grew</th>
                <th scope="col" class="r">By</th>
            </tr>
        </thead>
        <tbody>
            ${folders.length === 0 && none}
            ${folders.map((it) => {
                const path = named(it);
                return html`<tr key=${path}>
                    <td>
                        <button
                            type="button"
                            class="linkish cut"
                            onClick=${() => go(path)}
                        >
                            <bdi>${safe(named(it, 'name') || base(path))}</bdi>
                        </button>
                    </td>
                    <td class="neg"><i style=${bar(-it.bytes)} /></td>
                    <td class="pos"><i style=${bar(it.bytes)} /></td>
                    <td class=${`r num ${it.bytes < 0 ? 'keepc' : ''}`}>
                        ${signed(it.bytes, bytes)}
                    </td>
                </tr>`;
            })}
        </tbody>
    </table>`;
}
