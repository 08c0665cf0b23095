// The errors of a job, by reason, each with the files that it befell.
import { get, query } from '../api.js';
import { count } from '../format.js';
import { html, useState } from '../html.js';
import { Icon } from '../icons.js';
import { useLoad } from '../loading.js';
import { Path, named, plain } from '../names.js';
import { Bones, Empty, Failed } from '../ui/parts.js';

/** @param {{job: any, n: number}} props */
export function Errors({ job, n }) {
    const url = `jobs/${encodeURIComponent(job.id)}/errors`;
    // While a job runs they are asked for as they grow by powers of two.
    const size = n ? Math.ceil(Math.log2(n + 1)) : 0;
    const all = useLoad(
        async (signal) => (n ? get(url, { signal }) : { reasons: [] }),
        [job.id, job.state, size],
    );
    return html`<section class="panel errs">
        <header>
            <h2 class="grow">Errors, by reason</h2>
            ${n > 0 && html`<span class="tag warn">${count(n)}</span>`}
        </header>
        ${
            n === 0
                ? html`<${Empty} icon="check" title="None" />`
                : all.error
                  ? html`<div class="body">
                    <${Failed} error=${all.error} again=${all.again} />
                </div>`
                  : !all.data
                    ? html`<div class="body"><${Bones} /></div>`
                    : html`<ul class="errlist">
                      ${all.data.reasons.map(
                          (/** @type {any} */ it, /** @type {number} */ at) =>
                              html`<${Reason}
                                  key=${it.reason}
                                  url=${url}
                                  it=${it}
                                  first=${at === 0}
                              />`,
                      )}
                  </ul>`
        }
    </section>`;
}

const WORDS = /** @type {Record<string, string>} */ ({
    'permission-denied': 'Permission denied',
    gone: 'Gone or changed meanwhile',
    system: 'The system could not read it',
    sandbox: 'The sandbox refused it',
    other: 'Another reason',
});

/** @param {{url: string, it: any, first: boolean}} props */
function Reason({ url, it, first }) {
    const [open, setOpen] = useState(first);
    const [pages, setPages] = useState(/** @type {any[]} */ ([]));
    const last = pages[pages.length - 1];
    const next = useLoad(
        async (signal) => {
            if (!open || pages.length) return;
            const asked = query(url, { reason: it.reason });
            setPages([await get(asked, { signal })]);
        },
        [open],
    );
    const more = async () => {
        const asked = { reason: it.reason, cursor: last.next };
        const page = await get(query(url, asked));
        setPages((was) => [...was, page]);
    };
    const errors = pages.flatMap((page) => page.errors);
    return html`<li>
        <details
            open=${open}
            onToggle=${(/** @type {any} */ e) => setOpen(e.target.open)}
        >
            <summary>
                <span class="grow">
                    ${WORDS[it.reason] ?? plain(it.reason)}
                </span>
                <span class="tag warn">${count(it.count)}</span>
            </summary>
            ${next.error && html`<${Failed} error=${next.error} />`}
            <ul class="small">
                ${errors.map((error, at) => {
                    const path = named(error);
                    return html`<li key=${at}>
                        <div class="cut"><${Path} path=${path} /></div>
                        ${
                            error.why &&
                            html`<div class="tiny faint">${plain(error.why)}</div>`
                        }
                    </li>`;
                })}
                ${
                    last?.next &&
                    html`<li>
                    <button type="button" class="btn sm" onClick=${more}>
                        <${Icon} name="down" />More
                    </button>
                </li>`
                }
            </ul>
        </details>
    </li>`;
}
