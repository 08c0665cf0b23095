//! `sanchay plugin`: making, packing, checking and trying plugins.

use std::fs;

use sanchay_testkit::Tree;

use crate::{
    plugins::{file, with_cache},
    sanchay,
};

#[test]
fn check_tells_what_a_plugin_is_and_whether_it_can_be_used() {
    let found =
        with_cache().words("plugin check").arg(file("extractor")).run();
    let text = String::from_utf8(found.stdout.clone()).unwrap();
    for line in [
        "name     mischief\n",
        "version  0.1\n",
        "world    extractor-plugin\n",
        "columns  plugin.n, a whole number, not negative\n",
        "         plugin.t, text\n",
        "reads    the first 16 bytes\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    // The trials have a file that begins with a byte that it crashes on.
    assert_eq!(found.code(), Some(0));
    let found = with_cache().words("plugin check").arg(file("filter")).run();
    let text = String::from_utf8(found.stdout.clone()).unwrap();
    assert!(text.contains("reads    names\n"), "{text}");
    assert_eq!(found.code(), Some(0));
    let tree = Tree::new();
    let refused = tree.file("import.wat", "");
    fs::write(
        &refused,
        wat(r#"(component (import "wasi:random/random@0.2.0"
                (instance (export "f" (func)))))"#),
    )
    .unwrap();
    let found = with_cache().words("plugin check").arg(&refused).run();
    assert_eq!(found.code(), Some(1));
    let errors = found.stderr.clone();
    assert!(errors.contains("it imports wasi:random/random@0.2.0"));
}

/// A component, of its text.
fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn run_tries_a_plugin_on_files() {
    let tree = Tree::new();
    tree.file("a.txt", "hello");
    tree.file("x.txt", "crash");
    let run = |plugin: &str, words: &str| {
        with_cache()
            .within(tree.root())
            .words("plugin run")
            .arg(file(plugin))
            .words(words)
            .run()
    };
    let told = run("extractor", "a.txt --format csv").succeeds().stdout;
    let text = String::from_utf8(told).unwrap();
    assert!(text.ends_with(",5,fine\n"), "{text}");
    let told = run("filter", "a.txt x.txt .").succeeds().stdout;
    assert_eq!(told, b"wanted\ta.txt\nunwanted\tx.txt\nwanted\t.\n");
    assert_eq!(run("filter", "missing").code(), Some(2));
    assert_eq!(run("filter", "missing a.txt").code(), Some(3));
    assert_eq!(run("extractor", "missing").code(), Some(2));
}

#[test]
fn new_writes_a_project_and_never_over_anything() {
    let tree = Tree::new();
    let new = |words: &str| {
        sanchay().within(tree.root()).words("plugin new").words(words).run()
    };
    assert_eq!(new("mine").code(), Some(0));
    let manifest = fs::read_to_string(tree.path("mine/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"mine\""));
    assert!(tree.path("mine/wit/judging.wit").is_file());
    assert_eq!(new("--language c --world extractor theirs").code(), Some(0));
    assert!(tree.path("theirs/extractor.c").is_file());
    let again = new("mine");
    assert_eq!(again.code(), Some(2));
    let kept = fs::read_to_string(tree.path("mine/Cargo.toml")).unwrap();
    assert_eq!(kept, manifest);
    fs::create_dir(tree.path("empty")).unwrap();
    assert_eq!(new("empty").code(), Some(0));
    assert_eq!(new("2nd").code(), Some(2));
}

#[test]
fn pack_makes_a_component_and_says_why_it_cannot() {
    let tree = Tree::new();
    // Without a world in it, a module becomes a component without exports.
    tree.file("core.wasm", wat("(module)"));
    let pack = |words: &str| {
        sanchay().within(tree.root()).words("plugin pack").words(words).run()
    };
    assert_eq!(pack("core.wasm -o component.wasm").code(), Some(0));
    let component = fs::read(tree.path("component.wasm")).unwrap();
    assert_eq!(component[..8], *b"\0asm\x0d\0\x01\0");
    let over = pack("core.wasm");
    assert_eq!(over.code(), Some(2));
    assert_eq!(fs::read(tree.path("core.wasm")).unwrap(), wat("(module)"));
    tree.file("noise.wasm", "noise");
    let refused = pack("noise.wasm -o x.wasm");
    assert_eq!(refused.code(), Some(2));
    let errors = refused.stderr.clone();
    assert!(errors.contains("cannot make a component of it"), "{errors}");
    assert!(!tree.path("x.wasm").exists());
}
