//! The templates in JavaScript and Python: each builds with the tools that its
//! README.md names, passes its own tests, and is a plugin that works.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use sanchay_testkit::{Program, Tree, records};

use crate::plugins::with_cache;

/// A tool, on the path or where `./x` installs it; says where there is none.
fn tool(name: &str, folder: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools");
    let path = env::var_os("PATH").unwrap_or_default();
    let found = std::iter::once(tools.join(folder))
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|it| it.is_file());
    if found.is_none() {
        // Not by a macro: what those print is shown of failed tests alone.
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: {name} is not installed: its template is not built"
        );
    }
    found
}

/// Runs a tool in a folder. It must succeed.
fn must(program: impl AsRef<Path>, words: &str, folder: &Path) {
    let output = Command::new(program.as_ref())
        .args(words.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{} {words}: {}{}",
        program.as_ref().display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

/// The program in a tree. Compiling Python takes a while.
fn program(tree: &Tree) -> Program {
    with_cache().within(tree.root()).limit(Duration::from_secs(1200))
}

/// A new plugin in a folder of the tree.
fn new(tree: &Tree, language: &str, world: &str) -> PathBuf {
    let words =
        format!("plugin new --language {language} --world {world} {world}");
    program(tree).words(&words).run().exits(0);
    tree.path(world)
}

/// What every filter of the templates does.
fn filters(tree: &Tree, component: &str) {
    tree.file("files/~a", "");
    tree.file("files/b", "");
    let limits =
        "--plugin-time 10s --plugin-memory 256MiB --plugin-compile-time 10m";
    let words = format!("plugin check {limits} {component}");
    program(tree).words(&words).run().succeeds();
    for (settings, left) in
        [("", &b"files/b\0"[..]), (",prefix=b", b"files/~a\0")]
    {
        let words =
            format!("scan -0 files {limits} --plugin {component}{settings}");
        let found = program(tree).words(&words).run().succeeds();
        assert_eq!(found.stdout, left, "{settings}");
    }
    let words = format!("scan -0 files {limits} --plugin {component},prefix=");
    let refused = program(tree).words(&words).run();
    assert_eq!(refused.code(), Some(2));
    let why = "the prefix is empty: no file would be left";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}

/// The value of a column for the only file of a folder.
fn value(tree: &Tree, component: &str, column: &str) -> serde_json::Value {
    let limits =
        "--plugin-time 10s --plugin-memory 256MiB --plugin-compile-time 10m";
    let words = format!("plugin check {limits} {component}");
    program(tree).words(&words).run().succeeds();
    let words = format!(
        "scan files --format ndjson {limits} --plugin {component},name=p"
    );
    let found = program(tree).words(&words).run().succeeds();
    records::ndjson(&found.stdout)[0][format!("p.{column}")].clone()
}

#[test]
fn the_templates_in_javascript_build_and_work() {
    let Some(tool) = tool("componentize-qjs", "node/node_modules/.bin") else {
        return;
    };
    let tree = Tree::new();
    for world in ["filter", "extractor"] {
        let folder = new(&tree, "javascript", world);
        let manifest = fs::read_to_string(folder.join("package.json"));
        let manifest: serde_json::Value =
            serde_json::from_str(&manifest.unwrap()).unwrap();
        let build = manifest["scripts"]["build"].as_str().unwrap();
        let (name, words) = build.split_once(' ').unwrap();
        assert_eq!(name, "componentize-qjs");
        must("node", "--test", &folder);
        must(&tool, words, &folder);
    }
    filters(&tree, "filter/filter.wasm");
    let tree_of_text = Tree::new();
    fs::copy(
        tree.path("extractor/extractor.wasm"),
        tree_of_text.path("e.wasm"),
    )
    .unwrap();
    // Longer than what is read at first.
    let line = "x".repeat(300);
    tree_of_text.file("files/README", format!("{line}\nmore"));
    let reported = value(&tree_of_text, "e.wasm", "first-line");
    assert_eq!(reported, line.as_str());
}

#[test]
fn the_templates_in_python_build_and_work() {
    let Some(tool) = tool("componentize-py", "python-venv/bin") else {
        return;
    };
    let tree = Tree::new();
    for world in ["filter", "extractor"] {
        let folder = new(&tree, "python", world);
        let of = format!("-q -d wit -w {world}-plugin");
        must(&tool, &format!("{of} bindings ."), &folder);
        must("python3", "-m unittest test_plugin", &folder);
        let words =
            format!("{of} componentize --stub-wasi plugin -o {world}.wasm");
        must(&tool, &words, &folder);
    }
    filters(&tree, "filter/filter.wasm");
    let table = Tree::new();
    fs::copy(tree.path("extractor/extractor.wasm"), table.path("e.wasm"))
        .unwrap();
    let header = format!("a,{}", "b".repeat(5000));
    table.file("files/x.csv", format!("{header}\n1,2\n"));
    assert_eq!(value(&table, "e.wasm", "fields"), 2);
}
