//! What git ignores, beside git itself.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fmt::Write as _,
    io::Write as _,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::{Command, Stdio},
};

use sanchay_testkit::{Finished, Tree, random::Random, tool};

use crate::sanchay;

/// Git in a directory of a tree, with the configuration of nobody but what is
/// in the tree's `home`.
fn git(tree: &Tree, directory: &str) -> Command {
    let mut git = tool::command("git");
    git.current_dir(tree.path(directory))
        .env("HOME", tree.path("home"))
        .env("XDG_CONFIG_HOME", tree.path("home/.config"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", tree.root())
        .env_remove("GIT_DIR")
        .env_remove("GIT_CONFIG_GLOBAL");
    git
}

fn init(tree: &Tree, directory: &str) {
    tree.dir(directory);
    let made = git(tree, directory).args(["init", "-q"]).status().unwrap();
    assert!(made.success());
}

/// Makes what git takes for a repository, without git.
fn repository(tree: &Tree, directory: &str) {
    tree.file(format!("{directory}/.git/HEAD"), "ref: refs/heads/main\n");
    for name in ["objects", "refs"] {
        tree.dir(format!("{directory}/.git/{name}"));
    }
}

/// What git answers to some input, as paths.
fn ask(mut git: Command, words: &str, input: &[u8]) -> BTreeSet<Vec<u8>> {
    git.args(words.split_whitespace());
    git.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = git.spawn().unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let input = input.to_vec();
    let written = std::thread::spawn(move || stdin.write_all(&input));
    let output = running.wait_with_output().unwrap();
    written.join().unwrap().unwrap();
    // Where nothing is ignored, it ends with 1.
    assert!(output.status.code().is_some_and(|code| code < 2), "{output:?}");
    paths(&output.stdout)
}

fn paths(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let all = text.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    all.map(|path| path.strip_prefix(b"./").unwrap_or(path).to_vec()).collect()
}

/// Runs a scan with the configuration in the tree's `home`.
fn scan(tree: &Tree, directory: &str, words: &str) -> Finished {
    let config = tree.path("home/.config");
    sanchay()
        .within(tree.path(directory))
        .env("HOME", tree.path("home").to_str().unwrap())
        .env("XDG_CONFIG_HOME", config.to_str().unwrap())
        .args(["scan", "-0"])
        .words(words)
        .run()
}

/// The paths that the program lists.
fn listed(tree: &Tree, directory: &str, words: &str) -> BTreeSet<Vec<u8>> {
    paths(&scan(tree, directory, words).succeeds().stdout)
}

/// What git would add in a directory: all that is not ignored, but for what
/// is in other repositories.
fn untracked(tree: &Tree, directory: &str) -> BTreeSet<Vec<u8>> {
    let words = "ls-files -z --others --exclude-standard";
    ask(git(tree, directory), words, b"")
}

/// The names of files and directories: few, so that rules match them often.
const NAMES: [&[u8]; 24] = [
    b"a",
    b"b",
    b"ab",
    b"ba",
    b"a.b",
    b"b.a",
    b".a",
    b"aab.a",
    b"a b",
    b"a ",
    b"-",
    b"!a",
    b"#a",
    b"[a]",
    b"a*b",
    b"a\\",
    b"\\",
    b"*",
    b"A",
    b"\xc3\xa4",
    b"\xff",
    b"a\xfe",
    b"a\nb",
    b"a\r",
];

/// What rules are made of, besides names.
const PARTS: [&[u8]; 34] = [
    b"*",
    b"*",
    b"*",
    b"**",
    b"**",
    b"/",
    b"/",
    b"/",
    b"/",
    b"**/",
    b"/**",
    b"/**/",
    b"***/",
    b"?",
    b"?",
    b"[ab]",
    b"[!a]",
    b"[^b]",
    b"[a-b]",
    b"[",
    b"[]a]",
    b"[a\\]]",
    b"[[:alpha:]]",
    b"[![:lower:]]",
    b"[[:space:]]",
    b"[[:x:]]",
    b"[\x80-\xff]",
    b"[b/]",
    b"\\",
    b"\\a",
    b"\\*",
    b"\\/",
    b".",
    b" ",
];

/// A tree of files and directories, and their paths.
struct Generator<'t> {
    tree: &'t Tree,
    random: Random,
    /// The paths below the repository.
    made: Vec<Vec<u8>>,
}

impl Generator<'_> {
    /// The text of an ignore file.
    fn rules(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        if self.random.one_in(20) {
            text.extend_from_slice(b"\xef\xbb\xbf");
        }
        for _ in 0..self.random.below(5) {
            if self.random.one_in(4) {
                text.push(b'!');
            }
            if self.random.one_in(6) {
                text.push(b'/');
            }
            for _ in 0..1 + self.random.below(4) {
                let part = match self.random.one_in(2) {
                    true => *self.random.pick(&NAMES),
                    false => *self.random.pick(&PARTS),
                };
                text.extend_from_slice(part);
            }
            if self.random.one_in(5) {
                text.push(b'/');
            }
            let ends: [&[u8]; 10] = [
                b"\n", b"\n", b"\n", b"\n", b"\n", b"\n", b"\r\n", b" \n",
                b"\\ \n", b"\0b\n",
            ];
            let end: &&[u8] = self.random.pick(&ends);
            text.extend_from_slice(end);
        }
        text
    }

    /// Makes what is in a directory, so many levels deep.
    fn fill(&mut self, directory: &[u8], levels: usize) {
        for _ in 0..1 + self.random.below(6) {
            let name: &&[u8] = self.random.pick(&NAMES);
            let path = [directory, b"/", *name].concat();
            if self.made.contains(&path) {
                continue;
            }
            let whole = [b"repo/", &path[..]].concat();
            if levels > 0 && self.random.one_in(3) {
                self.tree.dir(&whole);
                self.made.push(path.clone());
                self.fill(&path, levels - 1);
                continue;
            }
            if self.random.one_in(8) {
                self.tree.link(".", &whole);
            } else {
                self.tree.file(&whole, "");
            }
            self.made.push(path);
        }
        if self.random.one_in(3) {
            let path = [directory, b"/.gitignore"].concat();
            let rules = self.rules();
            self.tree.file([b"repo/", &path[..]].concat(), rules);
            self.made.push(path);
        }
    }
}

/// What is different, with the rules that had a say.
fn difference(
    tree: &Tree,
    found: &BTreeSet<Vec<u8>>,
    expected: &BTreeSet<Vec<u8>>,
) -> Option<String> {
    let path = found.symmetric_difference(expected).next()?;
    let mut text = format!(
        "{} is {}",
        path.escape_ascii(),
        if found.contains(path) { "listed" } else { "not listed" },
    );
    let mut folder = Some(Path::new(OsStr::from_bytes(path)));
    while let Some(path) = folder {
        let file = tree.path("repo").join(path).join(".gitignore");
        if let Ok(rules) = std::fs::read(&file) {
            let rules = rules.escape_ascii();
            write!(text, "\n{}: {rules}", path.display()).unwrap();
        }
        folder = path.parent();
    }
    for file in ["repo/.git/info/exclude", "home/.config/git/ignore"] {
        let rules = std::fs::read(tree.path(file)).unwrap_or_default();
        write!(text, "\n{file}: {}", rules.escape_ascii()).unwrap();
    }
    Some(text)
}

/// Compares so many trees with git, side by side in one repository. Each has
/// rules of its own, and those of the repository hold for all of them.
fn compare(seed: u64, trees: usize) {
    let tree = Tree::new();
    init(&tree, "repo");
    let mut generator =
        Generator { tree: &tree, random: Random::new(seed), made: Vec::new() };
    for (file, often) in [
        ("repo/.gitignore", 2),
        ("repo/.git/info/exclude", 3),
        ("home/.config/git/ignore", 3),
    ] {
        if generator.random.one_in(often) {
            // Rules for each of them, and few that hide one altogether.
            let rules = generator.rules();
            let rules = rules.split(|byte| *byte == b'\n');
            let lines: Vec<Vec<u8>> = rules
                .map(|rule| match rule.strip_prefix(b"!") {
                    Some(rule) => [b"!t*/", rule, b"\n"].concat(),
                    None => [b"t*/", rule, b"\n"].concat(),
                })
                .collect();
            tree.file(file, lines.concat());
        }
    }
    let mut all = Vec::new();
    for number in 0..trees {
        let folder = format!("t{number}").into_bytes();
        tree.dir([b"repo/", &folder[..]].concat());
        generator.fill(&folder, 3);
        all.push(folder);
        all.append(&mut generator.made);
    }
    if tree.path("repo/.gitignore").exists() {
        all.push(b".gitignore".to_vec());
    }
    let all: BTreeSet<Vec<u8>> = all.into_iter().collect();
    let kinds = "--gitignore -H --kind file,directory,symlink .";
    let found = listed(&tree, "repo", kinds);
    let input: Vec<u8> =
        all.iter().flat_map(|path| path.iter().copied().chain([0])).collect();
    let words = "check-ignore -z --stdin --no-index";
    let ignored = ask(git(&tree, "repo"), words, &input);
    let expected: BTreeSet<Vec<u8>> =
        all.difference(&ignored).cloned().collect();
    if let Some(what) = difference(&tree, &found, &expected) {
        panic!("seed {seed}, {trees} trees: {what}");
    }
    // What git lists, too.
    let kinds = "--gitignore -H --kind file,symlink .";
    let found = listed(&tree, "repo", kinds);
    let expected = untracked(&tree, "repo");
    if let Some(what) = difference(&tree, &found, &expected) {
        panic!("seed {seed}, {trees} trees, ls-files: {what}");
    }
}

#[test]
fn thousands_of_generated_trees_are_ignored_as_git_ignores_them() {
    if !tool::has("git") {
        return;
    }
    // More of them: SANCHAY_GIT_BATCHES=500
    let batches = std::env::var("SANCHAY_GIT_BATCHES");
    let batches = batches.map_or(8, |it| it.parse().unwrap());
    for seed in 0..batches {
        compare(seed, 256);
    }
}

/// The paths that the program lists as text, parted by spaces.
fn shown(tree: &Tree, directory: &str, words: &str) -> String {
    let paths = listed(tree, directory, words);
    let paths = paths.iter().map(|it| String::from_utf8_lossy(it));
    paths.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_repository_in_another_begins_anew() {
    if !tool::has("git") {
        return;
    }
    let tree = Tree::new();
    init(&tree, "repo");
    init(&tree, "repo/sub/inner");
    tree.file("home/.config/git/ignore", "*.user\n/top\n");
    tree.file("repo/.gitignore", "*.log\n/a\nsub/inner/gone\nbuild/\n");
    tree.file("repo/.git/info/exclude", "*.tmp\n");
    tree.file("repo/sub/inner/.git/info/exclude", "/*.bak\n");
    tree.file("repo/sub/inner/deep/.gitignore", "!x.bak\nx\n");
    for at in ["repo", "repo/sub/inner", "repo/sub/inner/deep", "repo/build"] {
        for name in ["a", "x", "top", "gone", "f.log", "f.tmp", "f.user"] {
            tree.file(format!("{at}/{name}"), "");
            tree.file(format!("{at}/x.bak"), "");
        }
    }
    let inner = untracked(&tree, "repo/sub/inner");
    assert!(inner.contains(&b"gone"[..]) && !inner.contains(&b"top"[..]));
    let mut all = untracked(&tree, "repo");
    // Git tells nothing of what is in the other one.
    assert!(all.remove(&b"sub/inner/"[..]));
    all.extend(inner.iter().map(|path| [b"sub/inner/", &path[..]].concat()));
    assert_eq!(listed(&tree, "repo", "-H --gitignore ."), all);
    // From wherever the walk begins.
    let below = |directory: &str| {
        listed(&tree, directory, "-H --gitignore --kind file .")
    };
    assert_eq!(below("repo/sub/inner"), inner);
    let deep = untracked(&tree, "repo/sub/inner/deep");
    assert_eq!(below("repo/sub/inner/deep"), deep);
    assert_eq!(
        listed(&tree, "", "-H --gitignore repo/sub/inner/deep").len(),
        deep.len()
    );
}

#[test]
fn files_above_a_root_count_up_to_the_top_of_its_repository() {
    if !tool::has("git") {
        return;
    }
    let tree = Tree::new();
    init(&tree, "repo");
    tree.file(".gitignore", "*");
    tree.file("repo/.gitignore", "*.o\n/p/q/one\np/*.x\n");
    tree.file("repo/p/.gitignore", "/q/two\n!keep.o\n");
    tree.file("repo/p/.ignore", "/q/r/ignored\n");
    tree.file("repo/.git/info/exclude", "/p/q/three\n");
    tree.file("home/.config/git/ignore", "/p/q/four\n");
    for name in ["a.o", "keep.o", "one", "two", "three", "four", "five", "a.x"]
    {
        tree.file(format!("repo/p/q/{name}"), "");
        tree.file(format!("repo/p/q/r/{name}"), "");
    }
    let expected = untracked(&tree, "repo/p/q");
    assert!(expected.contains(&b"five"[..]) && expected.len() == 10);
    tree.file("repo/p/q/r/ignored", "");
    assert_eq!(listed(&tree, "repo/p/q", "--gitignore ."), expected);
    assert_eq!(listed(&tree, "repo/p/q", "--gitignore"), expected);
    tree.link("repo/p/q", "to");
    for (from, root) in [
        ("", "repo/p/q/"),
        ("", "to"),
        ("repo/p", "q"),
        ("repo/p/q/r", ".."),
        ("repo/p/q/r", "../../q"),
    ] {
        let found = listed(&tree, from, &format!("--gitignore {root}"));
        let prefix = format!("{}/", root.trim_end_matches('/'));
        let found: BTreeSet<Vec<u8>> = found
            .iter()
            .map(|it| it.strip_prefix(prefix.as_bytes()).unwrap().to_vec())
            .collect();
        assert_eq!(found, expected, "{root} from {from:?}");
    }
}

#[test]
fn ignore_files_count_outside_of_repositories_too() {
    let tree = Tree::new();
    tree.file(".gitignore", "*\n");
    tree.file("d/.gitignore", "*.o\n/sub/b\n");
    tree.file("d/sub/.gitignore", "!keep.o\n");
    tree.file("home/.config/git/ignore", "/user\n");
    for name in ["a.o", "keep.o", "b", "c", "user"] {
        tree.file(format!("d/{name}"), "");
        tree.file(format!("d/sub/{name}"), "");
    }
    let expected = "b c sub/c sub/keep.o sub/user";
    assert_eq!(shown(&tree, "d", "--gitignore"), expected);
    assert_eq!(listed(&tree, "d", "").len(), 10);
    // Hidden files are another question, but for git's own.
    tree.file("d/.git/config", "");
    tree.file("d/.hidden", "");
    let expected = ".gitignore .hidden b c sub/.gitignore sub/c sub/keep.o \
                    sub/user";
    assert_eq!(shown(&tree, "d", "--gitignore -H"), expected);
}

#[test]
fn the_excludes_file_is_the_one_that_git_uses() {
    if !tool::has("git") {
        return;
    }
    for (config, file) in [
        ("", "home/.config/git/ignore"),
        ("[core]\n\texcludesFile = ~/own\n", "home/own"),
        ("[core]\n\texcludesFile = \"~/o w n\" # mine\n", "home/o w n"),
        ("[core]\n\texcludesFile =\n", "home/nothing"),
    ] {
        let tree = Tree::new();
        init(&tree, "repo");
        tree.file("home/.gitconfig", config);
        if !config.is_empty() {
            tree.file("home/.config/git/ignore", "b");
        }
        tree.file(file, "a\n");
        tree.file("repo/a", "");
        tree.file("repo/b", "");
        let found = listed(&tree, "repo", "--gitignore");
        assert_eq!(found, untracked(&tree, "repo"), "{config:?}");
    }
    let tree = Tree::new();
    tree.file("home/.gitconfig", "[core]\nexcludesFile = ~/.ssh\n");
    tree.dir("home/.ssh");
    tree.file("d/f", "");
    tree.file("e/f", "");
    let run = scan(&tree, "", "--gitignore d e").exits(3);
    assert_eq!(run.stdout.len(), 8);
    let why = ".ssh: cannot use the ignore file: it is a directory";
    assert_eq!(run.stderr.matches(why).count(), 1, "{}", run.stderr);
}

#[test]
fn rules_of_a_kind_override_those_of_a_lesser_kind() {
    let tree = Tree::new();
    tree.file("first", "*\n!a\n!b\n!c\n!d\n!sub/\n");
    tree.file("second", "a\n/sub/c\n");
    tree.file("d/.gitignore", "b\n");
    tree.file("d/.ignore", "!b\nd\n");
    tree.file("d/sub/.gitignore", "!d\nb\n");
    for name in ["a", "b", "c", "d", "e"] {
        tree.file(format!("d/{name}"), "");
        tree.file(format!("d/sub/{name}"), "");
    }
    let shown = |words| shown(&tree, "d", words);
    let all = "a b c d e sub/a sub/b sub/c sub/d sub/e";
    assert_eq!(shown(""), all);
    // .ignore has the last word, wherever it lies.
    assert_eq!(shown("--gitignore"), "a b c e sub/a sub/b sub/c sub/e");
    let named = "--ignore-file ../first --ignore-file ../second";
    assert_eq!(shown(named), "b c d sub/b sub/d");
    assert_eq!(shown("--ignore-file ../second"), "b c d e sub/b sub/d sub/e");
    let both = format!("--gitignore {named}");
    assert_eq!(shown(&both), "b c sub/b");
    // What is named is looked at, whatever the rules say.
    let named = "--gitignore --ignore-file ../first d sub/d sub";
    assert_eq!(shown(named), "d sub/a sub/c sub/d");
    for (words, why) in [
        ("--ignore-file none", "none: cannot use the ignore file: No such"),
        ("--ignore-file sub", "sub: cannot use the ignore file: it is a"),
    ] {
        for command in ["scan", "hash", "dupes -q"] {
            let words = format!("{command} {words} .");
            let run = sanchay().within(tree.path("d")).words(&words).run();
            let refused = run.exits(2);
            assert!(refused.stderr.contains(why), "{}", refused.stderr);
        }
    }
}

#[test]
fn every_command_and_kind_of_walk_leaves_out_what_is_ignored() {
    let tree = Tree::new();
    tree.file("d/.gitignore", "*.o\nout/\n");
    for name in ["a.o", "a.c", "out/a.c", "sub/a.c", "sub/a.o", "z/out"] {
        tree.file(format!("d/{name}"), "same");
    }
    tree.link("../d/sub", "e/linked");
    tree.link("../d/sub/a.o", "e/b");
    tree.file("e/.gitignore", "linked/\n");
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run();
        run.succeeds().text().to_owned()
    };
    assert_eq!(run("hash -a crc32 --gitignore d").lines().count(), 3);
    assert!(run("dupes -q --gitignore d").starts_with("# 3 files"));
    assert_eq!(run("scan --count --gitignore d"), "3\n");
    assert_eq!(run("scan -0 --gitignore --kind directory d").len(), 10);
    for walker in ["native", "portable"] {
        let words = format!("scan -0 --gitignore --walker {walker} -L d e");
        // By its target, the link is a directory.
        assert!(!run(&words).contains("linked"), "{walker}");
        assert_eq!(run(&words).split_terminator('\0').count(), 4);
    }
    assert!(run("hash -L --gitignore e").ends_with("  e/b\n"));
    for threads in [1, 8] {
        let words = format!("hash -j {threads} -H --gitignore d");
        assert_eq!(run(&words), run("hash -H --gitignore d"));
    }
}

#[test]
fn an_ignore_file_that_is_no_regular_file_is_none() {
    let tree = Tree::new();
    tree.file("rules", "*\n");
    tree.link("../rules", "d/.gitignore");
    tree.link("../rules", "d/.ignore");
    tree.dir("d/sub/.gitignore");
    tree.fifo("d/sub/.ignore");
    tree.file("d/sub/f", "");
    tree.file("d/sub/.git", "gitdir: /\n");
    repository(&tree, "d/third");
    tree.link("../../../../rules", "d/third/.git/info/exclude");
    tree.file("d/third/f", "");
    for words in ["--gitignore d", "--gitignore -L d"] {
        assert_eq!(shown(&tree, "", words), "d/sub/f d/third/f", "{words}");
    }
}

#[test]
fn a_repository_is_what_git_takes_for_one() {
    if !tool::has("git") {
        return;
    }
    let tree = Tree::new();
    init(&tree, "repo");
    tree.file("repo/.gitignore", "*.o\n");
    // An empty `.git` is none, and neither is one that lacks something.
    tree.dir("repo/empty/.git");
    repository(&tree, "repo/half");
    std::fs::remove_dir(tree.path("repo/half/.git/refs")).unwrap();
    // A link to one is one.
    init(&tree, "elsewhere");
    tree.link("../../elsewhere/.git", "repo/linked/.git");
    for directory in ["empty", "half", "linked"] {
        for name in ["a.o", "b"] {
            tree.file(format!("repo/{directory}/{name}"), "");
        }
        let below = format!("repo/{directory}");
        let expected = untracked(&tree, &below);
        assert_eq!(expected.len(), if directory == "linked" { 2 } else { 1 });
        assert_eq!(listed(&tree, &below, "--gitignore"), expected);
    }
    let all = shown(&tree, "repo", "--gitignore");
    assert_eq!(all, "empty/b half/b linked/a.o linked/b");
}

#[test]
fn what_is_wrong_with_a_named_ignore_file_shows_whatever_is_looked_at() {
    let tree = Tree::new();
    tree.file("many", "f\n".repeat(20_001));
    tree.file("file", "");
    for command in ["scan", "hash", "dupes", "summary", "scan --count"] {
        let words = format!("{command} --ignore-file many file");
        let run = sanchay().within(tree.root()).words(&words).run();
        let refused = run.exits(2);
        let why = "many: cannot use the ignore file: it has more than";
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
}

#[test]
fn an_ignore_file_that_cannot_be_used_costs_one_error() {
    let tree = Tree::new();
    tree.sparse("d/large/.gitignore", (1 << 20) + 1);
    tree.file("d/large/f", "");
    tree.file("d/many/.gitignore", "f\n".repeat(20_001));
    tree.file("d/many/f", "");
    let class = "a-z".repeat(300_000);
    tree.file("d/costly/.gitignore", format!("*[{class}]x?\n"));
    tree.file("d/costly/.ignore", "*.o\n");
    tree.file(format!("d/costly/{}", "q".repeat(200)), "");
    tree.file("d/costly/x.o", "");
    tree.file("d/good/.gitignore", "f\n");
    tree.file("d/good/f", "");
    tree.file("d/good/g", "");
    let run = scan(&tree, "", "--gitignore d").exits(3);
    let q = format!("d/costly/{}", "q".repeat(200));
    let expected = [q.as_str(), "d/good/g", "d/large/f", "d/many/f"];
    let expected = expected.map(|it| it.as_bytes().to_vec());
    assert_eq!(paths(&run.stdout), BTreeSet::from(expected));
    for why in [
        "d/large/.gitignore: cannot use the ignore file: it is longer than \
         1048576 bytes",
        "d/many/.gitignore: cannot use the ignore file: it has more than \
         20000 rules",
        "d/costly: cannot filter the names: matching the rules of \
         d/costly/.gitignore costs too much; they were not used here",
    ] {
        assert_eq!(run.stderr.matches(why).count(), 1, "{}", run.stderr);
    }
    let refused =
        scan(&tree, "", "--ignore-file d/many/.gitignore d").exits(2);
    let why = "d/many/.gitignore: cannot use the ignore file: it has more";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}

#[test]
fn an_ignore_file_that_may_not_be_read_costs_one_error() {
    let tree = Tree::new();
    tree.file("d/.gitignore", "f\n");
    tree.file("d/f", "");
    tree.file("d/sub/.ignore", "f\n");
    tree.file("d/sub/f", "");
    repository(&tree, "d/inner");
    tree.file("d/inner/.git/info/exclude", "");
    tree.forbid("d/inner/.git/info");
    tree.forbid("d/.gitignore");
    let home = tree.root().to_str().unwrap();
    let program = sanchay().unprivileged(&tree).within(tree.root());
    let program = program.env("HOME", home).env("XDG_CONFIG_HOME", "");
    let run = program.words("scan -0 --gitignore d").run().exits(3);
    assert_eq!(run.stdout, b"d/f\0");
    for file in ["d/.gitignore", "d/inner/.git/info/exclude"] {
        let why = "cannot use the ignore file: Permission denied";
        let why = format!("{file}: {why}");
        assert_eq!(run.stderr.matches(&why).count(), 1, "{}", run.stderr);
    }
}

#[test]
fn more_ignore_files_than_may_apply_to_a_directory_are_errors() {
    let tree = Tree::new();
    let mut path = String::from("d");
    for level in 0..600 {
        tree.file(format!("{path}/.gitignore"), format!("x{level}\n"));
        path.push_str("/d");
    }
    tree.file(format!("{path}/x3"), "");
    tree.file(format!("{path}/x599"), "");
    let run = scan(&tree, "", "--gitignore d").exits(3);
    assert_eq!(run.stdout, format!("{path}/x599\0").as_bytes());
    let why = "together with those above it, it is larger than";
    // All but 511 of them: git's own are one.
    assert_eq!(run.stderr.matches(why).count(), 89);
}

#[test]
fn a_tree_with_more_ignore_files_than_an_instance_keeps_is_scanned() {
    let tree = Tree::new();
    for number in 0..1500 {
        tree.file(format!("d/{number}/.gitignore"), "*.o\n!keep.o\n");
        tree.file(format!("d/{number}/keep.o"), "");
        tree.file(format!("d/{number}/gone.o"), "");
    }
    let words = "-j 1 --count --gitignore d";
    let run = sanchay().within(tree.root()).arg("scan").words(words).run();
    assert_eq!(run.succeeds().text(), "1500\n");
}
