;; Gives out memory of which only the first bytes exist.

(func (export "cabi_realloc")
  (param i32 i32 i32 i32) (result i32)
  (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4)))
