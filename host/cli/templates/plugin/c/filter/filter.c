// {{name}}: a filter. It keeps all directories, and the files whose names do
// not begin with `~`. Replace `is_wanted`, and what `describe` says.
//
// What the fields mean stands in support/plugin.h. Memory of malloc lasts
// until the call ends and needs not be freed.

#include "support/plugin.h"

#include <stdlib.h>
#include <string.h>

// What the plugin is. Asked once and again: always answer the same.
void exports_judging_describe(exports_judging_description_t *ret) {
  plugin_string_set(&ret->name, "{{name}}");
  plugin_string_set(&ret->version, "0.1.0");
  // true: files are judged with their sizes and times, see `metadata` of the
  // batch. Reading them costs a system call a file.
  ret->metadata = false;
}

// A name is bytes: it need not be UTF-8, and it is as hostile as whoever named
// the file.
static bool is_wanted(const uint8_t *name, size_t length,
                      exports_judging_entry_kind_t kind) {
  if (kind == EXPORTS_JUDGING_ENTRY_KIND_DIRECTORY)
    return true;
  return length == 0 || name[0] != '~';
}

// Judges a batch of entries of one directory: a bit for each, 1 for one that
// is wanted.
void exports_judging_judge(exports_judging_batch_t *batch,
                           plugin_list_u8_t *ret) {
  size_t count = batch->ends.len;
  ret->len = (count + 7) / 8;
  ret->ptr = memset(malloc(ret->len), 0, ret->len);
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    size_t end = batch->ends.ptr[i];
    if (is_wanted(batch->names.ptr + begin, end - begin,
                  batch->kinds.ptr[i]))
      ret->ptr[i / 8] |= 1 << i % 8;
    begin = end;
  }
}
