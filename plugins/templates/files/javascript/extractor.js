// {{name}}: an extractor. It tells the first line of a text file, if it is
// short and in ASCII. Replace the columns and `extract`. What the fields mean
// stands in wit/extracting.wit.

// How many bytes are read of a file at first, and at most.
const FIRST = 256;

// The value of the setting.
let longest = 0;

export const extracting = {
  // What the plugin is. Always answer the same.
  describe() {
    return {
      name: '{{name}}',
      version: '0.1.0',
      settings: [
        {
          key: 'longest',
          settingType: 'integer',
          defaultValue: { tag: 'integer', val: 1000 },
          docs: 'How many characters a line may have',
        },
      ],
      columns: [{ name: 'first-line', valueType: 'text' }],
      // Of other files nothing is read.
      selections: [
        {
          patterns: [
            { tag: 'extension', val: 'txt' },
            { tag: 'extension', val: 'md' },
            { tag: 'name', val: 'readme*' },
          ],
          byteRange: { tag: 'head', val: FIRST },
        },
      ],
      // What is wanted beside the size and the bytes: nothing.
      facts: { name: false, path: false, modified: false, mode: false },
    };
  },

  // Gets the value of every setting, before the first call of `extract`.
  // Throw a string to refuse one.
  configure([{ value }]) {
    if (value.val < 1) throw 'a line has at least one character';
    longest = value.val;
  },

  // Extracts a file's values, in the order of the columns. Throw a string to
  // say what is wrong with the file, whose bytes are as hostile as whoever
  // wrote them.
  extract(file, pieces) {
    const head = pieces[0].bytes;
    if (head.includes(0)) throw 'it has a zero byte: no text';
    const bytes = pieces.length > 1 ? [...head, ...pieces[1].bytes] : head;
    const end = bytes.indexOf(10);
    if (end < 0 && pieces.length === 1 && file.size > FIRST) {
      // The line goes on: ask for as much of it as it may have.
      const more = Math.max(longest + 1 - FIRST, 1);
      return { tag: 'more', val: [{ offset: FIRST, length: more }] };
    }
    const line = end < 0 ? bytes : bytes.slice(0, end);
    const isText = line.every((it) => it === 9 || (it >= 32 && it < 127));
    const value =
      isText && line.length > 0 && line.length <= longest
        ? { tag: 'text', val: String.fromCharCode(...line) }
        : undefined;
    return { tag: 'values', val: [value] };
  },
};
