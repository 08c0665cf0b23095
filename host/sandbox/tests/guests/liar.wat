;; Returns what cannot be. The first byte of the data chooses the lie; any
;; other byte gets an honest answer.

;; Digests: "s" too short, "l" too long, "o" outside memory, "n" at the end of
;; memory, "h" with a length that overflows.
(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 1)))
  (if (i32.eq (local.get $lie) (i32.const 115))
    (then (return (call $list (i32.const 1024) (i32.const 7)))))
  (if (i32.eq (local.get $lie) (i32.const 108))
    (then (return (call $list (i32.const 1024) (i32.const 100000)))))
  (if (i32.eq (local.get $lie) (i32.const 111))
    (then (return (call $list (i32.const -8) (i32.const 8)))))
  (if (i32.eq (local.get $lie) (i32.const 110))
    (then (return (call $list
      (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4))
      (i32.const 8)))))
  (if (i32.eq (local.get $lie) (i32.const 104))
    (then (return (call $list (i32.const 16) (i32.const -1)))))
  (if (i32.eq (local.get $lie) (i32.const 112)) ;; p: a pointer to nowhere
    (then (return (i32.const -4))))
  (call $list (i32.const 1024) (i32.const 8)))

;; Always one digest too few.
(func (export "sanchay:inspect/hashing@0.1.0#digest-batch")
  (param i32 i32 i32 i32 i32) (result i32)
  (call $ok-list (i32.const 1024)
    (i32.mul (i32.sub (local.get 4) (i32.const 1)) (i32.const 8))))

;; Of another size than the one it was told.
(func (export "sanchay:inspect/hashing@0.1.0#partial")
  (param i32 i32 i32 i32 i64) (result i32)
  (i64.store (i32.const 32) (i64.add (local.get 4) (i64.const 1)))
  (i32.const 16))

(func (export "sanchay:inspect/hashing@0.1.0#[method]hasher.finish")
  (param i32) (result i32)
  (call $list (i32.const 1024) (i32.const 9)))

;; Verdicts: "o" out of range, "d" descending, "t" the same twice, "m" too
;; many, "a" misaligned, "c" an error case that does not exist.
(func $verdict (param $lie i32) (result i32)
  (i32.store (i32.const 1024) (i32.const 0))
  (i32.store (i32.const 1028) (i32.const 1))
  (if (i32.eq (local.get $lie) (i32.const 111))
    (then (i32.store (i32.const 1028) (i32.const 2))))
  (if (i32.eq (local.get $lie) (i32.const 100))
    (then
      (i32.store (i32.const 1024) (i32.const 1))
      (i32.store (i32.const 1028) (i32.const 0))))
  (if (i32.eq (local.get $lie) (i32.const 116))
    (then (i32.store (i32.const 1028) (i32.const 0))))
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (i32.const 1024))
  (i32.store (i32.const 24) (i32.const 2))
  (if (i32.eq (local.get $lie) (i32.const 109))
    (then (i32.store (i32.const 24) (i32.const 3))))
  (if (i32.eq (local.get $lie) (i32.const 97))
    (then (i32.store (i32.const 20) (i32.const 1023))))
  (if (i32.eq (local.get $lie) (i32.const 99))
    (then (i32.store (i32.const 16) (i32.const 2))))
  (i32.const 16))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.judge-names")
  (param i32 i32 i32 i32 i32 i32 i32) (result i32)
  (call $verdict (i32.load8_u (local.get 1))))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.judge-sizes")
  (param i32 i32 i32) (result i32)
  (i32.add (i32.const 4)
    (call $verdict (i32.load8_u (local.get 1)))))

;; Promises: one line of a text that has two, whose record the first byte
;; spoils. A record has 56 bytes: the line, the path, the case of what is
;; expected, and for a digest without a name its address and length.
(func (export "sanchay:inspect/checklists@0.1.0#parse")
  (param i32 i32 i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 0)))
  (memory.fill (i32.const 2048) (i32.const 0) (i32.const 64))
  (i32.store8 (i32.const 3000) (i32.const 97))
  (i32.store (i32.const 2052) (i32.const 3000))
  (i32.store (i32.const 2056) (i32.const 1))
  (i32.store (i32.const 2064) (i32.const 1))
  (i32.store (i32.const 2072) (i32.const 3072))
  (i32.store (i32.const 2076) (i32.const 8))
  (i32.store (i32.const 16) (i32.const 2))
  (i32.store (i32.const 20) (i32.const 2048))
  (i32.store (i32.const 24) (i32.const 1))
  (i32.store (i32.const 28) (i32.const 0))
  (i32.store (i32.const 32) (i32.const 0))
  (i32.store8 (i32.const 36) (i32.const 0))
  (if (i32.eq (local.get $lie) (i32.const 108)) ;; l: a line too far
    (then (i32.store (i32.const 2048) (i32.const 2))))
  (if (i32.eq (local.get $lie) (i32.const 110)) ;; n: more lines than bytes
    (then (i32.store (i32.const 16) (i32.const 1000))))
  (if (i32.eq (local.get $lie) (i32.const 101)) ;; e: an empty path
    (then (i32.store (i32.const 2056) (i32.const 0))))
  (if (i32.eq (local.get $lie) (i32.const 122)) ;; z: a zero in the path
    (then (i32.store8 (i32.const 3000) (i32.const 0))))
  (if (i32.eq (local.get $lie) (i32.const 100)) ;; d: a digest of 9 bytes
    (then (i32.store (i32.const 2076) (i32.const 9))))
  (if (i32.eq (local.get $lie) (i32.const 109)) ;; m: malformed out of order
    (then
      (memory.fill (i32.const 1024) (i32.const 0) (i32.const 32))
      (i32.store (i32.const 1024) (i32.const 1))
      (i32.store (i32.const 28) (i32.const 1024))
      (i32.store (i32.const 32) (i32.const 2))))
  (i32.const 16))
