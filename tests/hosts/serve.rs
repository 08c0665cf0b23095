//! The page of `sanchay serve`, in headless Chromium, over a real tree: each
//! flow from its empty start to the undo, by keys and by pointer. Whatever is
//! seen, axe-core finds nothing in it, the browser complains of nothing, and
//! no other host is asked.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use sanchay_testkit::{Tree, content::noise};
use serde_json::{Map, Value, json};

use crate::{host, native, page, python};

/// The script that drives the browser.
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hosts/serve/drive.mjs");

/// Where the page lies.
const PAGE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../host/service/page");

/// A token of a program, for who has no link any more.
const TOKEN: &str = "page-tests-0123456789-0123456789-0123456789";

/// A service that runs until it is dropped.
struct Service {
    child: Child,
    url: String,
}

impl Service {
    /// Starts one for the folder `d` of a tree.
    fn start(tree: &Tree) -> Self {
        let tokens =
            tree.file("tokens", format!("tests read,run,write {TOKEN}\n"));
        sanchay_testkit::tree::set_mode(&tokens, 0o600);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanchay"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--allow-write"]);
        let store = tree.path("store");
        if store.exists() {
            command.arg(format!("--store=backup={}", store.display()));
        }
        let mut child = command
            .arg("--catalog")
            .arg(tree.path("catalog"))
            .arg("--state-dir")
            .arg(tree.path("state"))
            .arg("--token-file")
            .arg(&tokens)
            .arg(tree.path("d"))
            // The trash is that of the tree, not of whoever runs the tests.
            .env("XDG_DATA_HOME", tree.path("data"))
            .env("HOME", tree.path("home"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.lines().map(Result::unwrap);
        let line = lines.find(|it| it.contains("#token="));
        let line = line.expect("the service says where its page is");
        let mut words = line.split_whitespace();
        let url = words.rfind(|it| it.contains("#token="));
        Self { url: url.unwrap().to_owned(), child }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A tree with copies, types, hostile names.
fn tree() -> Tree {
    let tree = Tree::new();
    for path in ["originals/one.bin", "copies/one.bin"] {
        tree.file(format!("d/photos/{path}"), noise(1, 70_000));
    }
    for path in ["originals/two.bin", "copies/two.bin", "copies/more/two.bin"]
    {
        tree.file(format!("d/photos/{path}"), noise(2, 40_000));
    }
    for number in 0..12 {
        let content = noise(100 + number as u64, 600 + 50 * number);
        tree.file(format!("d/docs/note-{number}.md"), content);
    }
    for number in 0..8 {
        let content = noise(200 + number as u64, 1500 + 70 * number);
        tree.file(format!("d/code/part-{number}.rs"), content);
    }
    tree.file("d/large/inner/largest.dat", noise(3, 300_000));
    tree.file("d/<img src=x onerror=window.ran=1>.txt", "hostile");
    tree.file([&b"d/"[..], &[b'n'; 255]].concat(), "the longest name");
    tree.odd_names("d/odd");
    tree.dir("home");
    tree
}

/// How some of its names must be seen.
const SHOWN: [&str; 7] = [
    "<img src=x onerror=window.ran=1>.txt",
    "a⏎b",
    "tab⇥here",
    r"not utf-8 \xFF\xFE",
    r"\xC3",
    "xU+202Egpj.exeU+2028",
    "U+001B[2Jescape",
];

/// Has somebody do all that, one after the other, where there is a browser.
fn see(tree: &Tree, flows: &[&str], values: Value) {
    let needed = ["playwright-core", "axe-core"];
    let (Some(chromium), Some(tools)) =
        (page::chromium(), page::installed(&needed))
    else {
        return;
    };
    let service = Service::start(tree);
    let mut asked = json!({
        "tools": tools,
        "chromium": chromium,
        "profile": tree.dir("profile"),
        "url": service.url,
        "folder": tree.path("d"),
        "flows": flows,
        "values": values,
    });
    asked["values"]["token"] = TOKEN.into();
    asked["values"]["service"] = service.child.id().into();
    if let Some(folder) = std::env::var_os("SANCHAY_SCREENSHOTS") {
        asked["screenshots"] = folder.to_str().unwrap().into();
    }
    let seen = page::drive(SCRIPT, tree, &asked);
    for flow in flows {
        let went = seen["flows"][flow].as_str().unwrap_or("not begun");
        assert!(went == "done", "{flow}: {went}");
    }
    assert_eq!(seen["complaints"], json!([]));
    assert_eq!(seen["elsewhere"], json!([]));
}

/// How many files the program finds in the tree.
fn files(tree: &Tree) -> usize {
    let found = native().words("scan --format ndjson").arg(tree.path("d"));
    found.run().succeeds().text().lines().count()
}

#[test]
fn who_comes_with_a_link_is_signed_in_and_told_what_to_do_first() {
    let tree = tree();
    let flows = [
        "signs_in",
        "says_what_to_do_first",
        "keeps_to_itself",
        "is_small",
        "refuses_a_used_link",
        "is_signed_out",
    ];
    see(&tree, &flows, json!({}));
}

#[test]
fn jobs_are_begun_without_a_mouse_watched_cancelled_and_remembered() {
    let tree = tree();
    // Long enough to be looked at in between.
    for number in 0..8 {
        tree.sparse(format!("d/slow/{number}"), 200 << 20);
    }
    let flows = [
        "signs_in",
        "scans_without_a_mouse",
        "cancels_a_job",
        "watches_a_job",
        "has_a_history",
        "bears_a_service_that_dies",
    ];
    see(&tree, &flows, json!({}));
}

#[test]
fn the_overview_has_the_sums_and_a_map_that_keys_lead_through() {
    let tree = tree();
    let flows = [
        "signs_in",
        "looks_at_all",
        "shows_the_sums",
        "goes_into_the_map",
        "shows_one_type_or_age_alone",
        "finds_by_name",
        "tells_what_grew",
    ];
    let types = ["Data", "Code", "Documents", "Other"];
    see(&tree, &flows, json!({"files": files(&tree), "types": types}));
}

#[test]
fn files_are_filtered_sorted_opened_and_exported_whatever_their_names() {
    let tree = tree();
    let flows = [
        "signs_in",
        "takes_a_scan",
        "shows_hostile_names",
        "filters",
        "sorts",
        "opens_a_file",
        "exports_rows",
        "shows_ten_million_rows",
    ];
    let values = json!({
        "files": files(&tree),
        "shown": SHOWN,
        "bins": 5,
        "largest": "largest.dat",
    });
    see(&tree, &flows, values);
}

#[test]
fn duplicates_make_way_by_a_plan_and_come_back() {
    let tree = tree();
    let flows = [
        "signs_in",
        "finds_duplicates",
        "keeps_by_rules",
        "marks_by_hand",
        "decides_for_two_folders",
        "plans_applies_and_undoes",
    ];
    let copies = ["one.bin", "two.bin", "more/two.bin"];
    let values = json!({
        "groups": 2,
        "goes": copies.map(|it| format!("photos/copies/{it}")),
        "changed": "photos/copies/one.bin",
    });
    see(&tree, &flows, values);
}

#[test]
fn files_get_new_names_by_a_plan_and_their_old_ones_back() {
    let tree = tree();
    let values = json!({"rename": {
        "filter": "ext = md",
        "old": "docs/note-3.md",
        "now": "docs/note-3-new.md",
    }});
    see(&tree, &["signs_in", "takes_a_scan", "renames"], values);
}

#[test]
fn two_snapshots_are_compared() {
    let tree = tree();
    let values = json!({
        "grows": "docs/note-1.md",
        "removed": "code/part-2.rs",
    });
    see(&tree, &["signs_in", "compares_snapshots"], values);
}

#[test]
fn pictures_that_look_the_same_are_seen_side_by_side() {
    let tree = tree();
    for (name, size) in [("one", (64, 48)), ("other", (128, 96))] {
        tree.file(format!("d/pictures/{name}.bmp"), bitmap(size));
    }
    tree.file("d/pictures/damaged.bmp", "BM, and nothing else");
    let values = json!({
        "pairs": 1,
        "sizes": ["128 × 96 pixels", "64 × 48 pixels"],
        "removed": "pictures/one.bmp",
    });
    let flows = ["signs_in", "compares_pictures", "removes_one_of_two"];
    see(&tree, &flows, values);
}

/// A picture of rings and a slope, in any size.
fn bitmap((width, height): (u32, u32)) -> Vec<u8> {
    let stride = (width * 3).next_multiple_of(4);
    let mut file = b"BM".to_vec();
    for value in [54 + stride * height, 0, 54, 40, width, height] {
        file.extend(value.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    for row in 0..height {
        for column in 0..stride / 3 {
            let (x, y) = (column * 240 / width, row * 240 / height);
            let far = x.abs_diff(90).pow(2) + y.abs_diff(150).pow(2);
            let ring = if far / 2500 % 2 == 0 { 200 } else { 20 };
            let byte = |it: u32| it.to_le_bytes()[0];
            file.extend([byte(x), byte(ring), byte(240 - y)]);
        }
        let rest = stride % 3;
        file.extend(vec![0; rest as usize]);
    }
    file
}

#[test]
fn trees_are_put_into_a_store_and_come_back() {
    let tree = tree();
    let place = tree.path("store");
    native().words("store init").arg(&place).run().succeeds();
    tree.dir("d/back");
    let values = json!({
        "stored": ["docs/note-3.md", "photos/copies/more/two.bin"],
    });
    let flows = ["signs_in", "puts_into_a_store", "gets_from_a_store"];
    see(&tree, &flows, values);
}

/// The digest of a file by the program.
fn digest(algorithm: &str, path: &Path) -> String {
    let program =
        native().words("hash --fields hash -a").arg(algorithm).arg(path);
    let finished = program.run().succeeds();
    finished.text().trim_end().to_owned()
}

/// The hash functions, as the page calls them.
fn algorithms() -> Vec<String> {
    let source = Path::new(PAGE).join("js/inspector.js");
    let source = fs::read_to_string(source).unwrap();
    let (_, list) = source.split_once("ALGORITHMS = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let names = list.split(',').map(|it| it.trim().trim_matches('\''));
    names.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_file_is_hashed_in_the_page_by_the_component_of_the_program() {
    let tree = tree();
    let component = python::inspector(&tree);
    let hashed: Vec<Value> = [0, 3, 200_001]
        .map(|size: u32| {
            let content: Vec<u8> =
                (0..size).map(|at| (at / 3).to_le_bytes()[0]).collect();
            let path = tree.file(format!("hashed/{size}"), content);
            let digests: Map<String, Value> = algorithms()
                .into_iter()
                .map(|it| (it.clone(), digest(&it, &path).into()))
                .collect();
            json!({"path": path, "size": size, "digests": digests})
        })
        .into();
    let dropped = |name: &str, content: Vec<u8>| {
        tree.file(format!("dropped/{name}"), content)
    };
    let values = json!({
        "component": digest("sha256", &component),
        "hashed": hashed,
        "dropped": {
            "known.md": dropped("known.md", noise(103, 750)),
            "other.md": dropped("other.md", noise(999, 750)),
            "new.md": dropped("new.md", noise(999, 77)),
        },
    });
    let flows = [
        "signs_in",
        "has_the_component",
        "hashes_as_the_program",
        "takes_a_snapshot",
        "tells_what_is_unsure",
        "takes_a_snapshot_with_digests",
        "tells_what_is_here",
        "takes_what_is_dropped",
    ];
    see(&tree, &flows, values);
}

#[test]
fn the_page_knows_every_algorithm_in_the_order_of_the_interface() {
    let world = native().words("component --wit").run().succeeds();
    let (_, cases) = world.text().split_once("enum algorithm {").unwrap();
    let (cases, _) = cases.split_once('}').unwrap();
    let cases = cases.split(',').map(str::trim);
    // In WIT every word of a name begins with a letter.
    let names = cases.filter(|it| !it.is_empty());
    let names: Vec<_> = names.map(|it| it.replace("-bits", "-")).collect();
    assert_eq!(names, algorithms());
}

/// The files of the page with this extension, below it.
fn parts(extension: &str) -> Vec<String> {
    fn look(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => look(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    look(Path::new(PAGE), &mut found);
    let named =
        |path: &PathBuf| path.extension().is_some_and(|it| it == extension);
    let below = |path: PathBuf| {
        let path = path.strip_prefix(PAGE).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut found: Vec<_> =
        found.into_iter().filter(named).map(below).collect();
    found.sort();
    found
}

#[test]
fn the_first_answer_names_every_module_so_that_none_waits_for_another() {
    let path = Path::new(PAGE).join("index.html");
    let mut index = fs::read_to_string(&path).unwrap();
    // These two run beside the page, when a file is dropped.
    let worker = ["js/hash-worker.js", "js/inspector.js"];
    let mut modules = parts("js");
    modules.retain(|it| !worker.contains(&it.as_str()));
    if std::env::var_os("BLESS").is_some() {
        let (before, rest) = index.split_once("<!-- modules -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- /modules -->").unwrap();
        let list: String = modules
            .iter()
            .map(|it| format!("<link rel=\"modulepreload\" href=\"{it}\">\n"))
            .collect();
        index = format!(
            "{before}<!-- modules -->\n{list}<!-- /modules -->{after}"
        );
        fs::write(&path, &index).unwrap();
    }
    let loaded: Vec<_> = index
        .lines()
        .filter_map(|it| {
            it.strip_prefix("<link rel=\"modulepreload\" href=\"")
        })
        .map(|it| it.trim_end_matches("\">").to_owned())
        .collect();
    assert_eq!(loaded, modules);
    for sheet in parts("css") {
        assert!(index.contains(&format!("href=\"{sheet}\"")), "{sheet}");
    }
}

#[test]
fn no_part_of_the_page_is_beyond_its_size_or_reaches_elsewhere() {
    for path in parts("js").into_iter().chain(parts("css")) {
        if path.starts_with("vendor/") {
            continue;
        }
        let text = fs::read_to_string(Path::new(PAGE).join(&path)).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 400 || path.ends_with("css"), "{path}: {lines}");
        for word in ["http://", "https://", "innerHTML", "eval(", "@import"] {
            let mut uses = text.lines().filter(|it| it.contains(word));
            let use_ = uses.find(|it| !it.contains("www.w3.org"));
            assert!(use_.is_none(), "{path}: {use_:?}");
        }
    }
}

#[test]
fn the_types_of_the_page_agree() {
    let Some(tools) = page::installed(&["typescript"]) else { return };
    let tsc = tools.join("node_modules/typescript/bin/tsc");
    let mut check = Command::new(host::node());
    let output = check.arg(tsc).arg("-p").arg(PAGE).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_files_of_others_are_as_their_packages_have_them() {
    let vendor = Path::new(PAGE).join("vendor");
    let check = native().within(&vendor).words("hash --check -a sha256");
    let check = check.arg("SHA256SUMS").run().succeeds();
    let listed = check.text().lines().count();
    let files = fs::read_dir(&vendor).unwrap().count();
    // Nothing is there that is not listed, but the list and where it is from.
    assert_eq!(listed + 2, files);
}
