// Icons, drawn on a grid of 20 by 20.
import { html } from './html.js';

const PATHS = /** @type {Record<string, string>} */ ({
    overview: 'M3 3.5h8v7H3zM13.5 3.5H17v13h-3.5zM3 13h8v3.5H3z',
    files: 'M3 4.5h14M3 8.2h14M3 11.8h14M3 15.5h9',
    dupes: 'M7 7h9.5v9.5H7zM4 13H3.5V3.5H13V4',
    diff:
        'M10 3v14M6.5 6.5H3m1.75-1.75v3.5M17 13.5h-3.5M6.5 13.5H3M17 6.5h-3' +
        '.5',
    rename:
        'M3 16.5h14M4 12.5l1-3.2L12.6 1.8l2.2 ' +
        '2.2L7.2 11.5zM11 3.4l2.2 2.2',
    history:
        'M3.5 10a6.5 6.5 0 1 0 2-4.7L3.5 7.2M3.5 3.5v3.7h3.7M10 6.5V10l2.5 ' +
        '1.7',
    plus: 'M10 4v12M4 10h12',
    search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13.2 13.2l3.6 3.6',
    folder: 'M2.5 5h5l1.6 2h8.4v9h-15z',
    file: 'M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15',
    sun:
        'M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM10 2v2M10 16v2M2 ' +
        '10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14' +
        '.3 5.7l1.4-1.4',
    moon: 'M16 11.7A6.5 6.5 0 0 1 8.3 4a6.5 6.5 0 1 0 7.7 7.7z',
    auto:
        'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 3v14M10 6l4.5-1M10 10h7M10' +
        ' 14l4.5 1',
    check: 'M4 10.5l4 4 8-9',
    x: 'M5 5l10 10M15 5L5 15',
    down: 'M5 7.5l5 5 5-5',
    up: 'M5 12.5l5-5 5 5',
    right: 'M7.5 5l5 5-5 5',
    left: 'M12.5 5l-5 5 5 5',
    more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
    alert: 'M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.1',
    info: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 9v4.5M10 6.4v.1',
    lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
    undo: 'M4 8h8.5a4 4 0 0 1 0 8H8M4 8l3.5-3.5M4 8l3.5 3.5',
    download: 'M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13',
    columns: 'M3 4h14v12H3zM7.7 4v12M12.3 4v12',
    filter: 'M3 4.5h14l-5.5 6.2v4.8l-3 1.5v-6.3z',
    play: 'M6 4l10 6-10 6z',
    stop: 'M5 5h10v10H5z',
    link:
        'M8.5 11.5l3-3M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0' +
        ' 0-4-4L9 7',
    drop: 'M10 2.5v8M6.8 7.5L10 10.7l3.2-3.2M3 11.5v5h14v-5',
    terminal: 'M3 4h14v12H3zM6 8l2.5 2L6 12M10 12.5h4',
    copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
    clock: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 6v4l2.7 1.8',
    scan: 'M3 6.5V3h3.5M13.5 3H17v3.5M17 13.5V17h-3.5M6.5 17H3v-3.5M3 10h14',
    hash: 'M7.5 3l-1.5 14M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14',
    similar: 'M3 5h9v9H3zM8 8h9v9H8z',
    verify:
        'M10 2.5l6.5 2.5v5c0 4-3 6.5-6.5 7.5C6.5 16.5 3.5 14 3.5 10V5zM7 10' +
        'l2.2 2.2L13.2 8',
    move: 'M2.5 5h5l1.6 2h8.4v9h-15zM7.5 11.5h5M10.7 9.3l2.2 2.2-2.2 2.2',
    trash:
        'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5' +
        'v5',
    pairs: 'M2.5 5.5h6v9h-6zM11.5 5.5h6v9h-6zM8.5 10h3',
    image:
        'M3 4h14v12H3zM3 13l4-4 4 4 2.5-2.5L17 14M12.8 7.5a.9.9 0 1 0 .01 ' +
        '0',
    grip:
        'M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.0' +
        '1',
    pin: 'M10 12v5.5M6.5 3h7l-1 5 2.5 2.5v1.5H5v-1.5L7.5 8z',
    cage: 'M3.5 3.5h13v13h-13zM7.8 3.5v13M12.2 3.5v13',
    key: 'M6.5 7a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM10 10.5h7.5M15 10.5V13',
    home: 'M3 9.5L10 3l7 6.5M5 8v8.5h10V8',
    sort: 'M6 4v12M3 13l3 3 3-3M14 16V4M11 7l3-3 3 3',
});

/**
 * Without a label it is an ornament, which screen readers pass over.
 * @param {{name: string, class?: string, label?: string}} props
 */
export const Icon = ({ name, class: more = '', label }) =>
    html`<svg
        class=${`icon ${more}`}
        viewBox="0 0 20 20"
        role=${label ? 'img' : undefined}
        aria-label=${label}
        aria-hidden=${label ? undefined : 'true'}
    >
        <path d=${PATHS[name] ?? PATHS.file} />
    </svg>`;

const TILES = [
    ['accent', 'M2 5a3 3 0 0 1 3-3h8v14H2z'],
    ['reclaim', 'M15 2h6a3 3 0 0 1 3 3v5h-9z'],
    ['info', 'M15 12h9v9a3 3 0 0 1-3 3h-6z'],
    ['edge', 'M2 18h11v6H5a3 3 0 0 1-3-3z'],
];
export const Logo = () =>
    html`<svg viewBox="0 0 26 26" aria-hidden="true">
        ${TILES.map(
            ([tone, d]) =>
                html`<path key=${tone} fill=${`var(--${tone})`} d=${d} />`,
        )}
    </svg>`;
