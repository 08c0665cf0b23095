// {{name}}: a filter. It keeps all directories, and the files whose names do
// not begin with `~`. Replace `is_wanted`, and what `describe` says.
//
// What the fields mean stands in support/plugin.h. Memory of malloc lasts
// until the call ends and needs not be freed.

#include "support/plugin.h"

#include <stdlib.h>
#include <string.h>

// What the plugin is. Asked once and again: always answer the same.
void exports_matching_describe(exports_matching_description_t *ret) {
  plugin_string_set(&ret->name, "{{name}}");
  plugin_string_set(&ret->version, "0.1.0");
  // What the user can set: see `configure`.
  ret->settings.len = 0;
  ret->settings.ptr = NULL;
  // true: files are matched with their sizes and times, see `metadata` of the
  // batch. Reading them costs a system call a file.
  ret->metadata = false;
}

// Gets the value of every setting, before the first `select`, and returns true;
// or says what is wrong with one and returns false. Not called where there are
// no settings. Keep values in static variables: memory of malloc is gone when
// the call ends.
bool exports_matching_configure(exports_matching_list_assignment_t *settings,
                               plugin_string_t *err) {
  return true;
}

// A name is bytes: it need not be UTF-8, and it is as hostile as whoever named
// the file.
static bool is_wanted(const uint8_t *name, size_t length,
                      exports_types_entry_kind_t kind) {
  if (kind == EXPORTS_TYPES_ENTRY_KIND_DIRECTORY)
    return true;
  return length == 0 || name[0] != '~';
}

// Selects from a batch of entries of one directory: the indices of those that are
// wanted.
void exports_matching_select(exports_matching_batch_t *batch,
                           plugin_list_u32_t *ret) {
  size_t count = batch->ends.len;
  ret->len = 0;
  ret->ptr = malloc(count * sizeof *ret->ptr);
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    size_t end = batch->ends.ptr[i];
    if (is_wanted(batch->names.ptr + begin, end - begin,
                  batch->kinds.ptr[i]))
      ret->ptr[ret->len++] = i;
    begin = end;
  }
}
