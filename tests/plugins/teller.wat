;; An extractor that tells what it was told: its setting, a file's mode and
;; path, and which of its selections took it. It crashes where its setting was
;; not passed, and on files whose path begins with a u.

(module
  (memory (export "memory") 4)
  (global $next (mut i32) (i32.const 65536))
  (global $length (mut i32) (i32.const 0))

  (data (i32.const 1024) "teller1wordhiWhat to say")
  (data (i32.const 1048) "modepathkindPKmake*no word")
  ;; The columns: word, text; mode, unsigned; path, bytes; kind, unsigned.
  (data (i32.const 1104)
    "\07\04\00\00\04\00\00\00\04\00\00\00"
    "\18\04\00\00\04\00\00\00\02\00\00\00"
    "\1c\04\00\00\04\00\00\00\05\00\00\00"
    "\20\04\00\00\04\00\00\00\02\00\00\00")
  ;; The setting: word, a text, hi where none is set.
  (data (i32.const 1160)
    "\07\04\00\00\04\00\00\00" "\03\00\00\00\00\00\00\00"
    "\01\00\00\00\00\00\00\00" "\03\00\00\00\00\00\00\00"
    "\0b\04\00\00\02\00\00\00" "\0d\04\00\00\0b\00\00\00")
  ;; The selections: a head of 4, nothing, and a tail of 2.
  (data (i32.const 1216)
    "\00\05\00\00\01\00\00\00" "\01\00\00\00\04\00\00\00\00\00\00\00"
    "\10\05\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00\00\00\00\00"
    "\20\05\00\00\01\00\00\00" "\02\00\00\00\02\00\00\00\00\00\00\00")
  ;; Their patterns: PK at 2, make*, and no extension.
  (data (i32.const 1280)
    "\04\00\00\00\02\00\00\00\24\04\00\00\02\00\00\00"
    "\03\00\00\00\26\04\00\00\05\00\00\00\00\00\00\00"
    "\02\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
  ;; The description: name, version, the setting, columns, selections; path
  ;; and mode.
  (data (i32.const 1344)
    "\00\04\00\00\06\00\00\00" "\06\04\00\00\01\00\00\00"
    "\88\04\00\00\01\00\00\00" "\50\04\00\00\04\00\00\00"
    "\c0\04\00\00\03\00\00\00" "\00\01\00\01")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $address i32)
    (local.set $address
      (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $address) (local.get 3)))
    (if (i32.gt_u (global.get $next) (i32.const 260000))
      (then (unreachable)))
    (local.get $address))

  (func (export "sanchay:inspect/extracting@0.1.0#describe") (result i32)
    (i32.const 1344))

  ;; Keeps the word at 12288; an empty one is refused.
  (func (export "sanchay:inspect/extracting@0.1.0#configure")
    (param $settings i32) (param $count i32) (result i32)
    (if (i32.ne (local.get $count) (i32.const 1)) (then (unreachable)))
    (if (i32.ne (i32.load8_u offset=8 (local.get $settings)) (i32.const 3))
      (then (unreachable)))
    (global.set $length (i32.load offset=20 (local.get $settings)))
    (memory.copy (i32.const 12288)
      (i32.load offset=16 (local.get $settings)) (global.get $length))
    (i32.store (i32.const 2048) (i32.eqz (global.get $length)))
    (i32.store (i32.const 2052) (i32.const 1067))
    (i32.store (i32.const 2056) (i32.const 7))
    (global.set $next (i32.const 65536))
    (i32.const 2048))

  ;; A value at an address: its case and payload.
  (func $value (param $at i32) (param $case i32)
    (param $low i32) (param $high i32)
    (i32.store (local.get $at) (i32.const 1))
    (i32.store offset=8 (local.get $at) (local.get $case))
    (i32.store offset=16 (local.get $at) (local.get $low))
    (i32.store offset=20 (local.get $at) (local.get $high)))

  (func (export "sanchay:inspect/extracting@0.1.0#extract")
    (param $selection i32) (param $size i64)
    (param $has-name i32) (param $name i32) (param $name-length i32)
    (param $has-path i32) (param $path i32) (param $path-length i32)
    (param $has-modified i32) (param $seconds i64) (param $nanoseconds i32)
    (param $has-mode i32) (param $mode i32)
    (param $pieces i32) (param $count i32) (result i32)
    (global.set $next (i32.const 65536))
    (if (i32.eqz (global.get $length)) (then (unreachable)))
    (if (i32.or (local.get $has-name) (local.get $has-modified))
      (then (unreachable)))
    (if (i32.eqz (i32.and (local.get $has-path) (local.get $has-mode)))
      (then (unreachable)))
    ;; The second selection asks for nothing.
    (if (i32.ne (local.get $count)
          (i32.ne (local.get $selection) (i32.const 1)))
      (then (unreachable)))
    (if (i32.eq (i32.load8_u (local.get $path)) (i32.const 117))
      (then (unreachable)))
    (call $value (i32.const 4096) (i32.const 4)
      (i32.const 12288) (global.get $length))
    (call $value (i32.const 4128) (i32.const 2)
      (local.get $mode) (i32.const 0))
    (call $value (i32.const 4160) (i32.const 5)
      (local.get $path) (local.get $path-length))
    (call $value (i32.const 4192) (i32.const 2)
      (local.get $selection) (i32.const 0))
    (i32.store (i32.const 2048) (i32.const 0))
    (i32.store (i32.const 2052) (i32.const 0))
    (i32.store (i32.const 2056) (i32.const 4096))
    (i32.store (i32.const 2060) (i32.const 4))
    (i32.const 2048)))
