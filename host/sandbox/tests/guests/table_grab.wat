;; Grows a table as far as it can, and gives up if that was not far.

(table $spare 1 funcref)

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (if (call $provoked (local.get 1))
    (then
      (if (i32.eq (i32.const -1)
          (table.grow $spare (ref.null func) (i32.const 100000000)))
        (then (unreachable)))))
  (call $list (i32.const 1024) (i32.const 8)))
