;; Gives out memory that is not aligned where alignment is asked for.

(func (export "cabi_realloc")
  (param i32 i32 i32 i32) (result i32)
  (i32.const 4097))
