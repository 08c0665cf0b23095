// Asks the example `portable` about names, natively: reads a length of four
// bytes, the low one first, and a name, again and again; writes 1 or 0.
//
// Each name has memory of its very size, so that the address sanitizer sees
// who reads beyond it.

#include "names.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  unsigned char four[4];
  while (fread(four, 1, 4, stdin) == 4) {
    size_t length = four[0] | four[1] << 8 | (size_t)four[2] << 16;
    uint8_t *name = malloc(length);
    if (length > 0 && (name == NULL || fread(name, 1, length, stdin) != length))
      return 1;
    putchar(is_portable(name, length) ? '1' : '0');
    free(name);
  }
  return 0;
}
