// The component that the program carries, run in this page: the same bytes,
// fetched from /inspector.wasm. It imports nothing. Its first core module is
// taken out of it; that wants to make and drop handles, which numbers can be.
//
// It is called as the canonical ABI of the component model says: what goes in
// is copied to memory that the module gives out, what comes back is read where
// the module says that it is.

/** The hash functions, in the order of the type in wit/hashing.wit. */
export const ALGORITHMS = [
    'xxh64',
    'xxh3-64',
    'xxh3-128',
    'blake3',
    'sha256',
    'sha512',
    'sha1',
    'md5',
    'crc32',
];
const HASHING = 'sanchay:inspect/hashing@0.1.0#';
/** Magic number and version of a component, and its kind of section. */
const HEADER = 8;
const CORE_MODULE = 1;

/** The first core module of a component. @param {Uint8Array} bytes */
export function coreModule(bytes) {
    let at = HEADER;
    const number = () => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
            const byte = bytes[at++];
            value |= (byte & 127) << shift;
            if (!(byte & 128)) return value >>> 0;
        }
    };
    while (at < bytes.length) {
        const kind = bytes[at++];
        const size = number();
        if (kind === CORE_MODULE) return bytes.subarray(at, at + size);
        at += size;
    }
    throw new Error('The component has no module.');
}

/**
 * What the module wants, if it is no more than handles.
 * @param {any} module
 */
function handles(module) {
    const out = /** @type {any} */ ({});
    for (const it of WebAssembly.Module.imports(module)) {
        const made = it.name.startsWith('[resource-new]');
        if (!made && !it.name.startsWith('[resource-drop]'))
            throw new Error(`The component wants ${it.module} ${it.name}.`);
        out[it.module] ??= {};
        out[it.module][it.name] = made
            ? (/** @type {number} */ rep) => rep
            : () => {};
    }
    return out;
}

/** @param {ArrayBuffer} component */
export async function load(component) {
    const core = coreModule(new Uint8Array(component));
    const module = await WebAssembly.compile(
        /** @type {BufferSource} */ (core),
    );
    const it = await WebAssembly.instantiate(module, handles(module));
    const calls = /** @type {any} */ (it.exports);
    const call = (/** @type {string} */ name) => calls[HASHING + name];
    const memory = (/** @type {number} */ at, /** @type {number} */ size) =>
        new Uint8Array(calls.memory.buffer, at, size);
    return {
        /** A digest in the making. @param {string} algorithm */
        hasher(algorithm) {
            const index = ALGORITHMS.indexOf(algorithm);
            if (index < 0) throw new Error(`No such algorithm: ${algorithm}`);
            const self = call('[constructor]hasher')(index);
            return {
                /** @param {Uint8Array} data */
                update(data) {
                    const at = calls.cabi_realloc(0, 0, 1, data.length);
                    memory(at, data.length).set(data);
                    call('[method]hasher.update')(self, at, data.length);
                },
                finish() {
                    const name = '[method]hasher.finish';
                    const result = call(name)(self);
                    const pair = new DataView(calls.memory.buffer, result, 8);
                    const [at, size] = [0, 4].map((offset) =>
                        pair.getUint32(offset, true),
                    );
                    const hex = Array.from(memory(at, size), (byte) =>
                        byte.toString(16).padStart(2, '0'),
                    ).join('');
                    calls[`cabi_post_${HASHING}${name}`](result);
                    return hex;
                },
                drop: () => call('[dtor]hasher')(self),
            };
        },
    };
}
