//! The examples of embedding (`examples/`): small programs for others to begin
//! with, which must do what their first lines say.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sanchay_testkit::{Program, Tree};

use crate::{command, host, native, python};

/// One of the examples.
pub(crate) fn example(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("examples").join(name)
}

/// Files of sizes that are less than a piece, a piece, and more.
fn files(tree: &Tree) -> Vec<String> {
    let sizes = [0_u32, 1, 65_536, 200_000];
    let names = sizes.iter().map(|size| {
        let content: Vec<u8> =
            (0..*size).map(|at| (at / 7).to_le_bytes()[0]).collect();
        let name = format!("d/{size:0>6}");
        tree.file(&name, content);
        name
    });
    names.collect()
}

/// The list that the native program makes of files.
fn expected(tree: &Tree, algorithm: &str, files: &[String]) -> String {
    let program = native().within(tree.root()).words("hash -a").arg(algorithm);
    program.args(files).run().succeeds().text().to_owned()
}

fn text(output: &Output) -> &str {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn the_example_in_python_prints_the_digests_of_the_native_program() {
    let Some(python) = python::python() else { return };
    let tree = Tree::new();
    let files = files(&tree);
    let component = python::inspector(&tree);
    for (name, native) in [("sha256", "sha256"), ("xxh3-bits128", "xxh3-128")]
    {
        let mut run = Command::new(&python);
        run.current_dir(tree.root()).arg("-B");
        run.arg(example("python/digest.py")).arg(&component).arg(name);
        let output = run.args(&files).output().unwrap();
        assert_eq!(text(&output), expected(&tree, native, &files));
    }
}

#[test]
fn the_example_in_javascript_prints_the_digests_of_the_native_program() {
    let Some(jco) = host::jco_program() else { return };
    let tree = Tree::new();
    let files = files(&tree);
    let component = python::inspector(&tree);
    let mut transpile = Command::new(jco);
    transpile.arg("transpile").arg(component).args(["--quiet", "-o"]);
    text(&transpile.arg(tree.path("js")).output().unwrap());
    let mut run = Command::new(host::node());
    run.current_dir(tree.root()).arg(example("node/digest.mjs"));
    run.args(["js/inspector.js", "xxh3-bits128"]).args(&files);
    let output = run.output().unwrap();
    assert_eq!(text(&output), expected(&tree, "xxh3-128", &files));
}

/// The command under Python's `wasmtime`, given a folder as `/data`.
fn under_python(python: &Path, folder: &Path) -> Program {
    Program::new(python)
        .arg("-B")
        .arg(example("python/wasi.py"))
        .arg(&command::built().path)
        .args(["--dir", &format!("{}::/data", folder.display())])
}

#[test]
fn the_command_under_python_answers_as_the_native_program_does() {
    let Some(python) = python::python() else { return };
    let tree = Tree::new();
    files(&tree);
    tree.file("d/again", "");
    for words in [
        "hash -a sha256 d",
        "hash --format ndjson --partial=1k d",
        "scan --count d",
        "dupes --min-size 0 d",
        "scan gone",
    ] {
        let expected = native().within(tree.root()).words(words).run();
        // The native program is asked about `d`, the other about `/data/d`.
        let inside = words.replace(" d", " /data/d");
        let inside = inside.replace(" gone", " /data/gone");
        let found = under_python(&python, tree.root()).words(&inside).run();
        assert_eq!(found.code(), expected.code(), "{}", found.stderr);
        assert_eq!(found.text().replace("/data/d", "d"), expected.text());
    }
}

#[test]
fn the_command_under_python_writes_nothing_into_the_folder_that_it_sees() {
    let Some(python) = python::python() else { return };
    let tree = Tree::new();
    files(&tree);
    let program = under_python(&python, tree.root());
    let finished = program.words("hash /data/d -o /data/list").run().exits(2);
    assert!(finished.stderr.contains("/data/list"), "{}", finished.stderr);
    assert!(!tree.path("list").exists());
}
