//! What components of all shapes take, and those that try to hide it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;

fn count(text: &str) -> Result<Cost, Fault> {
    let bytes = wat::parse_str(text).unwrap();
    let mut census = Census::default();
    for payload in Parser::new(0).parse_all(&bytes) {
        census.take(&payload.unwrap(), &bytes)?;
    }
    Ok(census.total())
}

fn instances(text: &str) -> (u64, u64) {
    let cost = count(text).unwrap();
    (cost.core, cost.components)
}

#[test]
fn what_is_instantiated_is_counted_however_it_is_named() {
    assert_eq!(instances("(component)"), (0, 1));
    // Defined, and not instantiated.
    let module = "(core module $m (global i32 (i32.const 1)))";
    assert_eq!(instances(&format!("(component {module})")), (0, 1));
    let text = format!(
        "(component {module}
            (core instance (instantiate $m))
            (core instance (instantiate $m))
            (component $c
                (alias outer 1 $m (core module $n))
                (core instance (instantiate $n)))
            (component $d
                (alias outer 1 $c (component $e))
                (instance (instantiate $e))
                (instance (instantiate $e)))
            (export $f \"d\" (component $d))
            (instance (instantiate $f))
            (instance (instantiate $d)))"
    );
    assert_eq!(instances(&text), (6, 7));
}

#[test]
fn instances_that_multiply_are_counted_without_being_made() {
    let mut text = String::from("(component (component $c0)");
    for level in 1..20 {
        let below = level - 1;
        let ten = "(instance (instantiate $x))".repeat(10);
        text += &format!(
            "(component $c{level}
                (alias outer 1 $c{below} (component $x)) {ten})"
        );
    }
    text += "(instance (instantiate $c19)))";
    let (_, components) = instances(&text);
    assert!(components > 10_u64.pow(18), "{components}");
}

#[test]
fn each_item_of_an_instance_takes_memory_and_data_takes_time() {
    let bare =
        count("(component (core module $m) (core instance (instantiate $m)))")
            .unwrap();
    let globals = "(global i32 (i32.const 1))".repeat(1000);
    let data = "a".repeat(5000);
    let full = count(&format!(
        "(component (core module $m {globals} (memory 1) (table 9 funcref)
            (func $f) (elem (i32.const 0) $f $f $f)
            (data (i32.const 0) \"{data}\"))
            (core instance (instantiate $m))
            (core instance (instantiate $m)))"
    ))
    .unwrap();
    assert!(full.state > bare.state + 2 * 1000 * 16, "{full:?}");
    assert!((10_000..10_100).contains(&full.copied), "{full:?}");
}

#[test]
fn what_instantiates_something_it_is_given_is_refused() {
    for text in [
        "(component (component
            (import \"m\" (core module $m))
            (core instance (instantiate $m))))",
        "(component (component
            (import \"c\" (component $c))
            (instance (instantiate $c))))",
        "(component
            (component $c (component $d) (export \"d\" (component $d)))
            (instance $i (instantiate $c))
            (alias export $i \"d\" (component $d))
            (instance (instantiate $d)))",
    ] {
        let refused = count(text).unwrap_err();
        assert!(matches!(refused, Fault::Unbounded(_)), "{text}");
    }
}

/// A component with a type in a type, and so on.
fn nested_types(depth: usize, kind: u8) -> Vec<u8> {
    // One type; in all but the last, one declaration, which is a type.
    let mut types = vec![1];
    types.extend([kind, 1, 1].repeat(depth - 1));
    types.extend([kind, 0]);
    section(7, &types)
}

/// A component of one section.
fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.push(id);
    let mut length = contents.len();
    loop {
        let low = u8::try_from(length & 0x7f).unwrap();
        length >>= 7;
        bytes.push(if length == 0 { low } else { low | 0x80 });
        if length == 0 {
            break;
        }
    }
    bytes.extend(contents);
    bytes
}

#[test]
fn types_nested_deep_are_refused_without_a_recursion() {
    for kind in [0x41, 0x42] {
        for (depth, fine) in [(1, true), (60, true), (65, false)] {
            let bytes = nested_types(depth, kind);
            let mut census = Census::default();
            let found = Parser::new(0)
                .parse_all(&bytes)
                .try_for_each(|it| census.take(&it.unwrap(), &bytes));
            assert_eq!(found.is_ok(), fine, "{depth} of {kind:#x}");
        }
    }
}
