//! Plugins in Python, made by componentize-py of what `plugins/README.md`
//! shows: a whole CPython in the sandbox.
//!
//! Compiling them takes minutes without optimisation, so that these tests have
//! a recipe of their own: `just python-plugins`.

use std::{fs, path::PathBuf, process::Command};

use sanchay_testkit::{Tree, records};
use serde_json::json;

use crate::plugins::with_cache;

/// A filter. The README shows an extractor.
const FILTER: &str = "\
from wit_world import exports
from wit_world.exports.matching import Batch, Description


class Matching(exports.Matching):
    def describe(self):
        return Description(name='no-digits', version='1', metadata=False)

    def select(self, batch):
        verdicts = bytearray((len(batch.ends) + 7) // 8)
        start = 0
        for index, end in enumerate(batch.ends):
            name = batch.names[start:end]
            start = end
            if not any(0x30 <= byte <= 0x39 for byte in name):
                verdicts[index // 8] |= 1 << index % 8
        return bytes(verdicts)
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The first program in Python that the README shows.
fn shown() -> String {
    let readme = fs::read_to_string(root().join("plugins/README.md")).unwrap();
    let (_, from) = readme.split_once("```python\n").unwrap();
    from.split_once("```").unwrap().0.to_owned()
}

/// Makes a component `NAME.wasm` of a program; `None` where componentize-py
/// is not installed.
fn componentize(
    tree: &Tree,
    name: &str,
    world: &str,
    program: &str,
) -> Option<PathBuf> {
    let tool = root().join(".tools/componentize-py/bin/componentize-py");
    if !tool.exists() {
        let how = "`./x --componentize-py` installs it where it can";
        eprintln!("SKIPPED: no componentize-py: {how}");
        return None;
    }
    fs::write(tree.path(format!("{name}.py")), program).unwrap();
    let component = tree.path(format!("{name}.wasm"));
    let made = Command::new(tool)
        .current_dir(tree.root())
        .arg("-q")
        .arg("-d")
        .arg(root().join("wit"))
        .args(["-w", world, "componentize", name, "--stub-wasi", "-o"])
        .arg(&component)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    Some(component)
}

#[test]
#[ignore = "compiles for a minute or more: just python-plugins"]
fn an_extractor_in_python_as_the_readme_shows_it_is_taken_and_answers() {
    let tree = Tree::new();
    let world = "extractor-plugin";
    let Some(plugin) = componentize(&tree, "lines", world, &shown()) else {
        return;
    };
    tree.file("a.txt", "first\nsecond\n");
    tree.file("b.txt", "\0");
    let run = |words: &str| {
        let program = with_cache().within(tree.root()).words("plugin");
        program.words(words).arg(&plugin).words("--plugin-compile-time 20m")
    };
    run("check").run().succeeds();
    let found = run("run --format ndjson").words("a.txt b.txt").run();
    assert_eq!(found.code(), Some(3), "{}", found.stderr);
    let records = records::ndjson(&found.stdout);
    assert_eq!(records[0]["plugin.lines"], json!(2));
    assert_eq!(records[0]["plugin.first-line"], json!("first"));
    assert!(found.stderr.contains("it has a zero byte: no text"));
}

#[test]
#[ignore = "compiles for a minute or more: just python-plugins"]
fn a_filter_in_python_selects() {
    let tree = Tree::new();
    let world = "filter-plugin";
    let Some(plugin) = componentize(&tree, "names", world, FILTER) else {
        return;
    };
    tree.file("a", "");
    tree.file("b1", "");
    let program = with_cache().within(tree.root()).words("plugin run");
    let program = program.arg(plugin).words("--plugin-compile-time 20m a b1");
    let found = program.run().succeeds();
    assert_eq!(found.stdout, b"wanted\ta\nunwanted\tb1\n");
}
