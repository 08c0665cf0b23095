// Whether a name can be stored on Windows' file systems.
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether a file or directory may have this name, `length` bytes, on NTFS,
// exFAT and FAT with long names, and Windows opens it.
bool is_portable(const uint8_t *name, size_t length);

#endif
