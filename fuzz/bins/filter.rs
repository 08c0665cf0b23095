//! The fuzzer `filter`; its body is `targets/src/filter.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::filter::run(
    data
));
