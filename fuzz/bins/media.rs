//! The fuzzer `media`; its body is `targets/src/media.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::media::run(
    data
));
