//! What plugins tell, in the expressions of filters: in every command that
//! takes plugins, with the errors that mistakes deserve, and read once.

use sanchay_plugin_build::images;
use sanchay_testkit::{Finished, Program, Tree, image, records, watch::Watch};

use crate::plugins::{file, with_cache};

/// Files of which the plugin tells how many bytes it saw (`mischief.n`), and
/// a text (`mischief.t`). It tells nothing of those that begin with an n.
fn tree() -> Tree {
    let tree = Tree::new();
    for (name, content) in [
        ("d/four", "abcd"),
        ("d/e/four", "abcd"),
        ("d/ten", "a123456789"),
        ("d/none", "nothing"),
        ("d/empty", ""),
    ] {
        tree.file(name, content);
    }
    tree
}

fn program(tree: &Tree, words: &str, plugin: &str, filter: &str) -> Program {
    let program = with_cache().within(tree.root()).words(words);
    let program = program.arg("--plugin").arg(file(plugin));
    program.args(["--where", filter])
}

fn run(tree: &Tree, words: &str, filter: &str) -> Finished {
    program(tree, words, "extractor", filter).run()
}

/// The lines of an output, sorted.
fn lines(run: &Finished) -> Vec<String> {
    let mut lines: Vec<_> = run.text().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn a_scan_is_filtered_by_what_plugins_tell() {
    let tree = tree();
    for (filter, expected) in [
        ("mischief.n > 4", &["ten"][..]),
        ("mischief.n in (4, 7)", &["four", "four"]),
        ("MISCHIEF.N = 10", &["ten"]),
        ("mischief.n <= 4", &["empty", "four", "four"]),
        ("not mischief.n > 4", &["empty", "four", "four", "none"]),
        ("has(mischief.n)", &["empty", "four", "four", "ten"]),
        ("not has(mischief.t)", &["none"]),
        ("mischief.t = fine and size > 4", &["ten"]),
        ("mischief.t glob f?ne and depth = 2", &["four"]),
        ("mischief.t != fine", &["none"]),
        ("mischief.t ~ \"^.i\" and mischief.n > 0", &["four", "four", "ten"]),
        ("mischief.n > 4 or name = none", &["none", "ten"]),
        ("width > 1 or mischief.n = 10", &["ten"]),
        ("name = none or path = four", &["none", "four"]),
    ] {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        for words in ["scan d --fields name", "scan d -L --fields name"] {
            let run = run(&tree, words, filter).succeeds();
            assert_eq!(lines(&run), expected, "{words}: {filter}");
        }
    }
    // Of two expressions, both must be true.
    let both = program(&tree, "scan d --fields name", "extractor", "size > 4");
    let both = both.args(["--where", "mischief.n < 16"]).run().succeeds();
    assert_eq!(lines(&both), ["ten"]);
}

#[test]
fn columns_of_every_type_are_compared_and_of_several_plugins() {
    let tree = Tree::new();
    tree.file("make", "a123");
    tree.file("makefile.am", "a1");
    tree.file("plain", "a1234");
    tree.file("a.txt", "a12");
    for (filter, expected) in [
        ("teller.word = hi", &["make", "makefile.am", "plain"][..]),
        ("teller.word != hi", &["a.txt"]),
        ("teller.path = \"plain\"", &["plain"]),
        ("teller.path glob make*", &["make", "makefile.am"]),
        ("teller.mode > 0 and teller.kind = 2", &["plain"]),
        ("teller.kind = 1 and mischief.n = 2", &["makefile.am"]),
        ("teller.kind = 2 or mischief.n = 3", &["a.txt", "plain"]),
    ] {
        let words = "scan --fields name";
        let both = program(&tree, words, "teller", filter);
        let both = both.arg("--plugin").arg(file("extractor"));
        assert_eq!(lines(&both.run().succeeds()), expected, "{filter}");
    }
    // Under another name, and with another setting.
    let spec = format!("{},name=x,word=ho", file("teller").display());
    let run = with_cache().within(tree.root()).words("scan --fields x.word");
    let run = run.args(["--plugin", &spec, "--where", "x.word = ho"]).run();
    assert_eq!(lines(&run.succeeds()), ["ho", "ho", "ho"]);
}

#[test]
fn commands_that_print_no_values_are_filtered_by_them() {
    let tree = tree();
    let filter = "mischief.n = 4";
    let run = |words: &str| run(&tree, words, filter);
    assert_eq!(run("scan d --count").succeeds().text(), "2\n");
    let names = run("scan d -0").succeeds();
    let mut names: Vec<_> = names.stdout.split(|byte| *byte == 0).collect();
    names.sort_unstable();
    assert_eq!(names, [&b""[..], b"d/e/four", b"d/four"]);
    assert_eq!(lines(&run("scan d -l").succeeds()).len(), 2);
    let hashed = run("hash d --format ndjson").succeeds();
    let hashed = records::ndjson(&hashed.stdout);
    assert_eq!(hashed.len(), 2);
    assert!(hashed.iter().all(|it| it["mischief.n"] == 4), "{hashed:?}");
    let named = run("hash d/four d/ten --fields path").succeeds();
    assert_eq!(named.text(), "d/four\n");
    let named = run("scan d/four d/ten d/none --fields path").succeeds();
    assert_eq!(named.text(), "d/four\n");
    let groups = run("dupes -0 d");
    assert_eq!(groups.stdout, b"d/e/four\0d/four\0\0");
    let summary = run("summary --format json d").succeeds();
    let summary: serde_json::Value =
        serde_json::from_slice(&summary.stdout).unwrap();
    assert_eq!(summary["files"], 2);
    // One that the filter does not ask, nobody asks.
    let other = program(&tree, "scan d --count", "extractor", "size > 1");
    let other = other.run().exits(2);
    assert!(other.stderr.contains("prints none"), "{}", other.stderr);
}

#[test]
fn an_expression_of_columns_is_explained_and_its_mistakes_are_shown() {
    let tree = tree();
    let filter = "mischief.n>4 or not has(mischief.t)";
    for (words, more) in [
        ("scan", ""),
        ("hash", ""),
        ("summary", ""),
        ("dupes", "size >= 1 and "),
    ] {
        let words = format!("{words} --explain .");
        let run = run(&tree, &words, filter).succeeds();
        let expected = format!(
            "not hidden and {more}(mischief.n > 4 or not has(mischief.t)) and \
             kind = file\n"
        );
        assert_eq!(run.text(), expected, "{words}");
    }
    for (filter, message) in [
        ("mischief.m > 4 and mischief.t = x", "did you mean mischief.n?"),
        ("mischeif.n > 4", "did you mean mischief.n?"),
        (
            "other.word = 1",
            "the columns of plugins are mischief.n, mischief.t",
        ),
        ("mischief.n > x", "expected a number"),
        ("mischief.n > x", "  mischief.n > x\n"),
        ("mischief.t > 1", "mischief.t is compared otherwise"),
        ("mischief.n > 1 and size > no", "expected a number such as"),
    ] {
        for words in
            ["scan d", "hash d", "dupes d", "summary d", "scan --count d"]
        {
            let run = run(&tree, words, filter).exits(2);
            assert!(run.stderr.contains(message), "{words}: {}", run.stderr);
            assert!(run.stdout.is_empty(), "{words}");
        }
    }
    for words in ["scan d", "scan d --explain", "rename --to x d"] {
        let run = with_cache().within(tree.root()).words(words);
        let run = run.args(["--where", "mischief.n > 4"]).run().exits(2);
        let expected = "there is no field 'mischief.n'";
        assert!(run.stderr.contains(expected), "{words}: {}", run.stderr);
        let hint = "no plugin of this run has columns";
        assert!(run.stderr.contains(hint), "{words}: {}", run.stderr);
    }
}

#[test]
fn a_configured_filter_tests_columns_of_configured_plugins() {
    let tree = tree();
    let plugin = file("extractor");
    let config = format!(
        "plugin = [{plugin:?}]\n[filters.long]\nwhere = 'mischief.n > 4'\n"
    );
    tree.file("sanchay.toml", config);
    let run = |words: &str| {
        let run = with_cache().within(tree.root()).words(words);
        let run = run.env("SANCHAY_NO_CONFIG", "");
        run.args(["--config", "sanchay.toml"]).run()
    };
    let found = run("scan d --filter long --fields name").succeeds();
    assert_eq!(lines(&found), ["ten"]);
    let counted = run("scan d --filter long --count").succeeds();
    assert_eq!(counted.text(), "1\n");
    let explained = run("scan d --filter long --explain").succeeds();
    assert!(explained.text().contains("mischief.n > 4"));
    let _ = run("config").succeeds();
}

#[test]
fn a_file_that_a_plugin_fails_on_is_an_error_and_no_result() {
    let tree = tree();
    tree.file("d/crash", "ubcd");
    for words in [
        "scan d --fields name",
        "hash d --fields name",
        "scan d/crash d/ten --fields name",
    ] {
        let run =
            run(&tree, words, "mischief.n = 4 or size > 1 and name != ten")
                .exits(3);
        let complaints = run.complaints();
        assert_eq!(complaints.len(), 1, "{words}: {complaints:?}");
        assert!(complaints[0].contains("d/crash"), "{complaints:?}");
        assert!(!run.text().contains("crash"), "{words}: {}", run.text());
    }
    // What all else rejects, no plugin sees.
    let filter = "name != crash and mischief.n = 4";
    let _ = run(&tree, "scan d", filter).succeeds();
}

#[test]
fn what_a_filter_was_told_is_not_read_again_for_a_record() {
    let tree = tree();
    let count = |words: &str, filter: &str| {
        let watch = Watch::below(&tree.path("d"));
        let run = run(&tree, words, filter).succeeds();
        let opened = watch.opened();
        let of = |name: &str| opened.iter().filter(|it| *it == name).count();
        (lines(&run), of("ten"), of("none"))
    };
    let (plain, once, _) =
        count("scan d --fields name,mischief.n", "size > 7");
    assert!(once > 0);
    let filter = "mischief.n > 4 and size > 7";
    let (found, again, others) =
        count("scan d --fields name,mischief.n", filter);
    assert_eq!(found, plain);
    assert_eq!((again, others), (once, 0));
}

#[test]
fn many_files_with_long_values_are_matched_in_parts() {
    let tree = Tree::new();
    for number in 0..1200 {
        let content = if number % 3 == 0 { "a123" } else { "a12" };
        tree.file(format!("d/{number}").as_str(), content);
    }
    let found = run(&tree, "scan d --fields mischief.n", "mischief.n = 4");
    assert_eq!(lines(&found.succeeds()), vec!["4"; 400]);
}

#[test]
fn pictures_are_found_by_the_example_in_rust() {
    let tree = Tree::new();
    tree.file("a.png", image::png(6400, 480));
    tree.file("b.png", image::png(64, 48));
    tree.file("c.txt", "no picture");
    let run = |filter: &str| {
        let run = with_cache().within(tree.root());
        let run = run.words("scan --fields name --plugin");
        run.arg(images().unwrap()).args(["--where", filter]).run()
    };
    let wide = run("images.width > 4000 and images.format = png");
    assert_eq!(lines(&wide.succeeds()), ["a.png"]);
    let typo = run("images.wdith > 4000").exits(2);
    let hint = "did you mean images.width?";
    assert!(typo.stderr.contains(hint), "{}", typo.stderr);
}

#[test]
fn a_hash_is_filtered_by_digests_once_these_are_known() {
    let tree = tree();
    let hash = |words: &str, filter: &str| {
        let words = format!("hash --sha256 --fields name {words}");
        let program = with_cache().within(tree.root()).words(&words);
        let run = program.args(["--where", filter]).run().succeeds();
        lines(&run)
    };
    // Of "abcd".
    let digest =
        "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589";
    for words in
        ["d", "-L d", "-j 1 d", "d/four d/e/four d/ten d/none d/empty"]
    {
        let is = format!("hash = {digest}");
        assert_eq!(hash(words, &is), ["four", "four"], "{words}");
        assert_eq!(hash(words, &format!("not {is}")).len(), 3, "{words}");
        let begins = hash(words, "hash glob \"88d42*\" and size = 4");
        assert_eq!(begins, ["four", "four"], "{words}");
        let either = hash(words, &format!("{is} or size = 10"));
        assert_eq!(either, ["four", "four", "ten"], "{words}");
        let two = format!("HASH in (\"{digest}\", x) and has(hash)");
        assert_eq!(hash(words, &two), ["four", "four"], "{words}");
        // In capitals, as other programs print them.
        let capitals = digest.to_uppercase();
        for test in [
            format!("hash = {capitals}"),
            format!("hash in (x, {capitals})"),
            "hash ~ \"^88D42\" and size = 4".to_owned(),
            "hash glob \"88D42*\" and size = 4".to_owned(),
        ] {
            assert_eq!(hash(words, &test), ["four", "four"], "{test}");
        }
    }
    // With names, media and plugins.
    let deep = hash("d", &format!("hash = {digest} and path = e/four"));
    assert_eq!(deep, ["four"]);
    let either = hash("d", "hash = x or name = none or width > 1");
    assert_eq!(either, ["none"]);
    let filter = format!("hash = {digest} or mischief.n = 10");
    let told = run(&tree, "hash --sha256 --fields name,mischief.n d", &filter);
    assert_eq!(lines(&told.succeeds()), ["four\t4", "four\t4", "ten\t10"]);
    let partial = hash_of(&tree, "--partial", "hash glob \"xxh64:*:4\"");
    assert_eq!(partial, ["four", "four"]);
    // Where no digests are made, there are none to test.
    let scan = with_cache().within(tree.root()).words("scan d");
    let scan = scan.args(["--where", "hash = x"]).run().exits(2);
    assert!(scan.stderr.contains("digests are"), "{}", scan.stderr);
    let explain = with_cache().within(tree.root()).words("hash --explain d");
    let explain = explain.args(["--where", "hash = x"]).run().succeeds();
    assert_eq!(
        explain.text(),
        "not hidden and hash = \"x\" and kind = file\n"
    );
}

fn hash_of(tree: &Tree, words: &str, filter: &str) -> Vec<String> {
    let words = format!("hash --fields name d {words}");
    let program = with_cache().within(tree.root()).words(&words);
    lines(&program.args(["--where", filter]).run().succeeds())
}
