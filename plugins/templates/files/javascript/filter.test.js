import assert from 'node:assert';
import test from 'node:test';

import { matching } from './plugin.js';

test('backups are not wanted and directories always are', () => {
  const [setting] = matching.describe().settings;
  matching.configure([{ key: setting.key, value: setting.defaultValue }]);
  const batch = {
    directory: new Uint8Array(),
    names: Uint8Array.from('~a.txtb.txt~c', (it) => it.charCodeAt(0)),
    ends: Uint32Array.of(6, 11, 13),
    kinds: ['file', 'file', 'directory'],
    metadata: undefined,
  };
  assert.deepEqual(matching.select(batch), [1, 2]);
});
