;; Makes resources without end when provoked.

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (if (call $provoked (local.get 1))
    (then
      (loop $again
        (drop (call $new-hasher (i32.const 1)))
        (br $again))))
  (call $list (i32.const 1024) (i32.const 8)))
