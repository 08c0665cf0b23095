//! Components that are refused, and what they would like to do to whoever
//! reads the reason: hang the program, or drive the terminal.

use std::{fs, path::PathBuf, time::Duration};

use sanchay_testkit::{Finished, Tree, plugin, random::Random};

use crate::plugins::{file, with_cache};

/// What a terminal obeys, as WAT writes it: it is cleared, and what follows is
/// turned around.
const MISCHIEF: &str = r"\u{1b}[2J\u{202e}gpj\u{9b}1m";

/// A component that looks like a filter until it is compiled.
pub(crate) fn impostor(within: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component {within} (instance $empty)
            (export "sanchay:inspect/matching@0.1.0" (instance $empty)))"#
    ))
    .unwrap()
}

/// A module with two exports of one name, which no module may have.
fn twice(name: &str) -> String {
    format!(r#"module (func $f) (export "{name}" (func $f))"#)
        + &format!(r#" (export "{name}" (func $f))"#)
}

fn write(tree: &Tree, name: &str, bytes: Vec<u8>) -> PathBuf {
    let path = tree.path(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Asserts that a refusal is one line, not too long, that holds nothing that
/// a terminal obeys.
#[track_caller]
fn assert_tame(finished: &Finished, codes: &[i32]) {
    let said = &finished.stderr;
    assert!(codes.contains(&finished.code().unwrap()), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let line = said.trim_end();
    assert!(line.len() < 1200, "{} bytes", line.len());
    let obeyed =
        |c: char| c.is_control() || ('\u{2028}'..'\u{2070}').contains(&c);
    assert!(!line.contains(obeyed), "{line:?}");
}

#[test]
fn a_component_with_a_long_complaint_is_refused_at_once() {
    let tree = Tree::new();
    let module = format!("(core {})", twice(&"n".repeat(90_000)));
    let component = write(&tree, "x.wasm", impostor(&module));
    let finished = with_cache()
        .limit(Duration::from_secs(30))
        .within(tree.root())
        .words("scan --plugin")
        .arg(component)
        .run();
    assert_tame(&finished, &[2]);
    assert!(finished.stderr.contains("cannot compile it"));
}

#[test]
fn what_a_component_has_said_about_it_cannot_drive_a_terminal() {
    let tree = Tree::new();
    let module = twice(MISCHIEF);
    let bad = impostor(&format!("(core {module})"));
    let imports: String = (0..2000)
        .map(|it| format!(r#"(import "i{it}{MISCHIEF}" (func)) "#))
        .collect();
    let version = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/plugins/filter.wat"
    ))
    .unwrap()
    .replace("\"pick0.1\"", r#""pick\e2\80\ae""#);
    for (name, component, words) in [
        ("bad", bad, "cannot compile it"),
        ("imports", impostor(&imports), "and 1990 more"),
        (
            "version",
            plugin::component("filter-plugin", &version),
            "its version",
        ),
        ("noise", b"noise\n\x1b".to_vec(), "not a WebAssembly component"),
    ] {
        let path = write(&tree, name, component);
        for command in ["scan --plugin", "plugin check", "plugin pack"] {
            if command == "plugin pack" && name != "noise" {
                continue;
            }
            let program = with_cache().within(tree.root());
            let finished = program.words(command).arg(&path).run();
            assert_tame(&finished, &[1, 2]);
            if command != "plugin pack" {
                assert!(finished.stderr.contains(words), "{name}");
            }
        }
    }
    let core = wat::parse_str(format!("({module})")).unwrap();
    let core = write(&tree, "core.wasm", core);
    let finished =
        with_cache().words("plugin pack -o /dev/null").arg(core).run();
    assert_tame(&finished, &[2]);
    assert!(finished.stderr.contains("cannot make a component from it"));
}

/// Modules that differ from one that is sound in a byte or a few.
fn tampered(sound: &[u8], count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Random::new(2026);
    (0..count).map(move |_| {
        let mut module = sound.to_vec();
        for _ in 0..=random.below(4) {
            let place = random.below(module.len());
            module[place] = u8::try_from(random.below(256)).unwrap();
        }
        module
    })
}

#[test]
fn a_module_that_was_tampered_with_costs_a_message_at_most() {
    let tree = Tree::new();
    let sound = plugin::extractor_module();
    // What makes components of modules crashes on some of these, and
    // overflows its stack on others: on how many depends on its version.
    let mut crashes = 0;
    for (tried, module) in tampered(&sound, 5000).enumerate() {
        if tried >= 200 && crashes > 0 {
            break;
        }
        let path = write(&tree, "core.wasm", module);
        let program = with_cache().within(tree.root());
        let finished = program
            .words("plugin pack -o /dev/null")
            .arg(path)
            .env("RUST_BACKTRACE", "1")
            .run();
        assert_tame(&finished, &[0, 2]);
        let said = &finished.stderr;
        for word in ["panicked", "RUST_BACKTRACE", "thread"] {
            assert!(!said.contains(word), "{said}");
        }
        crashes += usize::from(
            said.contains("its encoder crashed")
                || said.contains("it was too much for what was to read it"),
        );
    }
    assert_ne!(crashes, 0, "nothing that was tried crashes the encoder");
}

#[test]
fn options_of_plugins_that_would_be_ignored_are_refused() {
    let tree = Tree::new();
    tree.file("list", "");
    tree.file("a", "");
    for words in [
        "hash --check --plugin missing.wasm list",
        "hash --check --plugin-memory 1MiB list",
        "hash --check --plugin-time 1s list",
        "hash --check --plugin-output 1MiB list",
        "hash --check --plugin-handles 1 list",
        "hash --check --plugin-instances 1 list",
        "hash --check --plugin-compile-time 1s list",
        "scan --plugin-memory 1MiB",
        "hash --plugin-time 1s a",
        "dupes --plugin-compile-time 1s",
        "hash --plugin missing.wasm",
        "hash --plugin missing.wasm -",
    ] {
        let finished = with_cache().within(tree.root()).words(words).run();
        assert_eq!(finished.code(), Some(2), "{words}");
        let said = &finished.stderr;
        assert!(said.contains("error: "), "{words}: {said}");
        assert!(said.contains("--plugin"), "{words}: {said}");
    }
    for words in [
        "plugin check --plugin-memory 1MiB",
        "plugin run a --plugin-time 1s --plugin-memory 1MiB",
    ] {
        let (command, rest) = words.split_once(' ').unwrap();
        let (verb, rest) = rest.split_once(' ').unwrap();
        let program = with_cache().within(tree.root()).words(command);
        let finished = program.arg(verb).arg(file("filter")).words(rest).run();
        assert_eq!(finished.code(), Some(0), "{words}: {}", finished.stderr);
    }
}

#[test]
fn an_extractor_whose_values_nobody_prints_is_refused() {
    let tree = Tree::new();
    tree.file("a", "abcd");
    for words in ["scan -0", "scan --count", "dupes -0"] {
        let run = |plugin| {
            let program = with_cache().within(tree.root());
            program.words(words).arg("--plugin").arg(file(plugin)).run()
        };
        let refused = run("extractor");
        assert_eq!(refused.code(), Some(2), "{words}");
        assert_eq!(refused.stdout, b"", "{words}");
        let why = "prints none of its values";
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
        assert_eq!(run("filter").code(), Some(0), "{words}");
    }
}

#[test]
fn no_output_goes_over_a_plugin_or_a_file_to_be_read() {
    let tree = Tree::new();
    let precious = tree.file("in.txt", "precious");
    tree.file("t/a", "a");
    for name in ["filter", "extractor"] {
        let component = fs::read(file(name)).unwrap();
        let victim = write(&tree, "victim.wasm", component.clone());
        for words in [
            "scan --plugin victim.wasm t -o victim.wasm",
            "scan --plugin victim.wasm t -o ./t/../victim.wasm",
            "hash --plugin victim.wasm t -o victim.wasm",
            "dupes --plugin victim.wasm t -o victim.wasm",
            "plugin run victim.wasm in.txt -o victim.wasm",
            "plugin run victim.wasm in.txt -o in.txt",
        ] {
            let finished = with_cache().within(tree.root()).words(words).run();
            assert_eq!(finished.code(), Some(2), "{words}");
            let why = "the output file is also an input";
            assert!(finished.stderr.contains(why), "{words}");
            assert_eq!(fs::read(&victim).unwrap(), component, "{words}");
            assert_eq!(fs::read(&precious).unwrap(), b"precious", "{words}");
        }
    }
    let words = "scan --count --plugin victim.wasm t -o victim.wasm";
    let victim =
        write(&tree, "victim.wasm", fs::read(file("filter")).unwrap());
    let finished = with_cache().within(tree.root()).words(words).run();
    assert_eq!(finished.code(), Some(2));
    assert!(fs::metadata(victim).unwrap().len() > 8);
    // A second name of a module is the module.
    let module = wat::parse_str("(module)").unwrap();
    let core = write(&tree, "core.wasm", module.clone());
    fs::hard_link(&core, tree.path("link.wasm")).unwrap();
    for output in ["core.wasm", "link.wasm"] {
        let words = format!("plugin pack core.wasm -o {output}");
        let finished = with_cache().within(tree.root()).words(&words).run();
        assert_eq!(finished.code(), Some(2), "{words}");
        assert_eq!(fs::read(&core).unwrap(), module, "{words}");
    }
}

#[test]
fn two_plugins_of_one_name_are_refused_unless_one_is_given_another() {
    let tree = Tree::new();
    tree.file("!u", "");
    for (name, plugin) in [
        ("one.wasm", "filter"),
        ("two.wasm", "filter"),
        ("first.wasm", "extractor"),
        ("second.wasm", "extractor"),
    ] {
        fs::copy(file(plugin), tree.path(name)).unwrap();
    }
    let run =
        |words: &str| with_cache().within(tree.root()).words(words).run();
    for (pair, name) in [
        ("first.wasm --plugin second.wasm", "mischief"),
        ("one.wasm --plugin two.wasm", "pick"),
    ] {
        let refused = run(&format!("scan --plugin {pair}"));
        assert_eq!(refused.code(), Some(2));
        let files = pair.replace("--plugin", "and");
        let why = format!("two plugins are called {name}: {files}; call one");
        assert!(refused.stderr.contains(&why), "{}", refused.stderr);
    }
    let twins = run("scan --plugin one.wasm --plugin two.wasm,name=other");
    assert!(twins.stderr.contains("plugin pick: "), "{}", twins.stderr);
    let words = "scan --plugin first.wasm --plugin second.wasm,name=b \
                 --format csv";
    let both = run(words).succeeds().stdout;
    let header = String::from_utf8(both).unwrap();
    let columns = "mischief.n,mischief.t,b.n,b.t\n";
    assert!(header.contains(columns), "{header}");
    let refused = run("scan --plugin one.wasm,name=a.b");
    assert_eq!(refused.code(), Some(2));
    let why = "a name has 1 to 64 ASCII letters";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}
