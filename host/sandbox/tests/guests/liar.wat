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

;; Filters: a program of 20 bytes or more has the lie in its twentieth, where
;; an extension begins. "h" is a filter that was never made, "f" a fault that
;; there is not, "r" neither a filter nor a fault; "c" and "C" are columns, "k"
;; kinds that there are not.
(func (export "sanchay:inspect/filtering@0.1.0#[static]filter.compile")
  (param i32 i32) (result i32)
  (local $lie i32)
  (if (i32.gt_u (local.get 1) (i32.const 19))
    (then (local.set $lie (i32.load8_u offset=19 (local.get 0)))))
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (call $new-filter (local.get $lie)))
  (if (i32.eq (local.get $lie) (i32.const 104))
    (then (i32.store (i32.const 20) (i32.const 77))))
  (if (i32.eq (local.get $lie) (i32.const 102))
    (then
      (i32.store (i32.const 16) (i32.const 1))
      (i32.store (i32.const 24) (i32.const 6))))
  (if (i32.eq (local.get $lie) (i32.const 114))
    (then (i32.store (i32.const 16) (i32.const 2))))
  (i32.const 16))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.columns")
  (param i32) (result i64)
  (if (i32.eq (local.get 0) (i32.const 99))
    (then (return (i64.const 0x4000000000001))))
  (if (i32.eq (local.get 0) (i32.const 67))
    (then (return (i64.const 0x4000000000000001))))
  (i64.const 0x8000000000000003))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.kinds")
  (param i32) (result i32)
  (if (i32.eq (local.get 0) (i32.const 107))
    (then (return (i32.const 0x81))))
  (i32.const 0x7f))

;; Indices, in ROOM, as the list at PLACE: 0 and 1, or "o" out of range, "d"
;; descending, "t" the same twice, "m" too many, "a" misaligned, "n" outside
;; memory.
(func $indices (param $lie i32) (param $room i32) (param $place i32)
  (i32.store (local.get $room) (i32.const 0))
  (i32.store offset=4 (local.get $room) (i32.const 1))
  (i32.store offset=8 (local.get $room) (i32.const 2))
  (i32.store (local.get $place) (local.get $room))
  (i32.store offset=4 (local.get $place) (i32.const 2))
  (if (i32.eq (local.get $lie) (i32.const 111))
    (then (i32.store offset=4 (local.get $room) (i32.const 2))))
  (if (i32.eq (local.get $lie) (i32.const 100))
    (then
      (i32.store (local.get $room) (i32.const 1))
      (i32.store offset=4 (local.get $room) (i32.const 0))))
  (if (i32.eq (local.get $lie) (i32.const 116))
    (then (i32.store offset=4 (local.get $room) (i32.const 0))))
  (if (i32.eq (local.get $lie) (i32.const 109))
    (then (i32.store offset=4 (local.get $place) (i32.const 3))))
  (if (i32.eq (local.get $lie) (i32.const 97))
    (then
      (i32.store (local.get $place)
        (i32.sub (local.get $room) (i32.const 1)))))
  (if (i32.eq (local.get $lie) (i32.const 110))
    (then (i32.store (local.get $place) (i32.const -8)))))

;; Instead of any, "e" an error that there is not, "r" neither indices nor an
;; error.
(func $result (param $lie i32) (result i32)
  (i32.store (i32.const 16) (i32.const 0))
  (if (i32.eq (local.get $lie) (i32.const 101))
    (then
      (i32.store (i32.const 16) (i32.const 1))
      (i32.store (i32.const 20) (i32.const 4))))
  (if (i32.eq (local.get $lie) (i32.const 114))
    (then (i32.store (i32.const 16) (i32.const 2))))
  (i32.const 16))

;; The first name chooses: a small letter a lie about the entries, a capital
;; one about the directories, 32 letters on.
(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.match-names")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 3)))
  (call $indices (local.get $lie) (i32.const 1024) (i32.const 20))
  (call $indices (i32.add (local.get $lie) (i32.const 32))
    (i32.const 1056) (i32.const 28))
  (call $result (local.get $lie)))

;; Ignore rules: "h" are rules that were never made, "f" a fault that there is
;; not, "r" neither rules nor a fault.
(func (export "sanchay:inspect/filtering@0.1.0#[static]ignore-rules.parse")
  (param i32 i32 i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 0)))
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (call $new-rules (local.get $lie)))
  (if (i32.eq (local.get $lie) (i32.const 104))
    (then (i32.store (i32.const 20) (i32.const 77))))
  (if (i32.eq (local.get $lie) (i32.const 102))
    (then
      (i32.store (i32.const 16) (i32.const 1))
      (i32.store (i32.const 20) (i32.const 2))))
  (if (i32.eq (local.get $lie) (i32.const 114))
    (then (i32.store (i32.const 16) (i32.const 2))))
  (i32.const 16))

;; As without rules; "c" are rules that cost too much and were not given.
(func (export
    "sanchay:inspect/filtering@0.1.0#[method]filter.match-names-ignoring")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 3)))
  (call $indices (local.get $lie) (i32.const 1024) (i32.const 20))
  (call $indices (i32.add (local.get $lie) (i32.const 32))
    (i32.const 1056) (i32.const 28))
  (if (i32.eq (local.get $lie) (i32.const 99))
    (then
      (i32.store (i32.const 16) (i32.const 1))
      (i32.store (i32.const 20) (i32.const 1))
      (i32.store (i32.const 24) (local.get 10))
      (return (i32.const 16))))
  (call $result (local.get $lie)))

;; The first value chooses.
(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.match-metadata")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32)
  (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 12)))
  (call $indices (local.get $lie) (i32.const 1024) (i32.const 20))
  (call $result (local.get $lie)))

;; Kinds of content: the first byte chooses "m", one too many, and "k", a kind
;; that there is not.
(func (export "sanchay:inspect/classifying@0.1.0#classify")
  (param i32 i32 i32 i32) (result i32)
  (local $lie i32)
  (local.set $lie (i32.load8_u (local.get 0)))
  (i32.store8 (i32.const 1024) (i32.const 0))
  (if (i32.eq (local.get $lie) (i32.const 109))
    (then (return (call $ok-list (i32.const 1024)
      (i32.add (local.get 3) (i32.const 1))))))
  (if (i32.eq (local.get $lie) (i32.const 107))
    (then (i32.store8 (i32.const 1024) (i32.const 9))))
  (call $ok-list (i32.const 1024) (local.get 3)))

;; Entries: one line of a text that has two, whose record the first byte
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
