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

  // What the user can set: see `configure`.
  ret->settings.len = 0;
  ret->settings.ptr = NULL;

  // Of other files nothing is read. There can be several selections, each with
  // a byte range of its own.
  ret->selections.len = 1;
  ret->selections.ptr = malloc(sizeof *ret->selections.ptr);
  exports_extracting_selection_t *selection = ret->selections.ptr;
  static const char *const extensions[] = {"txt", "md", "csv"};
  size_t count = sizeof extensions / sizeof *extensions;
  selection->patterns.len = count;
  selection->patterns.ptr = malloc(count * sizeof *selection->patterns.ptr);
  for (size_t i = 0; i < count; i++) {
    exports_extracting_pattern_t *pattern = &selection->patterns.ptr[i];
    pattern->tag = EXPORTS_EXTRACTING_PATTERN_EXTENSION;
    plugin_string_set(&pattern->val.extension, extensions[i]);
  }
  // All of a file of up to 1 MiB; a larger one has no values.
  selection->byte_range.tag = EXPORTS_EXTRACTING_BYTE_RANGE_WHOLE;
  selection->byte_range.val.whole = 1024 * 1024;

  // What is wanted beside the size and the bytes: nothing.
  ret->facts.name = ret->facts.path = false;
  ret->facts.modified = ret->facts.mode = false;
}

// Gets the value of every setting, before the first `extract`, and returns
// true; or says what is wrong with one and returns false. Not called where
// there are no settings. Keep values in static variables: memory of malloc is
// gone when the call ends.
bool exports_extracting_configure(
    exports_extracting_list_assignment_t *settings, plugin_string_t *err) {
  return true;
}

// Extracts a file's values and returns true; or says what is wrong with the
// file and returns false. The bytes are as hostile as whoever wrote them. The
// answer EXPORTS_EXTRACTING_ANSWER_MORE asks for other bytes of the file.
bool exports_extracting_extract(exports_extracting_file_t *file,
                                exports_extracting_list_piece_t *pieces,
                                exports_extracting_answer_t *ret,
                                plugin_string_t *err) {
  const uint8_t *text = pieces->ptr[0].bytes.ptr;
  size_t length = pieces->ptr[0].bytes.len;
  if (length >= 4 && memcmp(text, "\x7f" "ELF", 4) == 0) {
    plugin_string_set(err, "it is a program, whatever its name says");
    return false;
  }
  uint64_t lines = 0;
  for (size_t i = 0; i < length; i++)
    lines += text[i] == '\n';

  ret->tag = EXPORTS_EXTRACTING_ANSWER_VALUES;
  exports_extracting_list_option_value_t *values = &ret->val.values;
  values->len = COLUMNS;
  values->ptr = malloc(COLUMNS * sizeof *values->ptr);
  // A column without a value: is_some = false.
  values->ptr[LINES].is_some = true;
  values->ptr[LINES].val.tag = EXPORTS_EXTRACTING_VALUE_UNSIGNED;
  values->ptr[LINES].val.val.unsigned_ = lines;
  values->ptr[BOM].is_some = true;
  values->ptr[BOM].val.tag = EXPORTS_EXTRACTING_VALUE_BOOLEAN;
  values->ptr[BOM].val.val.boolean =
      length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
  return true;
}
