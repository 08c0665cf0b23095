//! The fuzzer `expression`; its body is `targets/src/expression.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::expression::run(data);
});
