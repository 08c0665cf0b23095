//! The fuzzer `store`; its body is `targets/src/store.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::store::run(data)
});
