// Prints digests of files, made by the inspector under Node:
//
//   npm install @bytecodealliance/jco
//   npx jco transpile inspector.wasm -o inspector
//   node digest.mjs inspector/inspector.js ALGORITHM FILE...
//
// The algorithm is named as the interface has it: xxh3-bits128, sha256.
// (Tried with jco 1.35.0 and Node 20.)

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [transpiled, algorithm, ...files] = process.argv.slice(2);
const { hashing } = await import(pathToFileURL(resolve(transpiled)));

for (const file of files) {
    const hasher = new hashing.Hasher(algorithm);
    for await (const piece of createReadStream(file, {
        highWaterMark: 1 << 20,
    })) {
        hasher.update(piece);
    }
    console.log(`${Buffer.from(hasher.finish()).toString('hex')}  ${file}`);
}
