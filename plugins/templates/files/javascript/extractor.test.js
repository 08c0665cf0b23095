import assert from 'node:assert';
import test from 'node:test';

import { extracting } from './plugin.js';

const [setting] = extracting.describe().settings;
extracting.configure([{ key: setting.key, value: setting.defaultValue }]);

const extract = (text, from = 0) => {
  const bytes = Uint8Array.from(text, (it) => it.charCodeAt(0));
  const head = { offset: 0, bytes: bytes.subarray(0, 256) };
  const rest = { offset: 256, bytes: bytes.subarray(256) };
  const file = { selection: 0, size: bytes.length };
  return extracting.extract(file, from ? [head, rest] : [head]);
};

test('the first line is reported', () => {
  const { tag, val } = extract('hello\nworld\n');
  assert.equal(tag, 'values');
  assert.deepEqual(val, [{ tag: 'text', val: 'hello' }]);
});

test('a line that goes on is asked for', () => {
  const text = 'a'.repeat(300) + '\nb';
  assert.equal(extract(text).tag, 'more');
  assert.equal(extract(text, 1).val[0].val.length, 300);
});

test('what is no text is an error', () => {
  assert.throws(() => extract('a\0b'));
});
