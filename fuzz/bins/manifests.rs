//! The fuzzer `manifests`; its body is `targets/src/manifests.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::manifests::run(data)
});
