//! `sanchay component`: what the program carries is what it says.

use std::collections::BTreeSet;
use std::fs;

use sanchay_testkit::{Finished, Tree, digest::digest};
use wit_component::DecodedWasm;

use crate::sanchay;

fn component(tree: &Tree, words: &str) -> Finished {
    let program = sanchay().within(tree.root()).arg("component");
    program.words(words).run().succeeds()
}

/// The value of a line of the description.
#[track_caller]
fn lines_under<'a>(description: &'a str, heading: &str) -> Vec<&'a str> {
    let mut lines = description.lines();
    let first = lines
        .find_map(|line| line.strip_prefix(heading))
        .unwrap_or_else(|| panic!("nothing is said of {heading}"));
    let more = lines.take_while(|line| line.starts_with("  "));
    [first].into_iter().chain(more).map(str::trim).collect()
}

#[test]
fn the_component_that_is_written_out_imports_nothing() {
    let tree = Tree::new();
    assert_eq!(component(&tree, "-o inspector.wasm").stdout, b"");
    let bytes = fs::read(tree.path("inspector.wasm")).unwrap();
    assert!(bytes.len() < 1536 << 10, "{} bytes", bytes.len());
    let DecodedWasm::Component(resolve, world) =
        wit_component::decode(&bytes).unwrap()
    else {
        panic!("this is a package, not a component");
    };
    let world = &resolve.worlds[world];
    assert!(world.imports.is_empty(), "{:?}", world.imports.keys());
    let mut names: Vec<_> =
        world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    names.sort();
    let expected = [
        "attaching",
        "batches",
        "checklists",
        "classifying",
        "filtering",
        "hashing",
        "keeping",
        "naming",
        "planning",
        "resembling",
        "trees",
        "types",
    ]
    .map(|name| format!("sanchay:inspect/{name}@0.1.0"));
    assert_eq!(names, expected);

    let description = component(&tree, "");
    let description = description.text();
    let size = format!("{} bytes", bytes.len());
    assert_eq!(lines_under(description, "size"), [size]);
    assert_eq!(
        lines_under(description, "sha-256"),
        [digest("sha256", &bytes)]
    );
    assert_eq!(lines_under(description, "imports"), ["none"]);
    let mut exports = lines_under(description, "exports");
    exports.sort_unstable();
    assert_eq!(exports, expected);
}

#[test]
fn the_world_that_is_printed_is_wit_and_that_of_the_component() {
    let tree = Tree::new();
    let printed = component(&tree, "--wit");
    let text = printed.text();
    assert!(text.contains("package sanchay:inspect@0.1.0"), "{text}");
    let words = |line: &str| line.trim_start().starts_with("import ");
    assert!(!text.lines().any(words), "{text}");
    let _ = component(&tree, "-o c.wasm");
    let bytes = fs::read(tree.path("c.wasm")).unwrap();
    let decoded = wit_component::decode(&bytes).unwrap();
    let mut parsed = same_kind(decoded.resolve());
    parsed.push_str("printed.wit", text).unwrap();
    let mut interfaces: Vec<_> = parsed
        .interfaces
        .iter()
        .filter_map(|(_, interface)| interface.name.clone())
        .collect();
    interfaces.sort();
    let expected = [
        "attaching",
        "batches",
        "checklists",
        "classifying",
        "filtering",
        "hashing",
        "keeping",
        "naming",
        "planning",
        "resembling",
        "trees",
        "types",
    ];
    assert_eq!(interfaces, expected);
    for (_, interface) in &parsed.interfaces {
        let name = interface.name.as_deref();
        let own = decoded.resolve().interfaces.iter();
        let own = own.map(|it| it.1).find(|it| it.name.as_deref() == name);
        let functions: BTreeSet<_> = interface.functions.keys().collect();
        let expected: BTreeSet<_> = own.unwrap().functions.keys().collect();
        assert_eq!(functions, expected, "{name:?}");
    }
}

/// An empty one of what the parser makes, whose crate this one does not name.
fn same_kind<T: Default>(_: &T) -> T {
    T::default()
}

#[test]
fn a_component_that_cannot_be_written_is_a_failure() {
    let tree = Tree::new();
    let program = sanchay().within(tree.root());
    let finished = program.words("component -o no/such/file").run().exits(2);
    let complaint = finished.complaints()[0];
    assert!(complaint.starts_with("no/such/file: "), "{complaint}");
}
