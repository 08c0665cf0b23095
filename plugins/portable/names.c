// The rules for names on Windows, as Microsoft gives them in "Naming Files,
// Paths, and Namespaces" (Windows App Development, File Management):
//
// - No character of 1 to 31, and none of < > : " / \ | ? *
// - No space and no period at the end.
// - Not CON, PRN, AUX, NUL, COM1 to COM9 or LPT1 to LPT9, in upper or lower
//   case, with or without an extension. The digits 1 to 3 may also be
//   superscript. Spaces before the extension count for nothing.
// - At most 255 units of UTF-16, so the bytes must be UTF-8.
//
// Newer versions of Windows are less strict about the devices; what is to be
// portable must satisfy the older. That names differ in more than case cannot
// be told here: a batch may be a part of a directory only.

#include "names.h"

// The units of UTF-16 that a name may have.
#define LONGEST 255

// A character of a name and the number of bytes that it has, 0 where the
// bytes are not UTF-8 (RFC 3629, section 3).
struct character {
  uint32_t code;
  size_t bytes;
};

static struct character decode(const uint8_t *at, size_t left) {
  static const struct character none = {0, 0};
  uint8_t first = at[0];
  if (first < 0x80)
    return (struct character){first, 1};
  size_t bytes;
  uint32_t code, least;
  if (first >= 0xc2 && first <= 0xdf) {
    bytes = 2, code = first & 0x1f, least = 0x80;
  } else if (first >= 0xe0 && first <= 0xef) {
    bytes = 3, code = first & 0x0f, least = 0x800;
  } else if (first >= 0xf0 && first <= 0xf4) {
    bytes = 4, code = first & 0x07, least = 0x10000;
  } else {
    return none;
  }
  if (left < bytes)
    return none;
  for (size_t i = 1; i < bytes; i++) {
    if ((at[i] & 0xc0) != 0x80)
      return none;
    code = code << 6 | (at[i] & 0x3f);
  }
  bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least || code > 0x10ffff || is_surrogate)
    return none;
  return (struct character){code, bytes};
}

static bool is_forbidden(uint32_t code) {
  switch (code) {
  case '<': case '>': case ':': case '"': case '/':
  case '\\': case '|': case '?': case '*':
    return true;
  default:
    return code < 0x20;
  }
}

// Whether a name begins with these three letters, in upper or lower case.
static bool begins(const uint8_t *name, const char *letters) {
  for (size_t i = 0; i < 3; i++)
    if ((name[i] & ~0x20) != letters[i])
      return false;
  return true;
}

// Whether a name is a device's, if what is behind its first period and the
// spaces before that are left out.
static bool is_device(const uint8_t *name, size_t length) {
  size_t base = 0;
  while (base < length && name[base] != '.')
    base++;
  while (base > 0 && name[base - 1] == ' ')
    base--;
  if (base == 3)
    return begins(name, "CON") || begins(name, "PRN") ||
           begins(name, "AUX") || begins(name, "NUL");
  if (base < 4 || !(begins(name, "COM") || begins(name, "LPT")))
    return false;
  if (base == 4)
    return name[3] >= '1' && name[3] <= '9';
  // The superscripts of 1, 2 and 3 are U+00B9, U+00B2 and U+00B3.
  return base == 5 && name[3] == 0xc2 &&
         (name[4] == 0xb9 || name[4] == 0xb2 || name[4] == 0xb3);
}

bool is_portable(const uint8_t *name, size_t length) {
  if (length == 0)
    return false;
  size_t units = 0;
  for (size_t at = 0; at < length;) {
    struct character next = decode(name + at, length - at);
    if (next.bytes == 0 || is_forbidden(next.code))
      return false;
    units += next.code < 0x10000 ? 1 : 2;
    at += next.bytes;
  }
  uint8_t last = name[length - 1];
  return units <= LONGEST && last != ' ' && last != '.' &&
         !is_device(name, length);
}
