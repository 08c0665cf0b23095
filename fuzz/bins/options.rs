//! The fuzzer of the target `options`, whose body is in `targets/src/options.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sanchay_fuzz_targets::options::run(
    data
));
