// The frame of the page, and the way to its screens.
import { address } from './address.js';
import { get, link } from './api.js';
import { useCell } from './cell.js';
import { duration, percent } from './format.js';
import { canLookUp } from './here.js';
import {
    html,
    render,
    useEffect,
    useLayoutEffect,
    useRef,
    useState,
} from './html.js';
import { Icon, Logo } from './icons.js';
import { kindOf } from './kinds.js';
import { listen, progress, share, tryNow } from './live.js';
import { useLoad, useTick } from './loading.js';
import { Keys, Palette } from './palette.js';
import { applyTheme, prefs } from './prefs.js';
import { learnRoots } from './roots.js';
import { SCREENS, offered } from './screens.js';
import { begin, session } from './session.js';
import { SignIn } from './signin.js';
import { Here, choose } from './ui/here.js';
import { Menu } from './ui/menu.js';
import { Bones, Empty, Seg, Toasts, useKeys } from './ui/parts.js';

/** What has room at the bottom of a small screen. */
const BELOW = ['overview', 'files', 'new', 'duplicates', 'history'];

/** @param {{it: import('./screens.js').Screen, on: boolean}} props */
const NavLink = ({ it, on }) =>
    html`<a
        href=${`#/${it.id}`}
        aria-current=${on ? 'page' : undefined}
        title=${it.title}
    >
        <${Icon} name=${it.icon ?? 'file'} />
        <span class="text">${it.title}</span>
    </a>`;

/** @param {{on: string}} props */
function Rail({ on }) {
    const { version } = useCell(session);
    return html`<aside class="rail" aria-label="Sanchay">
        <a class="brand" href="#/overview" aria-label="Sanchay, overview">
            <${Logo} /><span>Sanchay</span>
        </a>
        <a class="btn primary" href="#/new" title="New job">
            <${Icon} name="plus" /><span class="text">New job</span>
        </a>
        <nav class="nav" aria-label="Main">
            ${offered()
                .filter((it) => it.nav)
                .map(
                    (it) => html`<${NavLink}
                    key=${it.id}
                    it=${it}
                    on=${on === it.id}
                />`,
                )}
        </nav>
        <div class="rail-foot">
            <div class="row">
                <${Icon} name="cage" />
                <span>Names and bytes are checked in a sandbox</span>
            </div>
            <span>${version} · ${location.host}</span>
        </div>
    </aside>`;
}

function Appearance() {
    const now = useCell(prefs);
    const icon =
        now.theme === 'dark' ? 'moon' : now.theme === 'light' ? 'sun' : 'auto';
    const label = html`<span class="sr">Appearance</span>`;
    const themes = [
        { id: 'auto', label: 'System' },
        { id: 'light', label: 'Light' },
        { id: 'dark', label: 'Dark' },
    ];
    const units = [
        { id: 'iec', label: 'KiB, MiB' },
        { id: 'si', label: 'kB, MB' },
    ];
    return html`<${Menu}
        class="icon-btn"
        icon=${icon}
        title="Appearance"
        label=${label}
    >
        <div class="stack padded">
            <div class="label">Theme</div>
            <${Seg}
                label="Theme"
                value=${now.theme}
                options=${themes}
                onChange=${(/** @type {string} */ theme) =>
                    prefs.set({ ...now, theme })}
            />
            <div class="label">Sizes</div>
            <${Seg}
                label="Units of sizes"
                value=${now.units}
                options=${units}
                onChange=${(/** @type {string} */ id) =>
                    prefs.set({ ...now, units: id })}
            />
        </div>
    <//>`;
}

/** The job that runs, with its share. */
function JobPill() {
    const all = [...useCell(progress)];
    const last = all.at(-1)?.[0];
    const job = useLoad(
        async (signal) => last && get(`jobs/${last}`, { signal }),
        [last],
    );
    if (!all.length) return null;
    const [id, now] = all[all.length - 1];
    const part = share(now);
    const more = all.length > 1 ? `, ${all.length} jobs` : '';
    const kind = job.data?.kind;
    const name = kind ? kindOf(kind).label : `Job ${id}`;
    const ring = { '--p': String(Math.round((part ?? 0) * 100)) };
    return html`<a class="jobpill" href=${`#/jobs/${id}`}>
        <span class="sr">Running: </span>
        <span class="ring" style=${ring} />
        <span class="text">${name}${more}</span>
        ${part != null && html`<span class="num">${percent(part)}</span>`}
    </a>`;
}

/** @param {{onFind: () => void, onKeys: () => void}} props */
const Top = ({ onFind, onKeys }) =>
    html`<header class="top">
        <button type="button" class="find" onClick=${onFind}>
            <${Icon} name="search" />
            <span class="cut">Go to or search</span>
            <kbd>Ctrl K</kbd>
        </button>
        <div class="end row">
            ${
                canLookUp() &&
                html`<button
                type="button"
                class="btn ghost herelink"
                title=${
                    'Drop files anywhere on this page to see whether they ' +
                    'are in the catalog'
                }
                onClick=${choose}
            >
                <${Icon} name="drop" /><span class="text">Is it here?</span>
            </button>`
            }
            <${JobPill} />
            <${Appearance} />
            <button
                type="button"
                class="icon-btn keysbtn"
                aria-label="Keys"
                title="Keys (?)"
                onClick=${onKeys}
            >
                <kbd>?</kbd>
            </button>
        </div>
    </header>`;

/** The service does not answer: what is seen is old. */
function Offline() {
    const { up, since, next } = useCell(link);
    const [, tick] = useState(0);
    useTick(() => tick((n) => n + 1), 1000, !up);
    if (up) return null;
    const wait = Math.max(0, Math.ceil((next - Date.now()) / 1000));
    const at = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
    return html`<div class="banner bad gap" role="alert">
        <${Icon} name="alert" />
        <div class="grow">
            <strong>The service does not answer.</strong>
            ${
                ` What you see is from ${at.format(since)}; jobs go on ` +
                'without this page.'
            }
            ${wait > 0 && ` Trying again in ${duration(wait)}.`}
        </div>
        <button type="button" class="btn sm" onClick=${tryNow}>Try now</button>
    </div>`;
}

/** The screen of the address. */
function Main() {
    const now = useCell(address);
    const { units } = useCell(prefs);
    const screen = offered().find((it) => it.id === now.name);
    const main = useRef(/** @type {any} */ (null));
    const first = useRef(true);
    const place = [now.name, ...now.parts].join('/');
    useLayoutEffect(() => {
        document.title = `${screen?.title ?? 'Not found'} – Sanchay`;
        if (first.current) {
            first.current = false;
            return;
        }
        scrollTo(0, 0);
        main.current?.focus({ preventScroll: true });
    }, [place]);
    const missing = html`<div>
        <h1>Not found</h1>
        <section class="panel">
            <${Empty} icon="search" title="There is no such page">
                <a class="btn" href="#/overview">Overview</a>
            <//>
        </section>
    </div>`;
    return html`<main
        class="main"
        id="main"
        ref=${main}
        tabindex="-1"
        key=${units}
    >
        <${Offline} />
        ${screen ? html`<${screen.is} key=${screen.id} />` : missing}
    </main>`;
}

function Frame() {
    const now = useCell(address);
    const [find, setFind] = useState(false);
    const [keys, setKeys] = useState(false);
    const screen = SCREENS.find((it) => it.id === now.name);
    const on = screen?.under ?? now.name;
    useKeys({ 'mod+k': () => setFind(true), '?': () => setKeys(true) }, []);
    const skip = (/** @type {Event} */ e) => {
        e.preventDefault();
        document.getElementById('main')?.focus();
    };
    const below = BELOW.map((id) => offered().find((it) => it.id === id));
    return html`<a class="skip" href="#main" onClick=${skip}>
            Skip to the content
        </a>
        <div class="app">
            <${Rail} on=${on} />
            <${Top}
                onFind=${() => setFind(true)}
                onKeys=${() => setKeys(true)}
            />
            <${Main} />
            <nav class="tabs-bottom" aria-label="Main, below">
                ${below.map(
                    (it) =>
                        it &&
                        html`<${NavLink}
                            key=${it.id}
                            it=${it}
                            on=${on === it.id}
                        />`,
                )}
            </nav>
        </div>
        <${Here} />
        ${find && html`<${Palette} onClose=${() => setFind(false)} />`}
        <${Keys} open=${keys} onClose=${() => setKeys(false)} />`;
}

function App() {
    const { state } = useCell(session);
    useEffect(() => void begin(), []);
    useEffect(() => {
        if (state === 'in') listenOnce();
    }, [state]);
    const body =
        state === 'asking'
            ? html`<main class="signin" id="main">
                  <h1 class="sr">Sanchay</h1>
                  <${Bones} />
              </main>`
            : state === 'in'
              ? html`<${Frame} />`
              : html`<${SignIn} />`;
    return html`${body}<${Toasts} />`;
}

let listening = false;
function listenOnce() {
    if (!listening) listen();
    void learnRoots();
    listening = true;
}

applyTheme();
render(
    html`<${App} />`,
    /** @type {Element} */ (document.getElementById('app')),
);
