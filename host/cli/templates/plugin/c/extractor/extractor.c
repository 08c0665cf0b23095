// {{name}}: an extractor. It tells how many lines a text file has, and whether
// it begins with a byte order mark. Replace the columns and `extract`.
//
// What the fields mean stands in support/plugin.h. Memory of malloc lasts
// until the call ends and needs not be freed.

#include "support/plugin.h"

#include <stdlib.h>
#include <string.h>

// The columns that it fills, in the order in which `extract` answers.
enum { LINES, BOM, COLUMNS };

static void column(exports_extracting_column_t *column, const char *name,
                   exports_extracting_value_type_t type) {
  plugin_string_set(&column->name, name);
  column->value_type = type;
}

// What the plugin is. Asked once and again: always answer the same.
void exports_extracting_describe(exports_extracting_description_t *ret) {
  plugin_string_set(&ret->name, "{{name}}");
  plugin_string_set(&ret->version, "0.1.0");

  ret->columns.len = COLUMNS;
  ret->columns.ptr = malloc(COLUMNS * sizeof *ret->columns.ptr);
  column(&ret->columns.ptr[LINES], "lines",
         EXPORTS_EXTRACTING_VALUE_TYPE_UNSIGNED);
  column(&ret->columns.ptr[BOM], "bom",
         EXPORTS_EXTRACTING_VALUE_TYPE_BOOLEAN);

  // Of other files nothing is read. No extensions at all: of every file.
  static const char *const extensions[] = {"txt", "md", "csv"};
  size_t count = sizeof extensions / sizeof *extensions;
  ret->extensions.len = count;
  ret->extensions.ptr = malloc(count * sizeof *ret->extensions.ptr);
  for (size_t i = 0; i < count; i++) {
    ret->extensions.ptr[i].ptr = (uint8_t *)extensions[i];
    ret->extensions.ptr[i].len = strlen(extensions[i]);
  }

  // All of a file of up to 1 MiB; a larger one has no values.
  ret->portion.tag = EXPORTS_EXTRACTING_PORTION_WHOLE;
  ret->portion.val.whole = 1024 * 1024;
}

// Extracts a file's values and returns true; or says what is wrong with the
// file and returns false. The bytes are as hostile as whoever wrote them.
bool exports_extracting_extract(exports_extracting_file_t *file,
                                exports_extracting_list_option_value_t *ret,
                                plugin_string_t *err) {
  const uint8_t *text = file->head.ptr;
  size_t length = file->head.len;
  if (length >= 4 && memcmp(text, "\x7f" "ELF", 4) == 0) {
    plugin_string_set(err, "it is a program, whatever its name says");
    return false;
  }
  uint64_t lines = 0;
  for (size_t i = 0; i < length; i++)
    lines += text[i] == '\n';

  ret->len = COLUMNS;
  ret->ptr = malloc(COLUMNS * sizeof *ret->ptr);
  // A column without a value: is_some = false.
  ret->ptr[LINES].is_some = true;
  ret->ptr[LINES].val.tag = EXPORTS_EXTRACTING_VALUE_UNSIGNED;
  ret->ptr[LINES].val.val.unsigned_ = lines;
  ret->ptr[BOM].is_some = true;
  ret->ptr[BOM].val.tag = EXPORTS_EXTRACTING_VALUE_BOOLEAN;
  ret->ptr[BOM].val.val.boolean =
      length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
  return true;
}
