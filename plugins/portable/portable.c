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

void exports_judging_describe(exports_judging_description_t *ret) {
  plugin_string_set(&ret->name, "portable");
  plugin_string_set(&ret->version, "0.1.0");
  ret->metadata = false;
}

void exports_judging_judge(exports_judging_batch_t *batch,
                           plugin_list_u8_t *ret) {
  size_t count = batch->ends.len;
  ret->len = (count + 7) / 8;
  ret->ptr = memset(malloc(ret->len), 0, ret->len);
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    size_t end = batch->ends.ptr[i];
    if (is_portable(batch->names.ptr + begin, end - begin))
      ret->ptr[i / 8] |= 1 << i % 8;
    begin = end;
  }
}
