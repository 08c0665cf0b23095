//! The fuzzer `similarity`; its body is `targets/src/similarity.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::similarity::run(data)
});
