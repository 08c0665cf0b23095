// Pairs of folders that have equal files: one decision for all of these.
import { query as url, patiently } from '../api.js';
import { bytes, count, plural } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useRules } from '../keep.js';
import { useLoad } from '../loading.js';
import { toast } from '../messages.js';
import { Path, named, plain } from '../names.js';
import { mayRun } from '../session.js';
import { Banner, Bones, Empty, Failed } from '../ui/parts.js';
import { RuleBar } from './rules.js';

const SIDES = /** @type {const} */ (['a', 'b']);

/** The pairs from one on, and those before. @param {any} job */
function usePairs(job) {
    const [more, setMore] = useState(0);
    const of = `jobs/${job.id}/folder-pairs`;
    const loaded = useLoad(
        async (signal) => {
            const pairs = [];
            let page;
            for (let cursor = 0; ; cursor = page.next) {
                page = await patiently(url(of, { cursor }), { signal });
                pairs.push(...page.pairs);
                if (page.next == null || pairs.length > more) break;
            }
            return { ...page, pairs };
        },
        [of, job.rows, more],
    );
    const grow = () => setMore(loaded.data?.pairs.length ?? 0);
    return { ...loaded, grow };
}

/** @param {{job: any}} props */
export function FolderPairs({ job }) {
    const rules = useRules(job);
    const { data, error, again, grow, busy } = usePairs(job);
    // Which side each keeps, of those that were decided on here.
    const [kept, setKept] = useState(
        /** @type {Record<string, 'a' | 'b'>} */ ({}),
    );
    if (error && !data)
        return html`<${Failed} error=${error} again=${again} />`;
    if (!data)
        return html`<section class="panel">
            <div class="body"><${Bones} n=${9} h="1.5rem" /></div>
        </section>`;
    if (!data.pairs.length)
        return html`<section class="panel">
            <${Empty} icon="folder" title="No two folders have equal files" />
        </section>`;
    const decide = async (
        /** @type {any} */ pair,
        /** @type {'a' | 'b'} */ side,
    ) => {
        if (!(await rules.keepSide(pair.id, side))) return;
        setKept({ ...kept, [pair.id]: side });
        toast(
            `${plural(pair.same, 'file')} marked: kept on this side, removed ` +
                'on the other.',
        );
    };
    return html`<div class="dupes">
        ${rules.decided && html`<${RuleBar} job=${job} rules=${rules} />`}
        ${
            data.cut &&
            html`<${Banner} icon="info">
                There are more pairs than can be told apart: those with most
                bytes are here.
            <//>`
        }
        <section class="panel" aria-label="Folder pairs">
            <header>
                <h2 class="grow">Folders with equal files</h2>
                <span class="num small dim">${count(data.total)}</span>
            </header>
            <ul class="pairs">
                ${data.pairs.map(
                    (/** @type {any} */ it) =>
                        html`<${Pair}
                            key=${it.id}
                            pair=${it}
                            kept=${kept[it.id]}
                            busy=${rules.busy || Boolean(mayRun())}
                            decide=${decide}
                        />`,
                )}
            </ul>
            ${
                data.next != null &&
                html`<div class="padded">
                    <button
                        type="button"
                        class="btn"
                        disabled=${busy}
                        onClick=${grow}
                    >
                        Show more
                    </button>
                </div>`
            }
        </section>
    </div>`;
}

/** @param {any} props */
function Pair({ pair, kept, busy, decide }) {
    const said = pair.whole
        ? `The same as a whole: ${plural(pair.same, 'file')}`
        : `${plural(pair.same, 'equal file')}`;
    return html`<li class="pair">
        <div class="row wrap">
            <strong class="num">${said}</strong>
            <span class="num dim">${bytes(pair.bytes)}</span>
        </div>
        <div class="pairsides">
            ${SIDES.map((side) => {
                const path = named(pair, side);
                const others = pair[`only_${side}`];
                const stays = kept === side;
                return html`<div
                    key=${side}
                    class=${`pairside ${kept ? (stays ? 'keep' : 'drop') : ''}`}
                >
                    <div class="cut"><${Path} path=${path} folder /></div>
                    <div class="row wrap">
                        <span class="small dim">
                            ${
                                others == null
                                    ? 'cannot be read'
                                    : others
                                      ? `and ${plural(others, 'other')}`
                                      : 'nothing else'
                            }
                        </span>
                        ${
                            kept
                                ? html`<span
                                      class=${`tag end ${stays ? 'keep' : 'drop'}`}
                                  >
                                      <${Icon}
                                          name=${stays ? 'check' : 'trash'}
                                      />
                                      ${stays ? 'kept' : 'to be removed'}
                                  </span>`
                                : html`<button
                                      type="button"
                                      class="btn sm end"
                                      disabled=${busy}
                                      aria-label=${`Keep these: ${plain(path)}`}
                                      onClick=${() => decide(pair, side)}
                                  >
                                      Keep these
                                  </button>`
                        }
                    </div>
                </div>`;
            })}
        </div>
    </li>`;
}
