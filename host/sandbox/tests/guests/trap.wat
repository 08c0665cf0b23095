;; Crashes in one of several ways: the second byte of the data chooses.

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (local $way i32)
  (if (call $provoked (local.get 1))
    (then
      (local.set $way (i32.load8_u offset=1 (local.get 1)))
      (if (i32.eq (local.get $way) (i32.const 117)) ;; u
        (then (unreachable)))
      (if (i32.eq (local.get $way) (i32.const 109)) ;; m
        (then (drop (i32.load (i32.const -4)))))
      (if (i32.eq (local.get $way) (i32.const 103)) ;; g
        (then (drop (i32.load offset=4294967292 (i32.const -1)))))
      (if (i32.eq (local.get $way) (i32.const 100)) ;; d
        (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
      (if (i32.eq (local.get $way) (i32.const 99)) ;; c
        (then (call_indirect (i32.const 5))))))
  (call $list (i32.const 1024) (i32.const 8)))

(table 1 funcref)
