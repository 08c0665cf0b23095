// A picture of the service: first a small copy, which is decoded in the
// sandbox, then the file itself, where the browser shows its kind.
import { query as url, send } from '../api.js';
import { count } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { Icon } from '../icons.js';
import { base, plain, wired } from '../names.js';

/** What browsers show themselves. */
const SHOWN = /\.(apng|avif|bmp|gif|jfif|jpe|jpeg|jpg|png|webp)$/i;

/** What has a small copy. */
const DECODED =
    /\.(apng|bmp|dib|gif|jfif|jpe|jpeg|jpg|png|tif|tiff|webp)$/i;

/** Whether there is a picture of a file, by its name. @param {string} path */
export const isPicture = (path) => SHOWN.test(path) || DECODED.test(path);

/** @typedef {{src?: string, size?: string, failed?: boolean}} Seen */

/** What is there of a picture so far. @param {string} path */
function usePicture(path) {
    const [seen, set] = useState(/** @type {Seen} */ ({}));
    useEffect(() => {
        const abort = new AbortController();
        const { signal } = abort;
        const made = /** @type {string[]} */ ([]);
        const take = async (/** @type {string} */ what) => {
            const answer = await send('GET', url(what, wired(path)), {
                signal,
                headers: { accept: 'image/*, application/problem+json' },
            });
            const src = URL.createObjectURL(await answer.blob());
            made.push(src);
            if (signal.aborted) return;
            const [w, h] = ['width', 'height'].map((it) =>
                Number(answer.headers.get(`x-picture-${it}`)),
            );
            const size = w && h ? `${count(w)} × ${count(h)}` : undefined;
            set((was) => ({ src, size: size ?? was.size }));
        };
        const load = async () => {
            set({});
            if (DECODED.test(path)) await take('thumbnail');
            if (SHOWN.test(path)) await take('preview');
        };
        load().catch(() => {
            if (!signal.aborted)
                set((was) => (was.src ? was : { failed: true }));
        });
        return () => {
            abort.abort();
            for (const src of made) URL.revokeObjectURL(src);
        };
    }, [path]);
    return seen;
}

/**
 * @param {{path: string, facts?: boolean}} props
 * `facts`: with its size in pixels.
 */
export function Picture({ path, facts }) {
    const { src, size, failed } = usePicture(path);
    return html`<figure class="picture">
        ${
            src
                ? html`<img src=${src} alt=${plain(base(path))} />`
                : html`<span class="nopicture">
                      ${
                          failed &&
                          html`<${Icon} name="alert" />
                              <span class="small">cannot be shown</span>`
                      }
                  </span>`
        }
        ${
            facts &&
            html`<figcaption class="small dim num">
                ${size ? `${size} pixels` : ' '}
            </figcaption>`
        }
    </figure>`;
}
