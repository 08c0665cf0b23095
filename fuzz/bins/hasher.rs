//! The fuzzer `hasher`; its body is `targets/src/hasher.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::hasher::run(
    data
));
