//! The fuzzer `sandbox`; its body is `targets/src/sandbox.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::sandbox::run(
    data
));
