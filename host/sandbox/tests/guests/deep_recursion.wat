;; Calls itself without end when provoked.

(func $deeper (param i32) (result i32)
  (i32.add (i32.const 1)
    (call $deeper (i32.add (local.get 0) (i32.const 1)))))

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (if (call $provoked (local.get 1))
    (then (drop (call $deeper (i32.const 0)))))
  (call $list (i32.const 1024) (i32.const 8)))
