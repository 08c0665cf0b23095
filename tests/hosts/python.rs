//! The inspector, the component that the native program carries, under
//! PyPI's `wasmtime`: a script in Python asks it for digests and verdicts.

use std::{fs, path::PathBuf, process::Command};

use sanchay_testkit::{
    Finished, ODD_NAMES, Tree,
    digest::{self, ALGORITHMS},
};
use serde_json::{Value, json};

use crate::{host, native};

/// The script that loads a component and asks it.
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hosts/inspector.py");

/// A Python that has `wasmtime`, if it is installed.
pub(crate) fn python() -> Option<PathBuf> {
    let python = host::tools().join("python-venv/bin/python");
    let has_it = Command::new(&python)
        .args(["-c", "import wasmtime.component"])
        .output()
        .is_ok_and(|said| said.status.success());
    if has_it {
        return Some(python);
    }
    let how = "`./x --python-tools` installs it where it can";
    host::left_out("Python's wasmtime", how);
    None
}

/// Writes the inspector into a tree.
pub(crate) fn inspector(tree: &Tree) -> PathBuf {
    let component = tree.path("inspector.wasm");
    let write = native().arg("component").arg("-o").arg(&component);
    assert_eq!(write.run().succeeds().stdout, b"");
    component
}

/// What the component answers under Python; `None` where Python or its
/// `wasmtime` is not installed.
fn ask(tree: &Tree, question: &Value) -> Option<Value> {
    let python = python()?;
    let component = inspector(tree);
    fs::write(tree.path("question.json"), question.to_string()).unwrap();
    let output = Command::new(python)
        .arg(SCRIPT)
        .arg(component)
        .arg(tree.path("question.json"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The hashes of a native run.
fn hashes(finished: &Finished) -> Vec<Value> {
    let text = finished.text().lines();
    text.map(|line| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["hash"].clone()
    })
    .collect()
}

#[test]
fn digests_under_python_are_those_of_the_native_program() {
    let tree = Tree::new();
    let sizes = [0, 1, 3, 64, 240, 241, 1024, 2048, 2049, 70_000];
    let paths: Vec<String> = sizes
        .iter()
        .map(|size: &u32| {
            let content: Vec<u8> =
                (0..*size).map(|at| (at / 3).to_le_bytes()[0]).collect();
            let path = tree.file(format!("d/{size:0>7}"), content);
            path.to_str().unwrap().to_owned()
        })
        .collect();
    let Some(answer) = ask(&tree, &json!({ "files": paths })) else { return };
    let described = answer["algorithms"].as_array().unwrap();
    assert_eq!(described.len(), ALGORITHMS.len());
    for (algorithm, described) in ALGORITHMS.into_iter().zip(described) {
        let size = digest::digest(algorithm, b"").len() / 2;
        assert_eq!(described["name"], algorithm);
        assert_eq!(described["tag"], digest::tag(algorithm));
        assert_eq!(described["size"], size, "{algorithm}");
        let resists = ["blake3", "sha256", "sha512"].contains(&algorithm);
        assert_eq!(described["resists"], resists, "{algorithm}");
    }
    assert_eq!(answer["trees"]["joined"], answer["trees"]["whole"]);
    let wrong = json!([
        ["empty-piece", null],
        ["misaligned", 1023],
        ["piece-too-long", 1024],
        ["left-length", 31],
        ["right-length", 0],
    ]);
    assert_eq!(answer["trees"]["wrong"], wrong);
    for algorithm in ALGORITHMS {
        let run = native()
            .within(tree.root())
            .words("hash --format ndjson d -a")
            .arg(algorithm)
            .run()
            .succeeds();
        for way in ["whole", "pieces", "batch"] {
            let found = answer[algorithm][way].as_array().unwrap();
            assert_eq!(*found, hashes(&run), "{algorithm}, {way}");
        }
    }
    let run = native()
        .within(tree.root())
        .words("hash --format ndjson --partial=1KiB d")
        .run()
        .succeeds();
    assert_eq!(*answer["partial"].as_array().unwrap(), hashes(&run));
}

#[test]
fn filters_under_python_want_what_the_native_program_wants() {
    let tree = Tree::new();
    let mut names: Vec<&[u8]> = vec![
        b"a.txt",
        b"B.TXT",
        b".c.txt",
        b"txt",
        b"d.tar.gz",
        b"e.gz",
        b"f.md",
    ];
    names.extend(ODD_NAMES);
    for name in &names {
        tree.file([b"d/", *name].concat(), "12345");
    }
    let hex = |name: &&[u8]| -> String {
        name.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let question = json!({
        "names": names.iter().map(hex).collect::<Vec<_>>(),
        "filters": [
            { "extensions": [], "hidden": false },
            { "extensions": [], "hidden": true },
            { "extensions": ["txt", ".TAR.gz"], "hidden": false },
            { "extensions": ["TXT", "md"], "hidden": true },
        ],
        "sizes": [0, 4, 5, 6, 1_u64 << 40],
        "range": [5, 6],
    });
    let Some(answer) = ask(&tree, &question) else { return };
    let runs = ["", " -H", " -e txt -e .TAR.gz", " -H -e TXT -e md"];
    for (index, options) in runs.iter().enumerate() {
        let question = format!("scan -0 d{options}");
        let run = native().within(tree.root()).words(&question).run();
        let mut expected: Vec<Vec<u8>> = run
            .succeeds()
            .stdout
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| path.strip_prefix(b"d/").unwrap().to_vec())
            .collect();
        expected.sort();
        let matches = answer["matches"][index].as_array().unwrap();
        let mut found: Vec<Vec<u8>> = matches
            .iter()
            .map(|it| usize::try_from(it.as_u64().unwrap()).unwrap())
            .map(|it| names.get(it).unwrap().to_vec())
            .collect();
        found.sort();
        assert_eq!(found, expected, "{question}");
    }
    assert_eq!(answer["sizes"], json!([2, 3]));
    assert_eq!(answer["refused"], json!("length"));
}
