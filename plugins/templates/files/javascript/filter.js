// {{name}}: a filter. It keeps all directories, and the files whose names do
// not begin with the setting `prefix`. Replace `isWanted`, and what `describe`
// says. What the fields mean stands in wit/matching.wit.

// The value of the setting, in bytes.
let prefix = [];

// A name is bytes: it need not be UTF-8, and whoever named the file may be
// hostile.
function isWanted(name, kind) {
  const begins = prefix.every((byte, index) => name[index] === byte);
  return kind === 'directory' || !begins;
}

// The bytes of a text in UTF-8: there is no TextEncoder in QuickJS.
function utf8(text) {
  return [...unescape(encodeURIComponent(text))].map((it) => it.charCodeAt(0));
}

export const matching = {
  // What the plugin is. Always answer the same.
  describe() {
    return {
      name: '{{name}}',
      version: '0.1.0',
      settings: [
        {
          key: 'prefix',
          settingType: 'text',
          defaultValue: { tag: 'text', val: '~' },
          docs: 'Leave out files whose names begin with this',
        },
      ],
      // true: files are matched with their sizes and times, which costs a
      // system call a file.
      metadata: false,
    };
  },

  // Gets the value of every setting, before the first call of `select`. Throw
  // a string to refuse one.
  configure([{ value }]) {
    if (value.val === '') throw 'the prefix is empty: no file would be left';
    prefix = utf8(value.val);
  },

  // Selects entries of one directory: the indices of those that are wanted.
  select(batch) {
    const wanted = [];
    let begin = 0;
    batch.ends.forEach((end, index) => {
      const name = batch.names.subarray(begin, end);
      if (isWanted(name, batch.kinds[index])) wanted.push(index);
      begin = end;
    });
    return wanted;
  },
};
