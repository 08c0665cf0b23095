;; An extractor with the columns n and t that does what the first byte of a
;; file says.

(module
  (memory (export "memory") 4)
  (global $next (mut i32) (i32.const 65536))

  (data (i32.const 1024) "mischief0.1nt")
  ;; The columns: n, unsigned, and t, text.
  (data (i32.const 1056)
    "\0b\04\00\00\01\00\00\00\02\00\00\00"
    "\0c\04\00\00\01\00\00\00\04\00\00\00")
  ;; The description: name, version, no settings, columns, one selection, no
  ;; facts.
  (data (i32.const 1088)
    "\00\04\00\00\08\00\00\00"
    "\08\04\00\00\03\00\00\00"
    "\00\00\00\00\00\00\00\00"
    "\20\04\00\00\02\00\00\00"
    "\80\04\00\00\01\00\00\00"
    "\00\00\00\00")
  ;; The selection: one pattern, a head of 16.
  (data (i32.const 1152)
    "\a0\04\00\00\01\00\00\00"
    "\01\00\00\00\10\00\00\00\00\00\00\00")
  ;; The pattern: every file.
  (data (i32.const 1184) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
  (data (i32.const 1204) "fine\ff\feno good\1b")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $address i32)
    (local.set $address
      (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $address) (local.get 3)))
    (if (i32.gt_u (global.get $next) (i32.const 200000))
      (then (unreachable)))
    (local.get $address))

  (func (export "sanchay:inspect/extracting@0.1.0#describe") (result i32)
    (i32.const 1088))

  ;; There are no settings.
  (func (export "sanchay:inspect/extracting@0.1.0#configure")
    (param i32 i32) (result i32)
    (unreachable))

  ;; The answer: a result at 2048 with a list of LENGTH values at 4096.
  (func $values (param $length i32) (result i32)
    (i32.store (i32.const 2048) (i32.const 0))
    (i32.store (i32.const 2052) (i32.const 0))
    (i32.store (i32.const 2056) (i32.const 4096))
    (i32.store (i32.const 2060) (local.get $length))
    (i32.const 2048))

  ;; The same with a list of COUNT ranges at 8192, all of them this one.
  (func $more (param $offset i64) (param $length i32) (param $count i32)
    (result i32)
    (local $at i32)
    (i32.store (i32.const 2048) (i32.const 0))
    (i32.store (i32.const 2052) (i32.const 1))
    (i32.store (i32.const 2056) (i32.const 8192))
    (i32.store (i32.const 2060) (local.get $count))
    (local.set $at (i32.const 8192))
    (loop $each
      (if (local.get $count)
        (then
          (i64.store (local.get $at) (local.get $offset))
          (i32.store offset=8 (local.get $at) (local.get $length))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $each))))
    (i32.const 2048))

  (func $complaint (param $address i32) (param $length i32) (result i32)
    (i32.store (i32.const 2048) (i32.const 1))
    (i32.store (i32.const 2052) (local.get $address))
    (i32.store (i32.const 2056) (local.get $length))
    (i32.const 2048))

  (func $number (param $value i64)
    (i32.store (i32.const 4096) (i32.const 1))
    (i32.store (i32.const 4104) (i32.const 2))
    (i64.store (i32.const 4112) (local.get $value)))

  (func $text (param $address i32) (param $length i32)
    (i32.store (i32.const 4128) (i32.const 1))
    (i32.store (i32.const 4136) (i32.const 4))
    (i32.store (i32.const 4144) (local.get $address))
    (i32.store (i32.const 4148) (local.get $length)))

  (func (export "sanchay:inspect/extracting@0.1.0#extract")
    (param $selection i32) (param $size i64)
    (param $has-name i32) (param $name i32) (param $name-length i32)
    (param $has-path i32) (param $path i32) (param $path-length i32)
    (param $has-modified i32) (param $seconds i64) (param $nanoseconds i32)
    (param $has-mode i32) (param $mode i32)
    (param $pieces i32) (param $count i32) (result i32)
    (local $first i32)
    (local $head-length i32)
    (local $left i32)
    (global.set $next (i32.const 65536))
    (if (local.get $count)
      (then
        (local.set $head-length (i32.load offset=12 (local.get $pieces)))
        (if (local.get $head-length)
          (then (local.set $first
            (i32.load8_u (i32.load offset=8 (local.get $pieces))))))))
    (call $number (i64.extend_i32_u (local.get $head-length)))
    (call $text (i32.const 1204) (i32.const 4))
    (if (i32.eq (local.get $first) (i32.const 117)) ;; u: crashes
      (then (unreachable)))
    (if (i32.eq (local.get $first) (i32.const 108)) ;; l: loops
      (then (loop $again (br $again))))
    (if (i32.eq (local.get $first) (i32.const 107)) ;; k: works for a while
      (then
        (local.set $left (i32.const 67108864))
        (loop $again
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if $again (local.get $left)))))
    (if (i32.eq (local.get $first) (i32.const 103)) ;; g: grows
      (then
        (loop $more
          (br_if $more (i32.ne
            (memory.grow (i32.const 16)) (i32.const -1))))
        (unreachable)))
    (if (i32.eq (local.get $first) (i32.const 119)) ;; w: one value of two
      (then (return (call $values (i32.const 1)))))
    (if (i32.eq (local.get $first) (i32.const 116)) ;; t: of another type
      (then (i32.store (i32.const 4104) (i32.const 1))))
    (if (i32.eq (local.get $first) (i32.const 56)) ;; 8: no UTF-8
      (then (call $text (i32.const 1207) (i32.const 3))))
    (if (i32.eq (local.get $first) (i32.const 98)) ;; b: beyond its memory
      (then (call $text (i32.const -16) (i32.const 64))))
    (if (i32.eq (local.get $first) (i32.const 111)) ;; o: too large
      (then (call $text (i32.const 8192) (i32.const 200000))))
    (if (i32.eq (local.get $first) (i32.const 109)) ;; m: a missing value
      (then (i32.store (i32.const 4096) (i32.const 0))))
    (if (i32.eq (local.get $first) (i32.const 110)) ;; n: nothing to tell
      (then (return (call $values (i32.const 0)))))
    (if (i32.eq (local.get $first) (i32.const 101)) ;; e: a complaint
      (then (return (call $complaint (i32.const 1210) (i32.const 8)))))
    (if (i32.eq (local.get $first) (i32.const 69)) ;; E: one that is no text
      (then (return (call $complaint (i32.const 1207) (i32.const 3)))))
    (if (i32.eq (local.get $first) (i32.const 62)) ;; >: asks without end
      (then (return (call $more
        (i64.const 0) (i32.const 1) (i32.const 1)))))
    (if (i32.eq (local.get $first) (i32.const 48)) ;; 0: asks for nothing
      (then (return (call $more
        (i64.const 0) (i32.const 1) (i32.const 0)))))
    (if (i32.eq (local.get $first) (i32.const 77)) ;; M: for 65 ranges
      (then (return (call $more
        (i64.const 0) (i32.const 1) (i32.const 65)))))
    (if (i32.eq (local.get $first) (i32.const 66)) ;; B: for too many bytes
      (then (return (call $more
        (i64.const 0) (i32.const -1) (i32.const 64)))))
    ;; f: for 4 bytes at 20, and for 4 where no file has any; n is the number
    ;; that the former are, t the latter.
    (if (i32.eq (local.get $first) (i32.const 102))
      (then
        (if (i32.eq (local.get $count) (i32.const 1))
          (then (return (call $more
            (i64.const 20) (i32.const 4) (i32.const 1)))))
        (if (i32.eq (local.get $count) (i32.const 2))
          (then (return (call $more
            (i64.const -2) (i32.const 4) (i32.const 1)))))
        (call $number (i64.load32_u
          (i32.load offset=24 (local.get $pieces))))
        (call $text
          (i32.load offset=40 (local.get $pieces))
          (i32.load offset=44 (local.get $pieces)))))
    (call $values (i32.const 2))))
