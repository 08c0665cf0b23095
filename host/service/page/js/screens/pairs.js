// Folders that share files: one decision takes all of them.
import { get, post, query } from '../api.js';
import { bytes, count, plural } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { toast } from '../messages.js';
import { Path, named } from '../names.js';
import { Bones, Empty, Failed } from '../ui/parts.js';

/** @param {{job: any}} props */
export function Pairs({ job }) {
    const url = `jobs/${encodeURIComponent(job.id)}/folder-pairs`;
    const first = useLoad((signal) => get(url, { signal }), [url]);
    const [more, setMore] = useState(/** @type {any[]} */ ([]));
    const [next, setNext] = useState(/** @type {any} */ (null));
    useEffect(() => {
        setMore([]);
        setNext(first.data?.next ?? null);
    }, [first.data]);
    const load = async () => {
        const page = await get(query(url, { cursor: next }));
        setMore((was) => [...was, ...page.pairs]);
        setNext(page.next ?? null);
    };
    if (first.error)
        return html`<${Failed} error=${first.error} again=${first.again} />`;
    if (!first.data)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${8} h="1.5rem" /></div>
        </section>`;
    const all = [...first.data.pairs, ...more];
    if (!all.length)
        return html`<section class="panel">
            <${Empty} icon="pairs" title="No two folders share files">
                <p>Copies within one folder are among the groups.</p>
            <//>
        </section>`;
    return html`<div class="stack pairs">
        <p class="dim">
            Folders that share files, most bytes first. One decision takes all
            of them; what is only in one of the two is never touched.
        </p>
        <ul class="stack">
            ${all.map(
                (it, at) => html`<${Pair}
                    key=${it.id ?? at}
                    url=${`${url}/${it.id ?? at}`}
                    it=${it}
                />`,
            )}
        </ul>
        ${
            next &&
            html`<div>
            <button type="button" class="btn" onClick=${load}>
                Show more
            </button>
        </div>`
        }
    </div>`;
}

/** @param {{url: string, it: any}} props */
function Pair({ url, it }) {
    const [kept, setKept] = useState(it.keep ?? '');
    const all = it.same + it.only_a + it.only_b || 1;
    const part = (/** @type {number} */ n) => ({
        width: `${(n / all) * 100}%`,
    });
    const decide = async (/** @type {'a' | 'b'} */ keep) => {
        try {
            await post(url, { keep });
            setKept(keep);
            toast(
                `${plural(it.same, 'file')} marked: kept on this side, ` +
                    'removed on the other.',
            );
        } catch (error) {
            const problem = /** @type {any} */ (error);
            toast(`${problem.message} ${problem.detail ?? ''}`);
        }
    };
    const side = (/** @type {'a' | 'b'} */ id, /** @type {number} */ rest) => {
        const state = !kept ? '' : kept === id ? 'keep' : 'drop';
        const other = id === 'a' ? it.only_a : it.only_b;
        return html`<div key=${id} class=${`pairside ${state}`}>
            <div class="cut"><${Path} path=${named(it, id)} /></div>
            <div class="row wrap">
                <span class="small dim">
                    ${rest ? `and ${plural(other, 'other')}` : 'nothing else'}
                </span>
                ${
                    kept
                        ? html`<span class=${`tag end ${state}`}>
                          <${Icon} name=${state === 'keep' ? 'check' : 'trash'} />
                          ${
                              state === 'keep'
                                  ? 'kept'
                                  : `${count(it.same)} to be removed`
                          }
                      </span>`
                        : html`<button
                          type="button"
                          class="btn sm end"
                          onClick=${() => decide(id)}
                      >
                          Keep these
                      </button>`
                }
            </div>
        </div>`;
    };
    return html`<li class="panel pair">
        <div class="pairhead">
            <strong class="num">${bytes(it.bytes)}</strong>
            <span class="dim num">${plural(it.same, 'file')} in both</span>
            ${
                it.only_b === 0 &&
                html`<span class="tag keep">
                <${Icon} name="check" />the right one holds nothing else
            </span>`
            }
            ${
                it.only_a === 0 &&
                html`<span class="tag keep">
                <${Icon} name="check" />the left one holds nothing else
            </span>`
            }
        </div>
        <div
            class="pairbar"
            role="img"
            aria-label=${
                `${it.only_a} files only left, ${it.same} in both, ` +
                `${it.only_b} only right`
            }
        >
            <i class="a" style=${part(it.only_a)} />
            <i class="s" style=${part(it.same)} />
            <i class="b" style=${part(it.only_b)} />
        </div>
        <div class="pairsides">
            ${side('a', it.only_a)}${side('b', it.only_b)}
        </div>
    </li>`;
}
