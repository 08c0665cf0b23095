//! A folder that was not given does not exist.

use sanchay_testkit::Tree;

use crate::host;

#[test]
fn a_folder_that_was_not_given_cannot_be_seen() {
    for host in host::all() {
        let tree = Tree::new();
        let secret = tree.file("private/secret.txt", "secret");
        let given = tree.dir("given");
        tree.file("given/open.txt", "open");
        // Ways out of the folder.
        tree.link(&secret, "given/absolute");
        tree.link("../private/secret.txt", "given/relative");
        tree.link("../private", "given/folder");
        let given = given.to_str().unwrap();
        let run = |words: &[&str]| {
            host.giving(&[(given, "/data")]).args(words).run()
        };

        let whole = secret.to_str().unwrap();
        for path in [
            whole,
            tree.root().to_str().unwrap(),
            "/",
            "/etc/passwd",
            "/data/../private/secret.txt",
            "/data/absolute",
            "/data/relative",
            "/data/folder",
            "/data/folder/secret.txt",
            "../private",
        ] {
            for command in ["scan", "hash", "dupes"] {
                let finished = run(&[command, path]).exits(2);
                assert_eq!(finished.text(), "", "{command} {path}");
                let first = finished.stderr.lines().next().unwrap();
                let complaint = format!("sanchay: {path}: cannot open: ");
                assert!(first.starts_with(&complaint), "{first}");
            }
        }

        let finished = run(&["scan", "-0", "/data"]).succeeds();
        assert_eq!(finished.text(), "/data/open.txt\0");
        // Nor can anything be written there.
        let outside = tree.path("private/new").display().to_string();
        for path in [&*outside, "/data/../private/new"] {
            let finished = run(&["scan", "/data", "-o", path]).exits(2);
            assert!(finished.stderr.contains("cannot open for writing"));
        }
        assert!(!tree.path("private/new").exists());
    }
}

#[test]
fn no_folder_at_all_leaves_nothing_to_be_seen_but_standard_input() {
    for host in host::all() {
        let finished = host.giving(&[]).words("scan /").run().exits(2);
        assert!(finished.stderr.contains("no folder that was given"));
        let finished = host.giving(&[]).arg("hash").input("abc").run();
        let native = crate::native().arg("hash").input("abc").run();
        assert_eq!(finished.succeeds().stdout, native.stdout);
    }
}

#[test]
fn folders_may_have_other_names_inside_than_outside() {
    for host in host::all() {
        let tree = Tree::new();
        tree.file("one/f", "1");
        tree.file("two/f", "2");
        let [one, two] = ["one", "two"]
            .map(|name| tree.path(name).to_str().unwrap().to_owned());
        let given = [(&*one, "/a/b"), (&*two, "/a/b/c")];
        let run = |words: &str| {
            let finished = host.giving(&given).words(words).run().succeeds();
            finished.text().to_owned()
        };
        // The longest name that a path begins with is the folder's.
        assert_eq!(run("scan -0 /a/b/c"), "/a/b/c/f\0");
        assert_eq!(run("scan -0 /a/./b//"), "/a/./b//f\0");
        assert_eq!(
            run("hash -a xxh64 /a/b/f /a/b/c/f"),
            "b7b41276360564d4  /a/b/f\n6021b5621680598b  /a/b/c/f\n"
        );
    }
}
