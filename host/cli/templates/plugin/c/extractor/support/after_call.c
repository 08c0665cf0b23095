// What the host calls when it has read the answer of a call: all memory is
// taken back. These replace the functions of the same names in plugin.c,
// which are weak.

#include "stdlib.h"

#include <stdint.h>

__attribute__((export_name("cabi_post_sanchay:inspect/extracting@0.1.0#describe")))
void __wasm_export_exports_extracting_describe_post_return(uint8_t *answer) {
  release_all();
}

__attribute__((export_name("cabi_post_sanchay:inspect/extracting@0.1.0#configure")))
void __wasm_export_exports_extracting_configure_post_return(uint8_t *answer) {
  release_all();
}

__attribute__((export_name("cabi_post_sanchay:inspect/extracting@0.1.0#extract")))
void __wasm_export_exports_extracting_extract_post_return(uint8_t *answer) {
  release_all();
}
