//! What is set in files and variables, which of it counts, and whose files
//! are read.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use sanchay_testkit::{Finished, Program, Tree};

use crate::sanchay;

/// A tree with a place for the user's file, a project and some files in it.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("project/src/a.rs", "1");
    tree.file("project/src/b.txt", "22");
    tree.file("project/.hidden", "333");
    tree.file("project/deep/er/c.rs", "4444");
    tree
}

fn user(tree: &Tree, text: &str) {
    tree.file("xdg/sanchay/sanchay.toml", text);
}

fn project(tree: &Tree, text: &str) {
    tree.file("project/sanchay.toml", text);
}

/// The program in the project, with the files that are found.
fn configured(tree: &Tree) -> Program {
    let home = tree.path("xdg").to_str().unwrap().to_owned();
    sanchay()
        .within(tree.path("project"))
        .env("SANCHAY_NO_CONFIG", "")
        .env("XDG_CONFIG_HOME", &home)
}

fn run(tree: &Tree, words: &str) -> Finished {
    configured(tree).words(words).run()
}

/// The names that a scan lists, sorted.
fn names(finished: Finished) -> Vec<String> {
    let finished = finished.succeeds();
    let lines = finished.text().lines();
    let mut names: Vec<String> = lines
        .map(|line| line.rsplit(['\t', '/']).next().unwrap().to_owned())
        .filter(|name| name != "sanchay.toml")
        .collect();
    names.sort();
    names
}

#[test]
fn options_of_a_file_count_for_every_command_that_has_them() {
    let tree = tree();
    user(&tree, "hidden = true\n[scan]\nextension = ['rs']\n");
    assert_eq!(names(run(&tree, "scan")), ["a.rs", "c.rs"]);
    let hashed = run(&tree, "hash . --no-config").succeeds();
    assert_eq!(hashed.text().lines().count(), 3);
    let hashed = run(&tree, "hash .").succeeds();
    assert_eq!(hashed.text().lines().count(), 4);
}

#[test]
fn the_nearest_setting_of_an_option_counts() {
    let tree = tree();
    user(&tree, "max-depth = 1\nextension = ['rs', 'txt']\n");
    assert_eq!(names(run(&tree, "scan")), Vec::<String>::new());
    project(&tree, "max-depth = 2\n");
    assert_eq!(names(run(&tree, "scan")), ["a.rs", "b.txt"]);
    let variable = || configured(&tree).env("SANCHAY_MAX_DEPTH", "9");
    assert_eq!(
        names(variable().words("scan").run()),
        ["a.rs", "b.txt", "c.rs"]
    );
    let line = "scan --max-depth 2 -e txt";
    assert_eq!(names(variable().words(line).run()), ["b.txt"]);
    // The table of a command is nearer than what is for all of them.
    project(&tree, "max-depth = 1\n[scan]\nmax-depth = 2\n");
    assert_eq!(names(run(&tree, "scan")), ["a.rs", "b.txt"]);
    // But a nearer file is nearer than a table.
    user(&tree, "[scan]\nmax-depth = 3\n");
    project(&tree, "max-depth = 2\n");
    assert_eq!(names(run(&tree, "scan -e rs")), ["a.rs"]);
}

#[test]
fn what_is_configured_can_be_taken_back() {
    let tree = tree();
    project(&tree, "hidden = true\nexclude = ['*.rs', '*.toml']\n");
    let run = |words: &str| names(run(&tree, words));
    assert_eq!(run("scan"), [".hidden", "b.txt"]);
    assert_eq!(run("scan --no-hidden"), ["b.txt"]);
    assert_eq!(run("scan --no-exclude --no-hidden").len(), 3);
    assert_eq!(run("scan -H --no-hidden"), ["b.txt"]);
    assert_eq!(run("scan --no-hidden -H"), [".hidden", "b.txt"]);
    assert_eq!(run("scan -E none --no-hidden").len(), 3);
    let variable = configured(&tree).env("SANCHAY_HIDDEN", "no");
    assert_eq!(names(variable.words("scan").run()), ["b.txt"]);
}

#[test]
fn a_setting_that_does_not_go_with_what_was_given_is_left_out() {
    let tree = tree();
    project(
        &tree,
        "format = 'ndjson'\nplugin-memory = '1MiB'\nbeneath = true\n\
         [hash]\ntag = true\nhidden = true\n",
    );
    let json = run(&tree, "scan").succeeds();
    assert!(json.text().starts_with('{'), "{}", json.text());
    assert_eq!(run(&tree, "scan --count").succeeds().text(), "4\n");
    let zero = run(&tree, "scan -0 -e rs src").succeeds();
    assert_eq!(zero.text(), "src/a.rs\0");
    let json = run(&tree, "scan --json src").succeeds();
    assert!(json.text().starts_with('['), "{}", json.text());
    // A list is checked, whatever is set for hashing.
    let list = run(&tree, "hash --no-config src -o list").succeeds();
    assert_eq!(list.stdout, b"");
    let checked = run(&tree, "hash --check list --format text").succeeds();
    assert!(checked.text().contains("src/a.rs: OK"), "{}", checked.text());
    // Of two settings that do not go together, the nearer one counts.
    user(&tree, "[scan]\nprint0 = true\n");
    let json = run(&tree, "scan src").succeeds();
    assert!(json.text().starts_with('{'), "{}", json.text());
    user(&tree, "[scan]\njson = true\n");
    project(&tree, "[scan]\nformat = 'csv'\n");
    let csv = run(&tree, "scan src").succeeds();
    assert!(csv.text().starts_with("path,"), "{}", csv.text());
}

#[test]
fn a_setting_that_this_run_has_no_use_for_is_left_out() {
    let tree = tree();
    run(&tree, "hash --no-config src -o list").succeeds();
    let configured = |words: &str| configured(&tree).words(words);
    for words in ["scan src", "hash --check list", "dupes src"] {
        let template = "{hash|path}\\t{modified}";
        let with = configured(words).env("SANCHAY_TEMPLATE", template);
        let plain = configured(words).run().exits(0);
        assert_eq!(with.run().exits(0).text(), plain.text(), "{words}");
    }
    let template = configured("hash src").env("SANCHAY_TEMPLATE", "{hash:4}");
    assert!(template.run().exits(0).lines().iter().all(|it| it.len() == 4));
    for (text, words) in [
        ("fields = ['path', 'hash']\n", "hash --check list"),
        ("fields = ['path', 'hash']\n", "scan src"),
        ("fields = ['mode']\n", "dupes src"),
        ("sort = 'hash'\n", "scan src"),
        ("hyperlink = 'always'\n", "scan --format csv src"),
        ("hyperlink = 'always'\n", "scan -0 src"),
        ("hyperlink = 'always'\n", "hash --json src"),
        ("hyperlink = 'always'\nprint0 = true\n", "scan src"),
        ("min-size = '1MiB'\n", "scan --max-size 10 src"),
        ("min-size = '2MiB'\nmax-size = '1MiB'\n", "summary src"),
        ("kind = 'directory'\n", "hash src"),
        ("kind = 'symlink'\n", "dupes src"),
    ] {
        project(&tree, text);
        let finished = run(&tree, words).exits(0);
        assert_eq!(finished.stderr.matches("error:").count(), 0, "{words}");
        // It is used where it has a use, and what was given is an error.
        let log = run(&tree, &format!("{words} -vv")).exits(0);
        assert!(log.stderr.contains("left out"), "{words}: {}", log.stderr);
    }
    project(&tree, "");
    for words in [
        "hash --check list --fields hash",
        "scan --sort hash src",
        "scan --template {hash} src",
        "scan -0 --hyperlink=always src",
        "scan --min-size 2 --max-size 1 src",
        "hash --kind directory src",
    ] {
        run(&tree, words).exits(2);
    }
    project(&tree, "fields = ['path', 'nonesuch']\n");
    let wrong = run(&tree, "scan src").exits(2);
    assert!(wrong.stderr.contains("there is no field 'nonesuch'"));
}

#[test]
fn what_is_set_for_every_command_need_not_suit_every_command() {
    let tree = tree();
    project(&tree, "format = 'ndjson'\nalgorithm = 'crc32'\n");
    let summary = run(&tree, "summary src").succeeds();
    assert!(!summary.text().starts_with('{'), "{}", summary.text());
    let hashed = run(&tree, "hash src --format text --tag").succeeds();
    assert!(hashed.text().contains("CRC32"), "{}", hashed.text());
    let groups = run(&tree, "dupes src -q").succeeds();
    assert_eq!(groups.stdout, b"");
    // In the table of a command it must.
    project(&tree, "[summary]\nformat = 'ndjson'\n");
    let wrong = run(&tree, "summary src").exits(2);
    let why = "sanchay.toml:2: format: expected one of text, json";
    assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
}

#[test]
fn every_kind_of_value_is_written_as_it_is() {
    let tree = tree();
    project(
        &tree,
        "threads = 2\nmin-size = 2\nverbose = 1\n\
         changed-within = 1970-01-02\nglob = '*.{rs,txt}'\n\
         [hash]\npartial = true\n[dupes]\npartial = 1\n",
    );
    let wrong = run(&tree, "scan").exits(2);
    let why = "sanchay.toml:9: dupes has no option 'partial'";
    assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
    let text = fs::read_to_string(tree.path("project/sanchay.toml")).unwrap();
    project(&tree, text.split("[dupes]").next().unwrap());
    let finished = run(&tree, "hash .").exits(0);
    assert_eq!(finished.text().lines().count(), 2);
    assert!(finished.text().contains("xxh64:"), "{}", finished.text());
    assert!(finished.stderr.contains("run finished"), "{}", finished.stderr);
    let quiet = run(&tree, "hash . --no-verbose --no-partial").succeeds();
    assert_eq!(quiet.stderr, "");
    assert!(!quiet.text().contains("xxh64:"));
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let tree = tree();
    for (text, line, expected) in [
        (
            "hiden = true",
            1,
            "no command has an option 'hiden': did you mean hidden?",
        ),
        ("\n\nmax_depth = 1", 3, "did you mean max-depth?"),
        ("[scna]", 1, "there is nothing called [scna]: did you mean scan?"),
        ("[scan]\ntag = true", 2, "scan has no option 'tag'"),
        ("[scan.deep]\nx = 1", 1, "there is nothing called [scan.deep]"),
        ("[threads]", 1, "it is an option, and has no table"),
        ("scan = 1", 1, "it is a command: write [scan]"),
        ("hidden = 'yes'", 1, "hidden: expected true or false, not a text"),
        ("threads = true", 1, "threads: expected a text or a number"),
        ("threads = [1]", 1, "threads: expected a text or a number"),
        ("exclude = [1, true]", 1, "exclude: expected a text, a number"),
        ("exclude = {a = 1}", 1, "it is an option, and has no table"),
        ("threads = 0", 1, "threads: 0 is not in 1..=1024"),
        ("threads = 'many'", 1, "threads: "),
        ("min-size = '1x'", 1, "min-size: "),
        ("format = 'xml'", 1, "format: expected one of text, ndjson"),
        ("[scan]\nwhere = 'size >'", 2, "where: "),
        ("output = 'f'", 1, "output: it is for a single run"),
        ("count = true", 1, "count: it is for a single run"),
        ("no-config = true", 1, "no command has an option 'no-config'"),
        ("help = true", 1, "no command has an option 'help'"),
        ("filter = 'raw'", 1, "no configuration file has [filters.raw]"),
        ("filters = 1", 1, "filters: expected a table"),
        (
            "[filters.raw]\nwher = 'x'",
            2,
            "there is no filter 'wher': did you mean where?",
        ),
        (
            "[filters.raw]\nmin-size = [1]",
            2,
            "min-size: expected a text or a number",
        ),
        ("[roots.a]", 1, "roots.a: expected path = 'DIR'"),
        ("[roots.a]\npath = 1", 2, "expected path = 'DIR'"),
        (
            "[roots.a]\npat = 'x'",
            2,
            "there is no key 'pat': did you mean path?",
        ),
        ("[roots.'a/b']\npath = 'x'", 1, "no slash"),
        ("hidden = true\nhidden = false", 2, "duplicate key"),
        ("hidden =", 1, ""),
        ("\"\u{1b}\" = 1", 1, ""),
    ] {
        project(&tree, text);
        let finished = run(&tree, "scan").exits(2);
        assert_eq!(finished.stdout, b"", "{text}");
        let said = finished.stderr;
        let place = format!("sanchay.toml:{line}: ");
        assert!(said.starts_with("sanchay: /"), "{text}: {said}");
        assert!(said.contains(&place), "{text}: {said}");
        assert!(said.contains(expected), "{text}: {said}");
        assert!(!said.contains("--help"), "{text}: {said}");
        assert!(!said.contains('\u{1b}'), "{text}: {said:?}");
        // Whoever asks for no files, for help or for the places of files does
        // not need them.
        for words in
            ["scan --no-config -q", "scan --help", "config path", "man"]
        {
            let _ = run(&tree, words).succeeds();
        }
    }
    let long = format!("# {}", "x".repeat(1 << 20));
    for (bytes, expected) in [
        (long.as_bytes(), "at most 1 MiB"),
        (b"# \xff", "is UTF-8"),
        ("a.".repeat(5000).as_bytes(), ""),
        ("a = [".repeat(5000).as_bytes(), ""),
    ] {
        fs::write(tree.path("project/sanchay.toml"), bytes).unwrap();
        let finished = run(&tree, "scan").exits(2);
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    }
}

#[test]
fn what_is_wrong_with_a_variable_is_told_with_its_name() {
    let tree = tree();
    for (name, value, expected) in [
        ("SANCHAY_HIDDEN", "maybe", "SANCHAY_HIDDEN: expected 1 or 0"),
        ("SANCHAY_THREADS", "0", "SANCHAY_THREADS: 0 is not in 1..=1024"),
        ("SANCHAY_VERBOSE", "x", "SANCHAY_VERBOSE: expected a number"),
        ("SANCHAY_NO_CONFIG", "x", "SANCHAY_NO_CONFIG: expected 1 or 0"),
        ("SANCHAY_CONFIG", "/none", "/none: cannot open"),
    ] {
        let run = configured(&tree).env(name, value).words("scan").run();
        let said = run.exits(2).stderr;
        assert!(said.contains(expected), "{name}: {said}");
    }
    // What is no option of the command, or empty, sets nothing.
    let run = configured(&tree).env("SANCHAY_TAG", "maybe");
    let run = run.env("SANCHAY_THREADS", "").words("scan").run();
    assert_eq!(names(run), ["a.rs", "b.txt", "c.rs"]);
}

#[test]
fn a_variable_has_a_value_a_line() {
    let tree = tree();
    let run = |name, value: &str| {
        configured(&tree).env(name, value).words("scan").run()
    };
    assert_eq!(names(run("SANCHAY_EXCLUDE", "*.txt\nc.*\n")), ["a.rs"]);
    let fields = run("SANCHAY_FIELDS", "size,name").succeeds();
    assert!(fields.text().contains("2\tb.txt\n"), "{}", fields.text());
}

#[test]
fn a_named_file_is_read_in_place_of_those_that_are_found() {
    let tree = tree();
    user(&tree, "hidden = true");
    project(&tree, "max-depth = 1");
    tree.file("other.toml", "extension = ['rs']");
    for words in ["scan --config ../other.toml", "--config=../other.toml scan"]
    {
        assert_eq!(names(run(&tree, words)), ["a.rs", "c.rs"]);
    }
    let variable = configured(&tree).env("SANCHAY_CONFIG", "../other.toml");
    assert_eq!(names(variable.words("scan").run()), ["a.rs", "c.rs"]);
    let missing = run(&tree, "scan --config none").exits(2);
    assert!(missing.stderr.starts_with("sanchay: none: cannot open: "));
    let both = run(&tree, "scan --config f --no-config").exits(2);
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);
}

#[test]
fn the_nearest_file_upward_from_the_working_directory_is_read() {
    let tree = tree();
    project(&tree, "extension = 'rs'");
    let below = configured(&tree).within(tree.path("project/deep/er"));
    assert_eq!(names(below.words("scan").run()), ["c.rs"]);
    tree.file("project/deep/sanchay.toml", "extension = 'txt'");
    let below = configured(&tree).within(tree.path("project/deep/er"));
    assert_eq!(names(below.words("scan").run()), Vec::<String>::new());
    // The user's own file is not a project's as well.
    user(&tree, "[scan]\nextension = 'txt'\n");
    let own = configured(&tree).within(tree.path("xdg/sanchay"));
    let looked = own.words("config path").run().succeeds();
    assert_eq!(looked.text().matches("read").count(), 1);
}

#[test]
fn a_file_that_others_may_have_written_is_not_read() {
    let tree = tree();
    project(&tree, "hidden = true");
    let file = tree.path("project/sanchay.toml");
    let folder = tree.path("project");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let hidden = ".hidden".to_owned();
    assert!(names(run(&tree, "scan")).contains(&hidden));
    for (path, given, safe) in [(&file, 0o666, 0o644), (&folder, 0o777, 0o755)]
    {
        mode(path, given);
        let finished = run(&tree, "scan").exits(0);
        let said = &finished.stderr;
        assert!(!finished.text().contains(&hidden));
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("not read: other users may write"), "{said}");
        assert_eq!(run(&tree, "scan -q").succeeds().stderr, "");
        // Who names it wants it.
        let named = run(&tree, "scan --config sanchay.toml");
        assert!(names(named).contains(&hidden));
        mode(path, safe);
    }
    // A program that this one starts does not say it again.
    mode(&file, 0o666);
    let module = tree.file("m.wat", "(module)");
    let packed = configured(&tree).args(["plugin", "check"]).arg(module);
    let said = packed.run().stderr;
    assert_eq!(said.matches("not read").count(), 1, "{said}");
    fs::remove_file(&file).unwrap();
    tree.fifo("project/sanchay.toml");
    let finished = run(&tree, "scan").exits(0);
    assert!(finished.stderr.contains("not a regular file"));
}

#[test]
fn a_file_of_another_user_is_not_read() {
    let tree = tree();
    project(&tree, "hidden = true");
    let is_root = fs::metadata("/proc/self")
        .is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    if !is_root {
        eprintln!("LEFT OUT: only root can give files away");
        return;
    }
    let file = tree.path("project/sanchay.toml");
    std::os::unix::fs::chown(&file, Some(4_242), None).unwrap();
    let finished = run(&tree, "scan").exits(0);
    let why = "not read: it belongs to another user (4242)";
    assert!(finished.stderr.contains(why), "{}", finished.stderr);
    assert!(!finished.text().contains(".hidden"));
    // Root's own is read by all.
    std::os::unix::fs::chown(&file, Some(0), None).unwrap();
    let finished = configured(&tree).unprivileged(&tree).words("scan").run();
    assert!(finished.succeeds().text().contains(".hidden"));
}

#[test]
fn sets_of_filters_are_used_by_their_names() {
    let tree = tree();
    user(
        &tree,
        "[filters.rust]\nextension = ['rs', 'toml']\n\
         [filters.shallow]\nwhere = 'depth <= 2'\nexclude = 'sanchay.toml'\n\
         [filters.small]\nmax-size = 2\n",
    );
    let of = |words: &str| names(run(&tree, words));
    assert_eq!(of("scan --filter rust"), ["a.rs", "c.rs"]);
    assert_eq!(of("scan --filter rust --filter shallow"), ["a.rs"]);
    assert_eq!(of("scan --filter shallow -e txt"), ["b.txt"]);
    let explained = run(&tree, "scan --filter shallow --explain").succeeds();
    let expected = "not hidden and depth <= 2 and kind = file and not ";
    assert!(explained.text().starts_with(expected), "{}", explained.text());
    let hashed = run(&tree, "hash . --filter small").succeeds();
    assert_eq!(hashed.text().lines().count(), 2);
    // A nearer set replaces one of the same name.
    project(&tree, "filter = ['rust']\n[filters.rust]\nextension = 'txt'\n");
    assert_eq!(of("scan"), ["b.txt"]);
    assert_eq!(of("scan --no-filter").len(), 3);
    for words in ["scan --filter rst", "hash . --filter rst"] {
        let wrong = run(&tree, words).exits(2);
        let why =
            "no configuration file has [filters.rst]: did you mean rust?";
        assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("--filter <NAME>"), "{}", wrong.stderr);
    }
    let wrong = run(&tree, "scan --no-config --filter rust").exits(2);
    assert!(wrong.stderr.contains("[filters.rust]"), "{}", wrong.stderr);
}

#[test]
fn roots_are_used_by_their_names() {
    let tree = tree();
    tree.file("other/d.rs", "55555");
    tree.file("project/@code/e.rs", "");
    let both = "['src', '../other']";
    project(
        &tree,
        &format!("[roots.code]\npaths = {both}\n[roots.one]\npath = 'deep'\n"),
    );
    let of = |words: &str| names(run(&tree, words));
    assert_eq!(of("scan @code"), ["a.rs", "b.txt", "d.rs"]);
    assert_eq!(of("scan @one/er @code -e rs"), ["a.rs", "c.rs", "d.rs"]);
    assert_eq!(of("scan ./@code"), ["e.rs"]);
    let summary = run(&tree, "summary @code --json").succeeds();
    assert!(summary.text().contains("\"files\""), "{}", summary.text());
    let hashed = run(&tree, "hash @code").succeeds();
    assert_eq!(hashed.text().lines().count(), 3);
    let below = configured(&tree).within(tree.path("project/deep"));
    assert_eq!(names(below.words("scan @one").run()), ["c.rs"]);
    let wrong = run(&tree, "scan @cod").exits(2);
    let why = "no configuration file has [roots.cod]: did you mean code?";
    assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("./@cod"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("sanchay scan"), "{}", wrong.stderr);
}

#[test]
fn what_is_in_force_is_shown_with_where_it_comes_from() {
    let tree = tree();
    user(
        &tree,
        "threads = 2\nhidden = true\n[scan]\nthreads = 3\n\
         [filters.raw]\nwhere = 'ext = \"cr3\"'\n[roots.a]\npath = '/x'\n",
    );
    project(&tree, "threads = 4\n[hash]\ntag = true\n");
    let program = || configured(&tree).env("SANCHAY_MAX_DEPTH", "3");
    let finished = program().words("config").run().succeeds();
    let root = fs::canonicalize(tree.root()).unwrap();
    let root = root.to_str().unwrap();
    let user = tree.path("xdg/sanchay/sanchay.toml");
    let user = user.to_str().unwrap();
    let expected = format!(
        "max-depth = \"3\"  # SANCHAY_MAX_DEPTH\n\
         threads = 4  # {root}/project/sanchay.toml:1\n\
         hash.tag = true  # {root}/project/sanchay.toml:3\n\
         hidden = true  # {user}:2\n\
         filters.raw.where = 'ext = \"cr3\"'  # {user}:6\n\
         roots.a.paths = [\"/x\"]  # {user}:7\n"
    );
    assert_eq!(finished.text(), expected);
    let finished = program().words("config --format json").run().succeeds();
    let rows: serde_json::Value =
        serde_json::from_str(finished.text()).unwrap();
    assert_eq!(rows[1]["key"], "threads");
    assert_eq!(rows[1]["value"], 4);
    assert_eq!(rows[1]["line"], 1);
    assert_eq!(rows[0]["variable"], "SANCHAY_MAX_DEPTH");
    // What is printed can be configured again.
    let text = format!("{}\n", program().words("config").run().text());
    let text = text.replace("max-depth = \"3\"", "max-depth = 3");
    tree.file("again.toml", &text);
    let again = run(&tree, "config --config ../again.toml").succeeds();
    assert_eq!(again.text().lines().count(), 6);
    assert_eq!(run(&tree, "config --no-config").succeeds().text(), "");
    let looked = run(&tree, "config path").succeeds();
    let lines: Vec<&str> = looked.text().lines().collect();
    assert_eq!(lines[0], format!("user\tread\t{user}"));
    assert_eq!(
        lines[1],
        format!("project\tread\t{root}/project/sanchay.toml")
    );
    assert_eq!(lines.len(), 2);
    let looked = run(&tree, "config path --format json").succeeds();
    let rows: serde_json::Value = serde_json::from_str(looked.text()).unwrap();
    assert_eq!(rows[0]["kind"], "user");
    assert_eq!(rows[0]["state"], "read");
}

#[test]
fn the_example_of_the_documentation_can_be_used() {
    let tree = tree();
    let page = include_str!("../../docs/CONFIGURATION.md");
    let example = page.split("```toml\n").nth(1).unwrap();
    project(&tree, example.split("```").next().unwrap());
    let shown = run(&tree, "config").succeeds();
    assert_eq!(shown.text().lines().count(), 7, "{}", shown.text());
    assert_eq!(names(run(&tree, "scan --filter raw")), Vec::<String>::new());
}

#[test]
fn a_setting_that_cannot_be_used_is_an_error_of_what_shows_it() {
    let tree = tree();
    for (text, expected) in [
        ("[hash]\nalgorithm = 'md4'", "2: algorithm: expected one of"),
        ("filter = 'none'", "1: filter: no configuration file has"),
        ("[filters.a]\nmin-size = 'x'", "2: min-size: "),
        ("[filters.a]\nwhere = 'size >'", "2: where: "),
    ] {
        project(&tree, text);
        let finished = run(&tree, "config").exits(2);
        let said = finished.stderr;
        assert!(said.contains(&format!("sanchay.toml:{expected}")), "{said}");
    }
}

/// Every option that the help of a command shows can be configured, apart
/// from those that belong to a single run.
#[test]
fn an_option_that_is_shown_can_be_configured() {
    let tree = tree();
    let mut configurable = 0;
    for verb in ["scan", "hash", "dupes", "summary"] {
        let help = run(&tree, &format!("{verb} --help")).succeeds();
        for line in help.text().lines() {
            let line = line.trim_start();
            if !line.starts_with('-') {
                continue;
            }
            let Some(at) = line.find("--") else { continue };
            let name = line[at + 2..].split([' ', '[', '.']).next().unwrap();
            let takes_value = line[at..].contains('<');
            let value = if takes_value { "[[1]]" } else { "'x'" };
            project(&tree, &format!("[{verb}]\n{name} = {value}\n"));
            let said = run(&tree, &format!("{verb} .")).exits(2).stderr;
            if said.contains(&format!("{name}: expected ")) {
                configurable += 1;
                continue;
            }
            let of_one_run = said.contains("it is for a single run")
                || said.contains("no file of a project")
                || said.contains("no option");
            let known = [
                "against",
                "anonymous",
                "catalog",
                "check",
                "config",
                "count",
                "endpoint",
                "exec",
                "exec-batch",
                "explain",
                "files-from",
                "files0-from",
                "help",
                "html",
                "no-config",
                "output",
                "profile",
                "region",
                "template",
                "tree",
                "version",
            ];
            assert!(of_one_run && known.contains(&name), "{name}: {said}");
        }
    }
    assert!(configurable > 80, "{configurable}");
}

#[test]
fn a_configured_algorithm_says_nothing_of_lists() {
    let tree = tree();
    let list = run(&tree, "hash -a sha256 src/a.rs src/b.txt").succeeds();
    tree.file("project/list", list.text());
    user(&tree, "[hash]\nalgorithm = 'blake3'\n");
    let checked = run(&tree, "hash --check list").succeeds();
    assert_eq!(checked.text(), "src/a.rs: OK\nsrc/b.txt: OK\n");
}

#[test]
fn no_file_words_what_is_printed() {
    let tree = tree();
    project(&tree, "[hash]\ntemplate = '{path}: OK'\n");
    let refused = run(&tree, "hash src/a.rs").exits(2);
    assert!(refused.stderr.contains("template"), "{}", refused.stderr);
}
