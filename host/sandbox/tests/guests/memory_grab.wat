;; Takes all the memory it can get and writes to it; when provoked with "!"
;; it then gives up, otherwise it goes on as if nothing were.

(func (export "sanchay:inspect/hashing@0.1.0#digest")
  (param i32 i32 i32) (result i32)
  (loop $more
    (if (i32.ne (memory.grow (i32.const 16)) (i32.const -1))
      (then
        (memory.fill
          (i32.shl (i32.sub (memory.size) (i32.const 16)) (i32.const 16))
          (i32.const 7)
          (i32.const 1048576))
        (br $more))))
  (if (call $provoked (local.get 1)) (then (unreachable)))
  (call $list (i32.const 1024) (i32.const 8)))
