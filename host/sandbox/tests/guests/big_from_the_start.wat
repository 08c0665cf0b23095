;; Wants 1 GiB before it does anything.

(memory (export "memory") 16384)
