// What of the C library's <stdlib.h> there is in the sandbox: see libc.c.
#ifndef SUPPORT_STDLIB_H
#define SUPPORT_STDLIB_H

#include <stddef.h>

// Memory that is aligned for any type and given back when the call of the
// plugin ends. Never null: the call ends in a trap where memory runs out.
void *malloc(size_t size);
void *realloc(void *old, size_t size);

// Does nothing: see malloc.
void free(void *memory);

// Ends the call. The host reports it and goes on with a new instance.
_Noreturn void abort(void);

// Takes back all that malloc gave. Called when the host has read the answer.
void release_all(void);

#endif
