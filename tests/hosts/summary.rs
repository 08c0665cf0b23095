//! The page of `sanchay summary --html`, in headless Chromium: it shows what
//! `--format json` tells, asks nobody for anything, and runs under a policy
//! that forbids all scripts.

use sanchay_testkit::{ODD_NAMES, Tree, content::noise, records};
use serde_json::{Value, json};

use crate::{native, page};

/// The script that drives the browser.
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hosts/summary.mjs");

/// A tree with folders of some depth, and names that break pages.
fn tree() -> Tree {
    let tree = Tree::new();
    for (index, folder) in
        ["photos/2024", "photos/2025/raw", "music", "code/src", "code/docs"]
            .into_iter()
            .enumerate()
    {
        for file in 0..6 + 3 * index {
            let size = 3000 * (index + 1) * (file + 1);
            let extension = ["jpg", "raw", "flac", "rs", "md"][index];
            let name = format!("d/{folder}/file {file}.{extension}");
            tree.file(name, noise(index as u64, size));
        }
    }
    for name in ODD_NAMES {
        tree.file([b"d/odd/", name, b"/inside"].concat(), "some bytes");
    }
    tree.file("d/<script>window.ran = 1<.<b>", noise(9, 90_000));
    tree.hard_link("d/music/file 1.flac", "d/code/same file");
    tree.dir("d/empty/one");
    tree
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn the_page_of_a_summary_shows_its_sums_and_asks_nobody() {
    let (Some(chromium), Some(tools)) =
        (page::chromium(), page::installed(&["playwright-core"]))
    else {
        return;
    };
    let tree = tree();
    let file = tree.path("summary.html");
    let words = "summary --content --depth 3 --json --html";
    let program = native().within(tree.root()).words(words).arg(&file);
    let finished = program.arg("d").run().succeeds();
    let told: Value = serde_json::from_slice(&finished.stdout).unwrap();

    let mut asked = json!({
        "tools": tools,
        "chromium": chromium,
        "profile": tree.dir("profile"),
        "page": file,
    });
    if let Some(folder) = std::env::var_os("SANCHAY_SCREENSHOTS") {
        asked["screenshots"] = folder.to_str().unwrap().into();
    }
    let seen = page::drive(SCRIPT, &tree, &asked);

    assert_eq!(seen["title"], "Summary of d");
    for name in ["files", "directories", "bytes", "allocated"] {
        assert_eq!(number(&seen["sums"][name]), number(&told[name]), "{name}");
    }
    // The table of folders has all of them, in the order that is chosen.
    let folders = told["folders"].as_array().unwrap();
    let mut sizes: Vec<_> =
        folders.iter().map(|it| number(&it["bytes"])).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen["by_size"], json!(sizes));
    let shown: Vec<&str> = seen["by_name"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    let names: Vec<_> = folders
        .iter()
        .map(|it| sanchay::escaped(&records::path(it)).to_string())
        .collect();
    assert_eq!(shown, names);
    assert_eq!(seen["by_key"], "ascending");
    // What lies in the root fills the map.
    let covered = seen["covered"].as_f64().unwrap();
    assert!((0.98..1.02).contains(&covered), "{covered}");

    let requests = seen["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].as_str().unwrap().starts_with("file:///"));
    assert_eq!(seen["complaints"], json!([]));
    assert_eq!(seen["ran"], false);
    assert_eq!(seen["refused"], true, "the policy lets something through");
    assert_eq!(seen["nameless"], json!([]));
    assert_eq!(seen["overflow"], 0);
    assert!(number(&seen["picture"]) > 10_000, "a screenshot of nothing");
}
