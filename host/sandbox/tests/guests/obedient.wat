;; Every export of the world, answered honestly and as poorly as possible:
;; digests are zeros, filters keep nothing, lists hold no entry. The hostile
;; guests beside this file replace some of these functions; the tests put the
;; two together by the names of the exports.

(func (export "sanchay:inspect/hashing@0.1.0#algorithms")
  (result i32)
  (call $list (i32.const 1024) (i32.const 0)))

(func (export "sanchay:inspect/hashing@0.1.0#digest-size")
  (param i32) (result i32)
  (i32.const 8))

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (call $list (i32.const 1024) (i32.const 8)))

(func (export "sanchay:inspect/hashing@0.1.0#digest-batch")
  (param i32 i32 i32 i32 i32) (result i32)
  (call $ok-list (i32.const 1024)
    (i32.mul (local.get 4) (i32.const 8))))

(func (export "sanchay:inspect/hashing@0.1.0#partial")
  (param i32 i32 i32 i32 i64) (result i32)
  (i64.store (i32.const 16) (i64.const 0))
  (i64.store (i32.const 24) (i64.const 0))
  (i64.store (i32.const 32) (local.get 4))
  (i32.const 16))

(func (export "sanchay:inspect/hashing@0.1.0#[constructor]hasher")
  (param i32) (result i32)
  (call $new-hasher (i32.const 1)))

(func (export "sanchay:inspect/hashing@0.1.0#[method]hasher.update")
  (param i32 i32 i32))

(func (export "sanchay:inspect/hashing@0.1.0#[method]hasher.finish")
  (param i32) (result i32)
  (call $list (i32.const 1024) (i32.const 8)))

(func (export "sanchay:inspect/filtering@0.1.0#[static]filter.compile")
  (param i32 i32) (result i32)
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (call $new-filter (i32.const 1)))
  (i32.const 16))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.columns")
  (param i32) (result i64)
  (i64.const 3))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.kinds")
  (param i32) (result i32)
  (i32.const 127))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.match-names")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 20))
  (i32.const 16))

(func (export "sanchay:inspect/filtering@0.1.0#[static]ignore-rules.parse")
  (param i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (call $new-rules (i32.const 1)))
  (i32.const 16))

(func (export
    "sanchay:inspect/filtering@0.1.0#[method]filter.match-names-ignoring")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 20))
  (i32.const 16))

(func (export "sanchay:inspect/filtering@0.1.0#[method]filter.match-metadata")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32)
  (result i32)
  (call $ok-list (i32.const 1024) (i32.const 0)))

(func (export "sanchay:inspect/checklists@0.1.0#parse")
  (param i32 i32 i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 24))
  (i32.const 16))

(func (export "sanchay:inspect/trees@0.1.0#piece")
  (param i32 i32 i64) (result i32)
  (i32.store8 (i32.const 16) (i32.const 1))
  (i32.store8 (i32.const 24) (i32.const 0))
  (i32.const 16))

(func (export "sanchay:inspect/trees@0.1.0#join")
  (param i32 i32 i32 i32 i32) (result i32)
  (i32.store8 (i32.const 16) (i32.const 1))
  (i32.store8 (i32.const 24) (i32.const 0))
  (i32.const 16))

(func (export "sanchay:inspect/classifying@0.1.0#head-size")
  (result i32)
  (i32.const 16))

(func (export "sanchay:inspect/classifying@0.1.0#classify")
  (param i32 i32 i32 i32) (result i32)
  (call $ok-list (i32.const 1024) (local.get 3)))

(func (export "sanchay:inspect/keeping@0.1.0#choose")
  (param i32) (result i32)
  (call $ok-list (i32.const 1024) (i32.const 0)))

(func (export "sanchay:inspect/naming@0.1.0#[static]namer.compile")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (call $new-namer (i32.const 1)))
  (i32.const 16))

(func (export "sanchay:inspect/naming@0.1.0#[method]namer.fields")
  (param i32) (result i32)
  (call $list (i32.const 1024) (i32.const 0)))

(func (export "sanchay:inspect/naming@0.1.0#[method]namer.name")
  (param i32 i32 i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 28))
  (i32.const 16))

(func (export "sanchay:inspect/planning@0.1.0#[constructor]plan-reader")
  (param i32) (result i32)
  (call $new-plan-reader (i32.const 1)))

(func (export "sanchay:inspect/planning@0.1.0#[method]plan-reader.read")
  (param i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 32))
  (i32.const 16))

(func (export "sanchay:inspect/planning@0.1.0#[method]plan-reader.finish")
  (param i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 32))
  (i32.const 16))

(func (export "sanchay:inspect/resembling@0.1.0#[constructor]sketcher")
  (param i32 i32) (result i32)
  (call $new-sketcher (i32.const 1)))

(func (export "sanchay:inspect/resembling@0.1.0#[method]sketcher.update")
  (param i32 i32 i32) (result i32)
  (i32.const 1))

(func (export "sanchay:inspect/resembling@0.1.0#[method]sketcher.finish")
  (param i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 40))
  (i32.const 16))

(func (export "sanchay:inspect/resembling@0.1.0#[constructor]collector")
  (param i32 i32) (result i32)
  (call $new-collector (i32.const 1)))

(func (export "sanchay:inspect/resembling@0.1.0#[method]collector.update")
  (param i32 i32 i32) (result i32)
  (i32.const 1))

(func (export "sanchay:inspect/resembling@0.1.0#[method]collector.finish")
  (param i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 16))
  (i32.const 16))

(func (export "sanchay:inspect/attaching@0.1.0#[constructor]manifest-reader")
  (result i32)
  (call $new-manifest-reader (i32.const 1)))

(func (export "sanchay:inspect/attaching@0.1.0#[method]manifest-reader.read")
  (param i32 i32 i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 64))
  (i32.const 16))

(func (export "sanchay:inspect/attaching@0.1.0#[method]manifest-reader.finish")
  (param i32) (result i32)
  (memory.fill (i32.const 16) (i32.const 0) (i32.const 40))
  (i32.const 16))

;; One after the other, in a ring of some 200 KB.
(func (export "cabi_realloc")
  (param i32 i32 i32 i32) (result i32)
  (local $address i32)
  (if (i32.gt_u (global.get $next) (i32.const 200000))
    (then (global.set $next (i32.const 4096))))
  (local.set $address (global.get $next))
  (global.set $next
    (i32.and (i32.const -8)
      (i32.add (i32.add (local.get $address) (local.get 3))
        (i32.const 7))))
  (local.get $address))
(global $next (mut i32) (i32.const 4096))

(memory (export "memory") 4)
