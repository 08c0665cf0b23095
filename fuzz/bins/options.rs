//! The fuzzer `options`; its body is `targets/src/options.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::options::run(
    data
));
