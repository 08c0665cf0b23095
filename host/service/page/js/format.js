// Numbers and times as people read them.
import { prefs } from './prefs.js';

const whole = new Intl.NumberFormat();
const digits = (/** @type {number} */ n) =>
    new Intl.NumberFormat(undefined, {
        minimumFractionDigits: n,
        maximumFractionDigits: n,
    });
const [one, two] = [digits(1), digits(2)];

export const count = (/** @type {number} */ n) => whole.format(Math.round(n));

/** 12,408,331 as 12.4 M, where room is short. @param {number} n */
export function short(n) {
    const size = Math.abs(n);
    if (size < 10_000) return whole.format(n);
    if (size < 999_500) return `${whole.format(Math.round(n / 1e3))} k`;
    if (size < 999.5e6) return `${one.format(n / 1e6)} M`;
    return `${one.format(n / 1e9)} G`;
}

const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const SI = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** @param {number} n */
export function bytes(n) {
    const si = prefs.get().units === 'si';
    const [base, names] = si ? [1000, SI] : [1024, IEC];
    let size = Math.abs(n);
    let unit = 0;
    while (size >= base && unit < names.length - 1) {
        size /= base;
        unit += 1;
    }
    const places = size < 10 ? two : size < 100 ? one : whole;
    const text = (unit === 0 ? whole : places).format(
        unit === 0 ? Math.round(size) : size < 100 ? size : Math.round(size),
    );
    return `${n < 0 ? '−' : ''}${text} ${names[unit]}`;
}

/** @param {number} n @param {(n: number) => string} f */
export const signed = (n, f) =>
    (n > 0 ? '+' : n < 0 ? '−' : '±') + f(Math.abs(n));
/** @param {number} x */
export const percent = (x) =>
    x > 0 && x < 0.001 ? '<0.1 %' : `${one.format(x * 100)} %`;
export const rate = (/** @type {number} */ n) => `${bytes(n)}/s`;
/** @param {number} n @param {string} name */
export const plural = (n, name, names = `${name}s`) =>
    `${count(n)} ${n === 1 ? name : names}`;

/**
 * Seconds since 1970 of a time on the wire: RFC 3339, or seconds.
 * @param {any} time
 */
export function seconds(time) {
    if (time == null) return NaN;
    return typeof time === 'number' ? time : Date.parse(time) / 1000;
}

const DAY = /** @type {const} */ ({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
});
const day = new Intl.DateTimeFormat(undefined, DAY);
const dayTime = new Intl.DateTimeFormat(undefined, {
    ...DAY,
    hour: '2-digit',
    minute: '2-digit',
});
const sortable = new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
});
const weekdays = new Intl.DateTimeFormat(undefined, { weekday: 'long' });

/** @param {Intl.DateTimeFormat} format */
const printed = (format) => (/** @type {any} */ time) => {
    const at = seconds(time);
    return Number.isFinite(at) ? format.format(at * 1000) : '–';
};
export const date = printed(day);
export const dateTime = printed(dayTime);
/** 2026-11-20 09:14: in a column the eye sorts it. */
export const stamp = printed(sortable);
export const weekday = printed(weekdays);

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const UNITS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
]);

/** @param {any} time */
export function ago(time) {
    const away = seconds(time) - Date.now() / 1000;
    if (!Number.isFinite(away)) return 'at no known time';
    for (const [unit, size] of UNITS)
        if (Math.abs(away) >= size)
            return relative.format(Math.round(away / size), unit);
    return 'just now';
}

/** @param {number} s */
export function duration(s) {
    if (!Number.isFinite(s)) return '–';
    const all = Math.max(0, Math.round(s));
    const [h, m] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)];
    const padded = (/** @type {number} */ n) => String(n).padStart(2, '0');
    if (h) return `${h} h ${padded(m)} min`;
    return m ? `${m} min ${padded(all % 60)} s` : `${all} s`;
}

export const TYPES = /** @type {Record<string, string>} */ ({
    image: 'Images',
    raw: 'Raw photos',
    video: 'Video',
    audio: 'Audio',
    document: 'Documents',
    archive: 'Archives',
    code: 'Code',
    data: 'Data',
    log: 'Logs',
    other: 'Other',
});
export const TYPE_NAMES = Object.keys(TYPES);

const EXTENSIONS = /** @type {Record<string, string>} */ ({
    image: 'jpg jpeg png gif webp heic avif tif tiff bmp svg psd',
    raw: 'cr2 cr3 nef arw dng raf orf rw2 raw',
    video: 'mp4 mov mkv avi webm m4v mpg mpeg wmv',
    audio: 'mp3 flac wav ogg opus m4a aac aiff',
    document: 'pdf doc docx odt xls xlsx ods ppt pptx txt md epub rtf',
    archive: 'zip gz tar 7z xz bz2 zst rar iso img deb rpm jar',
    code: 'rs js ts py c h cpp hpp go java rb sh html css toml yaml yml o',
    data: 'csv tsv json parquet sqlite db npy arrow xml bin dat',
    log: 'log jsonl ndjson',
});
const TYPE_OF = new Map(
    Object.entries(EXTENSIONS).flatMap(([type, all]) =>
        all.split(' ').map((it) => [it, type]),
    ),
);

/** The type of file that an extension stands for. @param {string} extension */
export const typeOfExtension = (extension) =>
    TYPE_OF.get(extension.toLowerCase()) ?? 'other';
/** The type of file that a name tells. @param {string} name */
export const typeOf = (name) =>
    typeOfExtension(name.slice(name.lastIndexOf('.') + 1));

/** Classes of ages, as the program has them, and up to how many days. */
const CLASSES = /** @type {[string, string, number][]} */ ([
    ['day', 'under a day', 1],
    ['week', 'under a week', 7],
    ['month', 'under 30 days', 30],
    ['year', 'under a year', 365],
    ['five-years', 'under 5 years', 1826],
    ['older', 'older', Infinity],
]);
export const AGE_NAMES = CLASSES.map(([id]) => id);
export const AGES = CLASSES.map(([, label]) => label);

/** The class of age of a time. @param {any} time */
export function ageOf(time) {
    const days = (Date.now() / 1000 - seconds(time)) / 86_400;
    const found = CLASSES.findIndex(([, , limit]) => days < limit);
    return found < 0 ? CLASSES.length - 1 : found;
}
