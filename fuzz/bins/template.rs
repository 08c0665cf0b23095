//! The fuzzer `template`; its body is `targets/src/template.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::template::run(data);
});
