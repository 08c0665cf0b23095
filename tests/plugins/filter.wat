;; A filter that wants what does not begin with "x", and does mischief where a
;; name begins with "!": what the second byte says.

(module
  (memory (export "memory") 8)
  (global $next (mut i32) (i32.const 65536))

  (data (i32.const 1024) "pick0.1")
  ;; The description: name, version, no settings, without metadata.
  (data (i32.const 1088)
    "\00\04\00\00\04\00\00\00"
    "\04\04\00\00\03\00\00\00"
    "\00\00\00\00\00\00\00\00"
    "\00\00\00\00")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $address i32)
    (local.set $address
      (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $address) (local.get 3)))
    (if (i32.gt_u (global.get $next) (i32.const 500000))
      (then (unreachable)))
    (local.get $address))

  (func (export "sanchay:inspect/matching@0.1.0#describe") (result i32)
    (i32.const 1088))

  ;; There are no settings.
  (func (export "sanchay:inspect/matching@0.1.0#configure")
    (param i32 i32) (result i32)
    (unreachable))

  ;; The indices of what is wanted come to lie at 8192; the batch lies behind
  ;; them.
  (func (export "sanchay:inspect/matching@0.1.0#select")
    (param $directory i32) (param $directory-length i32)
    (param $names i32) (param $names-length i32)
    (param $ends i32) (param $count i32)
    (param $kinds i32) (param $kinds-length i32)
    (param $has i32) (param $sizes i32) (param $sizes-length i32)
    (param $times i32) (param $times-length i32) (result i32)
    (local $index i32) (local $start i32) (local $byte i32)
    (local $wanted i32)
    (global.set $next (i32.const 65536))
    (loop $each
      (if (i32.lt_u (local.get $index) (local.get $count))
        (then
          (local.set $byte (i32.load8_u
            (i32.add (local.get $names) (local.get $start))))
          (if (i32.eq (local.get $byte) (i32.const 33))
            (then
              (local.set $byte (i32.load8_u offset=1
                (i32.add (local.get $names) (local.get $start))))
              (if (i32.eq (local.get $byte) (i32.const 117)) ;; u
                (then (unreachable)))
              (if (i32.eq (local.get $byte) (i32.const 108)) ;; l
                (then (loop $again (br $again))))
              (if (i32.eq (local.get $byte) (i32.const 115)) ;; s: twice
                (then (call $want (local.get $index) (local.get $wanted))
                  (local.set $wanted
                    (i32.add (local.get $wanted) (i32.const 1)))))
              (if (i32.eq (local.get $byte) (i32.const 98)) ;; b: beyond
                (then (call $want (local.get $count) (local.get $wanted))
                  (local.set $wanted
                    (i32.add (local.get $wanted) (i32.const 1)))))))
          (if (i32.ne (local.get $byte) (i32.const 120))
            (then
              (call $want (local.get $index) (local.get $wanted))
              (local.set $wanted
                (i32.add (local.get $wanted) (i32.const 1)))))
          (local.set $start (i32.load
            (i32.add (local.get $ends)
              (i32.shl (local.get $index) (i32.const 2)))))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each))))
    (i32.store (i32.const 2048) (i32.const 8192))
    (i32.store (i32.const 2052) (local.get $wanted))
    (i32.const 2048))

  (func $want (param $index i32) (param $place i32)
    (i32.store
      (i32.add (i32.const 8192)
        (i32.shl (local.get $place) (i32.const 2)))
      (local.get $index))))
