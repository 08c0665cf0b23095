;; Has a second memory beside the one that is allowed.

(memory $spare 1)
