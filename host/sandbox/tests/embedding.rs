//! The example of embedding (`examples/rust`), which has the component and its
//! WIT and nothing of this crate. `cargo test` builds it; with `--test
//! embedding` alone, `cargo build -p sanchay-sandbox --examples` does.
#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::{env, fs};

use sanchay_sandbox::component;
use sanchay_testkit::{Program, Tree, digest};

/// The example, given the component in a tree.
fn embed(tree: &Tree) -> Program {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let path = profile.join("examples/embed");
    assert!(
        path.is_file(),
        "{} is not there: cargo build -p sanchay-sandbox --examples",
        path.display(),
    );
    fs::write(tree.path("inspector.wasm"), component::bytes()).unwrap();
    Program::new(path).within(tree.root()).arg("inspector.wasm")
}

#[test]
fn who_has_the_component_and_its_wit_alone_gets_digests_from_it() {
    let tree = Tree::new();
    let mut expected = String::new();
    // None, a few bytes, a piece, and several.
    for size in [0_u32, 3, 1 << 20, 3_000_001] {
        let content: Vec<u8> =
            (0..size).map(|at| (at / 5).to_le_bytes()[0]).collect();
        let name = size.to_string();
        expected +=
            &format!("{}  {name}\n", digest::digest("sha256", &content));
        tree.file(name, content);
    }
    let names = ["0", "3", "1048576", "3000001"];
    let finished = embed(&tree).args(names).run().succeeds();
    assert_eq!(finished.text(), expected);
}

#[test]
fn the_example_says_what_is_wrong() {
    let tree = Tree::new();
    let finished = embed(&tree).arg("gone").run().exits(1);
    assert!(finished.stderr.contains("No such file"), "{}", finished.stderr);
}
