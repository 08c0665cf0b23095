//! The fuzzer `pictures`; its body is `targets/src/pictures.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    |data: &[u8]| sanchay_fuzz_targets::pictures::run(data)
);
