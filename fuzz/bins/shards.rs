//! The fuzzer `shards`; its body is `targets/src/shards.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sanchay_fuzz_targets::shards::run(data);
});
