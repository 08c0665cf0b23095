;; An answer that is small in here and enormous outside: thousands of entries
;; whose paths are all the same megabytes.

(func (export "sanchay:inspect/checklists@0.1.0#parse")
  (param i32 i32 i32 i32 i32) (result i32)
  (local $at i32)
  (local.set $at (i32.const 65536))
  (loop $next
    (i32.store offset=4 (local.get $at) (i32.const 0))
    (i32.store offset=8 (local.get $at) (i32.const 4194304))
    (i32.store offset=16 (local.get $at) (i32.const 1))
    (i32.store offset=24 (local.get $at) (i32.const 0))
    (i32.store offset=28 (local.get $at) (i32.const 8))
    (local.set $at (i32.add (local.get $at) (i32.const 56)))
    (br_if $next (i32.lt_u (local.get $at) (i32.const 4000000))))
  (i32.store (i32.const 16) (local.get 1))
  (i32.store (i32.const 20) (i32.const 65536))
  (i32.store (i32.const 24) (i32.const 70000))
  (i32.store (i32.const 28) (i32.const 0))
  (i32.store (i32.const 32) (i32.const 0))
  (i32.store8 (i32.const 36) (i32.const 0))
  (i32.const 16))

(memory (export "memory") 64)
