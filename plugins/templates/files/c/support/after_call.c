// What the host calls when it has read the answer of a call: all memory is
// taken back. These replace the functions of the same names in plugin.c,
// which are weak.

#include "stdlib.h"

#include <stdint.h>

__attribute__((export_name("cabi_post_sanchay:inspect/{{interface}}@{{version}}#describe")))
void __wasm_export_exports_{{interface}}_describe_post_return(uint8_t *answer) {
  release_all();
}

__attribute__((export_name("cabi_post_sanchay:inspect/{{interface}}@{{version}}#configure")))
void __wasm_export_exports_{{interface}}_configure_post_return(uint8_t *answer) {
  release_all();
}

__attribute__((export_name("cabi_post_sanchay:inspect/{{interface}}@{{version}}#{{call}}")))
void __wasm_export_exports_{{interface}}_{{call}}_post_return(uint8_t *answer) {
  release_all();
}
