//! `sanchay plugin`: making, packing, checking and trying plugins.

use std::fs;

use sanchay_testkit::{Tree, plugin, records};
use serde_json::{Value, json};

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
fn the_help_names_the_module_that_the_template_makes() {
    let tree = Tree::new();
    let program = sanchay().within(tree.root());
    assert_eq!(program.words("plugin new my-filter").run().code(), Some(0));
    let manifest = tree.path("my-filter/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let (_, library) = manifest.split_once("[lib]").unwrap();
    let name = library.split('"').nth(1).unwrap();
    let help = sanchay().words("plugin --help").run().succeeds();
    let module = format!("release/{name}.wasm\n");
    assert!(help.text().contains(&module), "{}", help.text());
}

#[test]
fn verdicts_of_a_filter_have_every_format() {
    let tree = Tree::new();
    tree.file("a,b", "");
    tree.file("x", "");
    let run = |format: &str| {
        let program = with_cache().within(tree.root()).words("plugin run");
        let program = program.arg(file("filter")).words("a,b x missing");
        let finished = program.args(["--format", format]).run();
        assert_eq!(finished.code(), Some(3), "{format}");
        let why = "sanchay: missing: cannot judge it: No such file";
        assert!(finished.stderr.starts_with(why), "{}", finished.stderr);
        finished.stdout
    };
    let said = |objects: Vec<Value>| {
        let pair = |it: &Value| json!([it["path"], it["verdict"]]);
        objects.iter().map(pair).collect::<Vec<_>>()
    };
    let expected = [json!(["a,b", "wanted"]), json!(["x", "unwanted"])];
    assert_eq!(said(records::ndjson(&run("ndjson"))), expected);
    assert_eq!(said(records::json(&run("json"))), expected);
    let table = records::csv(&run("csv"));
    assert_eq!(table.paths(), [&b"a,b"[..], b"x"]);
    assert_eq!(table.column("verdict"), ["wanted", "unwanted"]);
    assert_eq!(run("text"), b"wanted\ta,b\nunwanted\tx\n");
}

/// An extractor of all of files of at most 1024 bytes whose names end in
/// `.txt`, which crashes on every other, and where what it got is not all.
const STRICT: &str = r#"(module
    (memory (export "memory") 2)
    (global $next (mut i32) (i32.const 65536))
    (data (i32.const 1024) "strict1n.TXT")
    (data (i32.const 1056) "\07\04\00\00\01\00\00\00\02\00\00\00")
    (data (i32.const 1072) "\08\04\00\00\04\00\00\00")
    (data (i32.const 1088)
        "\00\04\00\00\06\00\00\00" "\06\04\00\00\01\00\00\00"
        "\20\04\00\00\01\00\00\00" "\30\04\00\00\01\00\00\00"
        "\04\00\00\00\00\04\00\00\00\00\00\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (global.get $next))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    (func (export "sanchay:inspect/extracting@0.1.0#describe") (result i32)
        (i32.const 1088))
    (func (export "sanchay:inspect/extracting@0.1.0#extract")
        (param $name i32) (param $length i32) (param $size i64)
        (param $seconds i64) (param $nanoseconds i32)
        (param $head i32) (param $got i32)
        (param $tail i32) (param $none i32) (result i32)
        (global.set $next (i32.const 65536))
        (if (i64.gt_u (local.get $size) (i64.const 1024))
            (then (unreachable)))
        (if (i64.ne (local.get $size) (i64.extend_i32_u (local.get $got)))
            (then (unreachable)))
        (if (i32.or (i32.le_u (local.get $length) (i32.const 4))
                (i32.gt_u (local.get $length) (i32.const 255)))
            (then (unreachable)))
        ;; .txt
        (if (i32.ne (i32.const 0x7478742e) (i32.load align=1
                (i32.sub (i32.add (local.get $name) (local.get $length))
                    (i32.const 4))))
            (then (unreachable)))
        (i32.store (i32.const 2048) (i32.const 0))
        (i32.store (i32.const 2052) (i32.const 4096))
        (i32.store (i32.const 2056) (i32.const 0))
        (i32.const 2048)))"#;

#[test]
fn check_asks_an_extractor_only_what_the_host_would() {
    let tree = Tree::new();
    let check = |name: &str, module: &str| {
        let component = plugin::component("extractor-plugin", module);
        fs::write(tree.path(name), component).unwrap();
        let program = with_cache().within(tree.root());
        program.words("plugin check").arg(name).run()
    };
    let fine = check("strict.wasm", STRICT);
    assert_eq!(fine.code(), Some(0), "{}", fine.stderr);
    // One that takes only empty files is told which size it crashed on.
    let empty = STRICT.replace("(i64.const 1024)", "(i64.const 0)");
    let found = check("empty.wasm", &empty);
    assert_eq!(found.code(), Some(1));
    let all = &found.stderr;
    assert!(all.contains("a file called a.txt, of 1 bytes: "), "{all}");
    assert!(all.contains(", of 1024 bytes: "), "{all}");
    assert!(!all.contains(", of 0 bytes: "), "{all}");
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
