;; What every guest of these tests begins with: the resources it exports and
;; two ways to return a list.

(import "[export]sanchay:inspect/hashing@0.1.0" "[resource-new]hasher"
  (func $new-hasher (param i32) (result i32)))
(import "[export]sanchay:inspect/filtering@0.1.0" "[resource-new]filter"
  (func $new-filter (param i32) (result i32)))
(import "[export]sanchay:inspect/filtering@0.1.0"
  "[resource-new]ignore-rules"
  (func $new-rules (param i32) (result i32)))
(import "[export]sanchay:inspect/naming@0.1.0" "[resource-new]namer"
  (func $new-namer (param i32) (result i32)))
(import "[export]sanchay:inspect/planning@0.1.0" "[resource-new]plan-reader"
  (func $new-plan-reader (param i32) (result i32)))
(import "[export]sanchay:inspect/resembling@0.1.0" "[resource-new]sketcher"
  (func $new-sketcher (param i32) (result i32)))
(import "[export]sanchay:inspect/resembling@0.1.0" "[resource-new]collector"
  (func $new-collector (param i32) (result i32)))
(import "[export]sanchay:inspect/attaching@0.1.0"
  "[resource-new]manifest-reader"
  (func $new-manifest-reader (param i32) (result i32)))

;; A list of LENGTH elements at ADDRESS.
(func $list (param $address i32) (param $length i32) (result i32)
  (i32.store (i32.const 16) (local.get $address))
  (i32.store (i32.const 20) (local.get $length))
  (i32.const 16))

;; The same, as the good case of a result.
(func $ok-list (param $address i32) (param $length i32) (result i32)
  (i32.store (i32.const 16) (i32.const 0))
  (i32.store (i32.const 20) (local.get $address))
  (i32.store (i32.const 24) (local.get $length))
  (i32.const 16))

;; Whether the data at ADDRESS asks for mischief: it begins with "!".
(func $provoked (param $address i32) (result i32)
  (i32.eq (i32.load8_u (local.get $address)) (i32.const 33)))
