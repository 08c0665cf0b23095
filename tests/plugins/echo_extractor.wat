;; An extractor whose answer is the file: its first bytes become the memory
;; that the host reads the answer from, pointers and lengths included.

(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "echo0abc")
  ;; The columns: a, boolean, b, text, and c, a time.
  (data (i32.const 1056)
    "\05\04\00\00\01\00\00\00\00\00\00\00"
    "\06\04\00\00\01\00\00\00\04\00\00\00"
    "\07\04\00\00\01\00\00\00\06\00\00\00")
  ;; The description: name, version, no settings, columns, one selection, no
  ;; facts.
  (data (i32.const 1100)
    "\00\04\00\00\04\00\00\00"
    "\04\04\00\00\01\00\00\00"
    "\00\00\00\00\00\00\00\00"
    "\20\04\00\00\03\00\00\00"
    "\80\04\00\00\01\00\00\00"
    "\00\00\00\00")
  ;; The selection: one pattern, for every file, and a head of 4096.
  (data (i32.const 1152)
    "\a0\04\00\00\01\00\00\00"
    "\01\00\00\00\00\10\00\00\00\00\00\00")

  ;; Lists come to lie at 65536; no call passes more than fits.
  (global $next (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $address i32)
    (local.set $address
      (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $address) (local.get 3)))
    (local.get $address))

  (func (export "sanchay:inspect/extracting@0.1.0#describe") (result i32)
    (i32.const 1100))

  (func (export "sanchay:inspect/extracting@0.1.0#configure")
    (param i32 i32) (result i32)
    (unreachable))

  (func (export "sanchay:inspect/extracting@0.1.0#extract")
    (param $selection i32) (param $size i64)
    (param $has-name i32) (param $name i32) (param $name-length i32)
    (param $has-path i32) (param $path i32) (param $path-length i32)
    (param $has-modified i32) (param $seconds i64) (param $nanoseconds i32)
    (param $has-mode i32) (param $mode i32)
    (param $pieces i32) (param $count i32) (result i32)
    (memory.fill (i32.const 2048) (i32.const 0) (i32.const 8192))
    (memory.copy
      (i32.const 2048)
      (i32.load offset=8 (local.get $pieces))
      (i32.load offset=12 (local.get $pieces)))
    (global.set $next (i32.const 65536))
    (i32.const 2048)))
