//! What a person gets who names no format: sizes to read, colours, links.

use sanchay_testkit::Tree;

use crate::sanchay;

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a.txt", "x".repeat(1500));
    tree
}

/// What arrives at a terminal.
fn shown(
    tree: &Tree,
    words: &str,
    environment: &[(&'static str, &str)],
) -> String {
    let program = sanchay().within(tree.root()).words(words);
    let program = program.env("TERM", "xterm").env("LS_COLORS", "*.txt=35");
    let program = environment
        .iter()
        .fold(program, |program, (name, value)| program.env(name, value));
    let (code, bytes) = program.run_on_terminal();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(code, Some(0), "{text}");
    text.replace("\r\n", "\n")
}

#[test]
fn a_terminal_gets_sizes_that_people_read_and_colours() {
    let tree = tree();
    let line = shown(&tree, "scan d", &[]);
    assert!(line.starts_with("   1.46 KiB\t2"), "{line:?}");
    assert!(line.ends_with("Z\t\x1b[35md/a.txt\x1b[0m\n"), "{line:?}");
    let fields = shown(&tree, "scan d --fields size,path", &[]);
    assert_eq!(fields, "   1.46 KiB\t\x1b[35md/a.txt\x1b[0m\n");
    let long = shown(&tree, "scan d -l", &[]);
    assert!(long.contains("    1.46 KiB 2"), "{long:?}");
    assert!(long.ends_with(" \x1b[35md/a.txt\x1b[0m\n"), "{long:?}");
    // Who names a format gets what programs read.
    let text = shown(&tree, "scan d --format text --fields size,path", &[]);
    assert_eq!(text, "1500\td/a.txt\n");
    let json = shown(&tree, "scan d --json --fields size,path", &[]);
    assert!(json.contains(r#"{"size":1500,"path":"d/a.txt"}"#), "{json:?}");
}

#[test]
fn colours_are_the_users_affair() {
    let tree = tree();
    let coloured = |words: &str, environment: &[(&'static str, &str)]| {
        shown(&tree, words, environment).contains('\x1b')
    };
    assert!(!coloured("scan d --color never", &[]));
    assert!(!coloured("scan d", &[("NO_COLOR", "1")]));
    assert!(!coloured("scan d", &[("TERM", "dumb")]));
    assert!(coloured("scan d --color always", &[("NO_COLOR", "1")]));
    let piped = |words: &str| {
        let program = sanchay().within(tree.root()).words(words);
        let run = program.env("LS_COLORS", "*.txt=35").run().succeeds();
        run.text().to_owned()
    };
    let plain = piped("scan d --fields size,path");
    assert_eq!(plain, "1500\td/a.txt\n");
    let always = piped("scan d --fields size,path --color always");
    assert_eq!(always, "1500\t\x1b[35md/a.txt\x1b[0m\n");
}

#[test]
fn paths_are_links_where_that_is_wanted() {
    let tree = Tree::new();
    tree.file("d/ä b", "");
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        run.text().to_owned()
    };
    let link = run("scan d --fields path --hyperlink=always");
    let root = tree.root().canonicalize().unwrap();
    let path = format!("{}/d/%C3%A4%20b", root.display());
    let (before, after) = link.split_once("\x1b\\").unwrap();
    assert!(before.starts_with("\x1b]8;;file://"), "{link:?}");
    assert!(before.ends_with(&path), "{link:?}");
    assert_eq!(after, "d/ä b\x1b]8;;\x1b\\\n");
    assert_eq!(run("scan d --fields path --hyperlink"), "d/ä b\n");
    assert_eq!(run("hash d -o list"), "");
    for words in ["hash d", "hash -c list"] {
        let link = run(&format!("{words} --hyperlink=always"));
        assert!(link.contains("d/ä b\x1b]8;;\x1b\\"), "{words}: {link:?}");
    }
    for words in [
        "scan d --json --hyperlink=always",
        "scan d -0 --hyperlink=always",
        "scan d --template x --hyperlink=always",
        "scan d --count --hyperlink=always",
    ] {
        let refused = sanchay().within(tree.root()).words(words).run();
        let refused = refused.exits(2);
        assert!(refused.stderr.contains("--hyperlink"), "{words}");
    }
    let on_terminal = shown(&tree, "scan d --hyperlink", &[]);
    assert!(on_terminal.contains("\x1b]8;;file://"), "{on_terminal:?}");
    assert!(!shown(&tree, "scan d", &[]).contains("\x1b]8"));
}
