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
        "columns  mischief.n, a whole number, not negative\n",
        "         mischief.t, text\n",
        "takes    every file: the first 16 bytes\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    // The smoke test has a file that begins with a byte that it crashes on.
    assert_eq!(found.code(), Some(0));
    let found = with_cache().words("plugin check").arg(file("filter")).run();
    let text = String::from_utf8(found.stdout.clone()).unwrap();
    assert!(text.contains("reads    names\n"), "{text}");
    assert_eq!(found.code(), Some(0));
    let found = with_cache().words("plugin check").arg(file("teller")).run();
    let text = String::from_utf8(found.stdout.clone()).unwrap();
    for line in [
        "settings word=hi, a text of at most 64 KiB: What to say\n",
        "takes    files with 504b at 2: the first 4 bytes\n",
        "         make*: nothing of them\n",
        "         files without an extension: the last 2 bytes\n",
        "facts    path, mode\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(found.code(), Some(0), "{}", found.stderr);
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
    let reported = run("extractor", "a.txt --format csv").succeeds().stdout;
    let text = String::from_utf8(reported).unwrap();
    assert!(text.ends_with(",5,fine\n"), "{text}");
    let reported = run("filter", "a.txt x.txt .").succeeds().stdout;
    assert_eq!(reported, b"wanted\ta.txt\nunwanted\tx.txt\nwanted\t.\n");
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
        let why = "sanchay: missing: cannot filter it: No such file";
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
    (data (i32.const 1088)
        "\00\04\00\00\06\00\00\00" "\06\04\00\00\01\00\00\00"
        "\00\00\00\00\00\00\00\00" "\20\04\00\00\01\00\00\00"
        "\80\04\00\00\01\00\00\00" "\01\00\00\00")
    (data (i32.const 1152) "\a0\04\00\00\01\00\00\00"
        "\04\00\00\00\00\04\00\00\00\00\00\00")
    (data (i32.const 1184) "\01\00\00\00\08\04\00\00\04\00\00\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at
            (i32.and (i32.add (global.get $next) (i32.const 7))
                (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    (func (export "sanchay:inspect/extracting@0.1.0#describe") (result i32)
        (i32.const 1088))
    (func (export "sanchay:inspect/extracting@0.1.0#configure")
        (param i32 i32) (result i32)
        (unreachable))
    (func (export "sanchay:inspect/extracting@0.1.0#extract")
        (param $selection i32) (param $size i64)
        (param $has-name i32) (param $name i32) (param $length i32)
        (param i32 i32 i32) (param i32 i64 i32) (param i32 i32)
        (param $pieces i32) (param $count i32) (result i32)
        (local $got i32)
        (global.set $next (i32.const 65536))
        (local.set $got (i32.load offset=12 (local.get $pieces)))
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
        (i32.store (i32.const 2052) (i32.const 0))
        (i32.store (i32.const 2056) (i32.const 4096))
        (i32.store (i32.const 2060) (i32.const 0))
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
    // For one that takes only empty files, the message names the size.
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
    assert!(tree.path("mine/wit/matching.wit").is_file());
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
fn every_language_has_a_template_of_each_world_with_all_interfaces() {
    let tree = Tree::new();
    let files =
        fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"));
    let count = files.unwrap().count();
    let program = || sanchay().within(tree.root());
    for (language, file) in [
        ("rust", "src/lib.rs"),
        ("c", "Makefile"),
        ("javascript", "plugin.js"),
        ("python", "plugin.py"),
    ] {
        for world in ["filter", "extractor"] {
            let words = format!(
                "plugin new --language {language} --world {world} \
                 {language}-{world}"
            );
            program().words(&words).run().exits(0);
            let folder = tree.path(format!("{language}-{world}").as_str());
            assert!(folder.join(file).is_file(), "{words}");
            let wit = fs::read_dir(folder.join("wit")).unwrap().count();
            assert_eq!(wit, count, "{words}");
        }
    }
    program().words("plugin wit interfaces").run().exits(0);
    assert_eq!(fs::read_dir(tree.path("interfaces")).unwrap().count(), count);
    let again = program().words("plugin wit interfaces").run();
    assert_eq!(again.code(), Some(2));
}

/// A filter by a compiler that knows no WIT: it wants nothing.
const PLAIN: &str = r#"(module
    (memory (export "memory") 64)
    (data (i32.const 1024) "plain1")
    (data (i32.const 1040)
        "\00\04\00\00\05\00\00\00" "\05\04\00\00\01\00\00\00"
        "\00\00\00\00\00\00\00\00" "\00\00\00\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 65536))
    (func (export "sanchay:inspect/matching@0.1.0#describe") (result i32)
        (i32.const 1040))
    (func (export "sanchay:inspect/matching@0.1.0#configure")
        (param i32 i32) (result i32)
        (unreachable))
    (func (export "sanchay:inspect/matching@0.1.0#select")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
        (result i32)
        (i32.const 2048)))"#;

#[test]
fn pack_makes_a_component_and_says_why_it_cannot() {
    let tree = Tree::new();
    tree.file("empty.wasm", wat("(module)"));
    tree.file("plain.wasm", wat(PLAIN));
    let pack = |words: &str| {
        sanchay().within(tree.root()).words("plugin pack").words(words).run()
    };
    let packed = pack("plain.wasm --world filter -o component.wasm");
    assert_eq!(packed.code(), Some(0), "{}", packed.stderr);
    let component = fs::read(tree.path("component.wasm")).unwrap();
    assert_eq!(component[..8], *b"\0asm\x0d\0\x01\0");
    let program = with_cache().within(tree.root());
    let checked = program.words("plugin check component.wasm").run();
    assert!(checked.succeeds().text().starts_with("name     plain\n"));
    let over = pack("plain.wasm --world filter");
    assert_eq!(over.code(), Some(2));
    assert_eq!(fs::read(tree.path("plain.wasm")).unwrap(), wat(PLAIN));
    tree.file("noise.wasm", "noise");
    for (words, why) in [
        ("noise.wasm", "it is no WebAssembly module"),
        ("component.wasm", "it is a component already"),
        // Without a world, a module would be a component without exports.
        ("empty.wasm", "--world filter or --world extractor tells it"),
        ("plain.wasm", "--world filter or --world extractor tells it"),
        ("empty.wasm --world filter", "matching"),
        ("plain.wasm --world extractor", "extracting"),
    ] {
        let refused = pack(&format!("{words} -o x.wasm"));
        assert_eq!(refused.code(), Some(2), "{words}");
        let errors = &refused.stderr;
        assert!(
            errors.contains("cannot make a component from it"),
            "{errors}"
        );
        assert!(errors.contains(why), "{words}: {errors}");
        assert!(!tree.path("x.wasm").exists(), "{words}");
    }
}

#[test]
fn a_plugin_is_pinned_named_and_set_where_it_is_named() {
    let tree = Tree::new();
    tree.file("d/README", "hello");
    tree.file("d/x.zip", "..PK");
    fs::copy(file("teller"), tree.path("a,b.wasm")).unwrap();
    let run =
        |words: &str| with_cache().within(tree.root()).words(words).run();
    let digest = |path: &str| {
        let hashed = run(&format!("hash -a sha256 {path}")).succeeds();
        hashed.text().split(' ').next().unwrap().to_owned()
    };
    let right = digest("a,b.wasm");
    let words = format!(
        "scan d --format ndjson \
         --plugin a,,b.wasm@sha256:{right},name=say,word=x=y,,z"
    );
    let objects = records::ndjson(&run(&words).succeeds().stdout);
    let readme = objects.iter().find(|it| it["path"] == "d/README").unwrap();
    assert_eq!(readme["say.word"], "x=y,z");
    assert_eq!(readme["say.path"], "UkVBRE1F");
    assert_eq!(readme["say.kind"], 2);
    let mode = readme["say.mode"].as_u64().unwrap();
    assert_eq!(mode & 0o170_000, 0o100_000, "{mode:o}");
    // In base64: README, and e/TWIN below.
    // The same in hash and dupes, and of a file that is named.
    let hashed = run("hash d --format ndjson --plugin a,,b.wasm").succeeds();
    let objects = records::ndjson(&hashed.stdout);
    assert_eq!(objects.len(), 2);
    assert!(objects.iter().any(|it| it["teller.path"] == "UkVBRE1F"));
    let named = run("hash d/README --format ndjson --plugin a,,b.wasm");
    let objects = records::ndjson(&named.succeeds().stdout);
    assert_eq!(objects[0]["teller.path"], "UkVBRE1F");
    let run_once = run("plugin run a,,b.wasm,word=w d/README");
    assert!(run_once.succeeds().text().contains("\tw\t"));
    tree.file("d/e/TWIN", "hello");
    let twins = run("dupes d --format ndjson --plugin a,,b.wasm");
    let groups = records::ndjson(&twins.stdout);
    let files = groups[0]["files"].as_array().unwrap();
    let paths: Vec<_> = files.iter().map(|it| &it["teller.path"]).collect();
    assert_eq!(paths, ["UkVBRE1F", "ZS9UV0lO"]);
    let wrong = "0".repeat(64);
    for (spec, why) in [
        (
            format!("a,,b.wasm@sha256:{wrong}"),
            format!("its SHA-256 is {right}"),
        ),
        ("a,,b.wasm@sha256:12".into(), "64 hexadecimal digits".into()),
        ("a,b.wasm".into(), "is not a setting".into()),
        ("a,,b.wasm,word=".into(), "no word".into()),
        ("a,,b.wasm,wort=x".into(), "no setting \"wort\"".into()),
        ("a,,b.wasm,word=x,word=y".into(), "word is set twice".into()),
    ] {
        let refused = run(&format!("scan d --plugin {spec}"));
        assert_eq!(refused.code(), Some(2), "{spec}");
        assert!(refused.stderr.contains(&why), "{spec}: {}", refused.stderr);
    }
}
