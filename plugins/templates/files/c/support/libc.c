// The little of a C library that a plugin and its bindings need.
//
// Memory is handed out from the end of the program's data upwards and taken
// back all at once when the host has read the answer of a call (see
// after_call.c). Nothing can leak from one call into the next, and nothing
// needs to be freed.

#include "stdlib.h"
#include "string.h"

#include <stdint.h>

// A page of WebAssembly's memory.
#define PAGE ((size_t)65536)

// Enough for any type of the interface.
#define ALIGNMENT ((size_t)16)

// Before every piece of memory stands its size.
#define HEADER ALIGNMENT

// The linker puts it where the program's data ends.
extern unsigned char __heap_base;

// The first free address; 0 where nothing was handed out yet.
static uintptr_t next;

_Noreturn void abort(void) { __builtin_trap(); }

void release_all(void) { next = 0; }

void *malloc(size_t size) {
  if (next == 0)
    next = ((uintptr_t)&__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  // 64 bits, so that no size can overflow it.
  uint64_t end = (uint64_t)next + HEADER + size + ALIGNMENT - 1;
  end &= ~(uint64_t)(ALIGNMENT - 1);
  uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end > have) {
    size_t pages = (size_t)((end - have + PAGE - 1) / PAGE);
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX)
      abort();
  }
  unsigned char *memory = (unsigned char *)next + HEADER;
  *(size_t *)(memory - HEADER) = size;
  next = (uintptr_t)end;
  return memory;
}

void *realloc(void *old, size_t size) {
  if (old == NULL)
    return malloc(size);
  size_t had = *(size_t *)((unsigned char *)old - HEADER);
  if (size <= had)
    return old;
  return memcpy(malloc(size), old, had);
}

void free(void *memory) { (void)memory; }

// WebAssembly has instructions for these three: the compiler makes them of
// the built-in functions, not calls of themselves.
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
  return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size) {
  return __builtin_memset(to, byte, size);
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *left = a, *right = b;
  for (size_t i = 0; i < size; i++)
    if (left[i] != right[i])
      return left[i] < right[i] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != '\0')
    length++;
  return length;
}
