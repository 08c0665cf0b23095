//! The fuzzer of the target `hasher`, whose body is in `targets/src/hasher.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::hasher::run(
    data
));
