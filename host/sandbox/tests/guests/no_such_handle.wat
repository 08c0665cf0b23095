;; Returns a hasher that it never made.

(func (export "sanchay:inspect/hashing@0.1.0#[constructor]hasher")
  (param i32) (result i32)
  (i32.const 77))
