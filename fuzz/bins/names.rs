//! The fuzzer `names`; its body is `targets/src/names.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::names::run(
    data
));
