//! The inspector as a page (`examples/page`), in headless Chromium: its
//! digests and verdicts are those of the native program, and it asks nobody
//! for anything.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use crate::{embedding::example, host, native, python};

/// The script that drives the browser.
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hosts/page.mjs");

/// What the page calls the algorithms, and the program.
const ALGORITHMS: [(&str, &str); 3] =
    [("XXH3-128", "xxh3-128"), ("BLAKE3", "blake3"), ("SHA-256", "sha256")];

/// Chromium, if it is installed.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = env::var_os("SANCHAY_CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| {
        env::split_paths(&path)
            .map(|folder| folder.join("chromium"))
            .find(|program| program.is_file())
    });
    if found.is_none() {
        let how = "`./x --browser` installs it where it can";
        host::left_out("Chromium", how);
    }
    found
}

/// The folder with what makes the page and drives the browser, if it is
/// installed.
fn node_tools() -> Option<PathBuf> {
    installed(&["@bytecodealliance/jco", "playwright-core", "rolldown"])
}

/// The folder of these packages of npm, if they are installed.
pub(crate) fn installed(packages: &[&str]) -> Option<PathBuf> {
    let tools = host::tools().join("node");
    let has = |name: &&str| {
        tools.join("node_modules").join(name).join("package.json").is_file()
    };
    if packages.iter().all(has) {
        return Some(tools);
    }
    let how = "`./x --host-tools` installs it where there is npm";
    host::left_out("what makes a page or drives it", how);
    None
}

/// Builds the page.
fn build(tools: &Path, component: &Path, page: &Path) {
    let mut build = Command::new(host::node());
    build.arg(example("page/build.mjs")).arg("--tools").arg(tools);
    let output = build.arg(component).arg(page).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
}

/// What is seen in the page when files are chosen and a list is pasted.
fn see(tree: &Tree, files: &[PathBuf], list: &str) -> Option<Value> {
    let (chromium, tools) = (chromium()?, node_tools()?);
    let component = python::inspector(tree);
    let page = tree.path("inspector.html");
    build(&tools, &component, &page);
    let asked = json!({
        "tools": tools,
        "chromium": chromium,
        "profile": tree.dir("profile"),
        "page": page,
        "files": files,
        "list": list,
    });
    Some(drive(SCRIPT, tree, &asked))
}

/// What a script sees in the browser when it does what is asked.
pub(crate) fn drive(script: &str, tree: &Tree, asked: &Value) -> Value {
    fs::write(tree.path("asked.json"), asked.to_string()).unwrap();
    let mut drive = Command::new(host::node());
    let output = drive.arg(script).arg(tree.path("asked.json")).output();
    let output = output.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Names that a browser can have, as they are and as they must be shown.
const NAMES: [(&str, &str); 5] = [
    ("plain.bin", "plain.bin"),
    ("new\nline", r"new\nline"),
    ("x\u{202e}gpj.exe\u{61c}", r"x\u{202e}gpj.exe\u{61c}"),
    ("\u{1b}[2J<img src=x>", r"\u{1b}[2J<img src=x>"),
    ("back\\slash & ünï", r"back\\slash & ünï"),
];

#[test]
fn the_page_has_the_digests_of_the_native_program_and_asks_nobody() {
    let tree = Tree::new();
    let paths: Vec<PathBuf> = NAMES
        .iter()
        .enumerate()
        .map(|(index, (name, shown))| {
            let escaped = sanchay::escaped(name.as_bytes()).to_string();
            assert_eq!(escaped, *shown);
            // None; less than a piece; a piece; and several, one not whole.
            let size = [0, 3, 1 << 20, 5_000_001, 70_000][index];
            let content: Vec<u8> =
                (0..size).map(|at: u32| (at / 3).to_le_bytes()[0]).collect();
            tree.file(format!("d/{name}"), content)
        })
        .collect();
    let folder = tree.path("d");
    let hash = |algorithm: &str| {
        let program = native().within(&folder).words("hash -a").arg(algorithm);
        let names = NAMES.iter().map(|(name, _)| name);
        program.args(names).run().succeeds().text().to_owned()
    };
    // A list that is right of the first, wrong of the second, names a file
    // that is not there, and has a line that says nothing.
    let lines = hash("sha256");
    let mut lines = lines.lines();
    let first = lines.next().unwrap();
    let second = lines.next().unwrap().strip_prefix('\\').unwrap();
    let digit = if second.starts_with('0') { "1" } else { "0" };
    let wrong = format!("\\{digit}{}", second.split_at(1).1);
    let gone = format!("{}  gone/away", "0".repeat(64));
    let list = format!("{first}\n{wrong}\n{gone}\nnonsense\n");

    let Some(seen) = see(&tree, &paths, &list) else { return };
    let rows = seen["rows"].as_array().unwrap();
    assert_eq!(rows.len(), NAMES.len());
    for (row, (_, shown)) in rows.iter().zip(NAMES) {
        assert_eq!(row["name"], shown);
    }
    for (label, algorithm) in ALGORITHMS {
        let listed = hash(algorithm);
        // The list that the page makes is one that the program checks.
        let file = tree.path("list");
        fs::write(&file, seen["lists"][label].as_str().unwrap()).unwrap();
        let check = native().within(&folder).words("hash --check -a");
        let check = check.arg(algorithm).arg(&file).run().succeeds();
        assert_eq!(check.text().lines().count(), NAMES.len());
        for (row, line) in rows.iter().zip(listed.lines()) {
            let digest = row["digests"][label].as_str().unwrap();
            let line = line.strip_prefix('\\').unwrap_or(line);
            assert!(line.starts_with(&format!("{digest}  ")), "{line}");
        }
    }
    assert_eq!(rows[0]["verdict"], "✓ matches the list");
    assert_eq!(rows[1]["verdict"], "✗ differs from the list");
    assert!(rows[2]["verdict"].is_null());
    assert_eq!(
        seen["status"],
        "5 files, 1 as in the list, 1 different, 3 not in the list."
    );
    let said = seen["list"].as_str().unwrap();
    assert!(said.contains("1 line is not understood: 4."), "{said}");
    assert!(said.contains("gone/away"), "{said}");

    // Nothing was asked for but the page itself, and its own worker.
    let requests = seen["requests"].as_array().unwrap();
    let requests: Vec<_> =
        requests.iter().map(|it| it.as_str().unwrap()).collect();
    let others: Vec<_> =
        requests.iter().filter(|it| !it.starts_with("blob:null/")).collect();
    assert!(others.len() == 1, "{others:?}");
    assert!(others[0].starts_with("file:///"), "{others:?}");
    assert_eq!(seen["complaints"], json!([]));
    assert_eq!(seen["refused"], true, "the policy lets something through");
    // It begins with the button that a keyboard reaches first, every control
    // has a name, and it fits a small screen.
    assert_eq!(seen["first"], "Choose files…");
    assert_eq!(seen["nameless"], json!([]));
    assert_eq!(seen["overflow"], 0);
}

#[test]
fn the_page_is_one_file_and_the_same_each_time_it_is_built() {
    let Some(tools) = node_tools() else { return };
    let tree = Tree::new();
    let component = python::inspector(&tree);
    let pages = ["one.html", "other/two.html"].map(|name| {
        let page = tree.path(name);
        build(&tools, &component, &page);
        fs::read_to_string(page).unwrap()
    });
    assert!(pages[0] == pages[1]);
    let policy = "content=\"default-src 'none'; script-src 'sha256-";
    assert!(pages[0].contains(policy));
    for loads in [" src=", "<link", "@import", "url(", "import("] {
        assert!(!pages[0].contains(loads), "{loads}");
    }
}

#[test]
fn the_page_knows_every_algorithm_of_the_interface() {
    let world = native().words("component --wit").run().succeeds();
    let (_, cases) = world.text().split_once("enum algorithm {").unwrap();
    let (cases, _) = cases.split_once('}').unwrap();
    let table = fs::read_to_string(example("page/src/list.js")).unwrap();
    let (_, table) = table.split_once("ALGORITHMS = {").unwrap();
    let (table, _) = table.split_once("};").unwrap();
    let known: Vec<_> = table
        .lines()
        .filter_map(|line| line.trim().split_once(": {"))
        .map(|(name, _)| name.trim_matches('\''))
        .collect();
    for case in cases.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        assert!(known.contains(&case), "list.js has no row for {case}");
    }
}
