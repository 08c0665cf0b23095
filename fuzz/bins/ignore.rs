//! The fuzzer `ignore`; its body is `targets/src/ignore.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::ignore::run(
    data
));
