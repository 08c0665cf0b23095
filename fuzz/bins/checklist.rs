//! The fuzzer `checklist`; its body is `targets/src/checklist.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::checklist::run(data)
});
