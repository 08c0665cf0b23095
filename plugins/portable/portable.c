// A filter that keeps what can be copied to Windows or to a stick formatted
// for it: files and directories whose names are allowed there. A directory
// that is not is not entered, as nothing in it could be copied either.
//
// Beside this file belongs what `sanchay plugin new --language c --world
// filter` makes, but for its example, filter.c: the Makefile and support/.

#include "names.h"
#include "support/plugin.h"

#include <stdlib.h>
#include <string.h>

void exports_matching_describe(exports_matching_description_t *ret) {
  plugin_string_set(&ret->name, "portable");
  plugin_string_set(&ret->version, "0.1.0");
  ret->settings.len = 0;
  ret->settings.ptr = NULL;
  ret->metadata = false;
}

// There is nothing to set.
bool exports_matching_configure(exports_matching_list_assignment_t *settings,
                               plugin_string_t *err) {
  return true;
}

void exports_matching_select(exports_matching_batch_t *batch,
                           plugin_list_u32_t *ret) {
  size_t count = batch->ends.len;
  ret->len = 0;
  ret->ptr = malloc(count * sizeof *ret->ptr);
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    size_t end = batch->ends.ptr[i];
    if (is_portable(batch->names.ptr + begin, end - begin))
      ret->ptr[ret->len++] = i;
    begin = end;
  }
}
