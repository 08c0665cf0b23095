//! The fuzzer `plugins`; its body is `targets/src/plugins.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::plugins::run(
    data
));
