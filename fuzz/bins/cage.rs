//! The fuzzer of the target `cage`, whose body is in `targets/src/cage.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::cage::run(
    data
));
