/* Wine 8 has no bcryptprimitives.dll, which Rust's standard library asks for
 * random bytes. This one, beside the program, serves tests. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return RtlGenRandom(data, (ULONG)length);
}
