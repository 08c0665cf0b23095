;; A whole component that offers nothing.

(component)
