//! Components that would take more than they may before they are even called:
//! of the compiler, of memory that is not their own, of time to be made.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use sanchay_sandbox::plugin::{
    Compiler, CompilerProgram, Plugin, PluginError, PluginOptions, compile_for,
};
use sanchay_sandbox::{Fault, Limits, Sandbox, SandboxOptions};
use sanchay_testkit::plugin::{component, extractor};

use support::extracting;

/// What a component needs to be taken for a filter until it is compiled.
const FILTER: &str = r#"(instance $empty)
    (export "sanchay:inspect/matching@0.1.0" (instance $empty))"#;

fn impostor(within: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {within} {FILTER})")).unwrap()
}

fn load(component: &[u8]) -> Result<Plugin, PluginError> {
    Plugin::load(component, &PluginOptions::default())
}

fn refusal(component: &[u8]) -> PluginError {
    load(component).unwrap_err()
}

/// The text of the extractor of the other tests, with something in front.
fn extractor_text(begin: &str) -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/plugins/extractor.wat"
    );
    let text = fs::read_to_string(path).unwrap();
    text.replacen("(module", &format!("(module {begin}"), 1)
}

fn extractor_with(begin: &str) -> Vec<u8> {
    component("extractor-plugin", &extractor_text(begin))
}

#[test]
fn globals_of_all_instances_are_charged_against_a_plugins_memory() {
    let globals = "(global i32 (i32.const 1))".repeat(100_000);
    let instances = "(core instance (instantiate $m))".repeat(60);
    let refused =
        refusal(&impostor(&format!("(core module $m {globals}){instances}")));
    let PluginError::Fault(Fault::MemoryRefused { asked, ceiling }) = refused
    else {
        panic!("{refused:?}");
    };
    assert!(asked >= 60 * 100_000 * 16, "{asked}");
    assert_eq!(ceiling, 64 << 20);
    // What it has of them is not there for its memory.
    let hungry = extractor_with(&globals);
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins().memory(3 << 20);
    let refused = Plugin::load(&hungry, &options).unwrap_err();
    assert!(
        matches!(refused, PluginError::Fault(Fault::MemoryRefused { .. })),
        "{refused:?}"
    );
    options.limits = Limits::of_plugins().memory(8 << 20);
    let plugin = Plugin::load(&hungry, &options).unwrap();
    let asked = match extract(&plugin, b"g") {
        Err(Fault::MemoryRefused { asked, .. }) => asked,
        other => panic!("{other:?}"),
    };
    // It was to have 16 pages more than its memory had.
    assert!(asked > 8 << 20 && asked % (64 << 10) != 0, "{asked}");
}

#[test]
fn tables_are_charged_against_a_plugins_memory() {
    let tables = "(table 90000 funcref)".repeat(4);
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins().memory(2 << 20);
    let hungry = extractor_with(&tables);
    assert!(Plugin::load(&hungry, &options).is_err());
    options.limits = Limits::of_plugins().memory(4 << 20);
    assert!(Plugin::load(&hungry, &options).is_ok());
}

#[test]
fn a_component_that_is_made_of_a_billion_parts_is_refused_at_once() {
    let mut parts = String::from("(component $c0)");
    for level in 1..10 {
        let below = level - 1;
        let ten = "(instance (instantiate $x))".repeat(10);
        parts += &format!(
            "(component $c{level}
                (alias outer 1 $c{below} (component $x)) {ten})"
        );
    }
    parts += "(instance (instantiate $c9))";
    let refused = refusal(&impostor(&parts));
    assert!(matches!(refused, PluginError::TooComplex(_)), "{refused:?}");
}

#[test]
fn more_core_instances_than_are_allowed_are_refused_by_their_number() {
    let module = "(core module $m)";
    let many = "(core instance (instantiate $m))".repeat(65);
    let component = impostor(&format!("{module}{many}"));
    let refused = refusal(&component);
    assert_eq!(refused, PluginError::Instances { count: 65, allowed: 64 });
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins().core_instances(65);
    let refused = Plugin::load(&component, &options).unwrap_err();
    assert!(matches!(refused, PluginError::World(_)), "{refused:?}");
}

#[test]
fn a_component_of_as_many_core_instances_as_pythons_is_taken() {
    // The extractor, and behind it a module of 39 instances more; the first
    // module here stands for the extractor's own.
    let more = wat::parse_str(format!(
        "(component (core module) (core module $m) {})",
        "(core instance (instantiate $m))".repeat(39)
    ))
    .unwrap();
    let (_, sections) = more.split_at(8);
    let (_, without_first) = sections.split_at(2 + usize::from(sections[1]));
    let component = [&extractor(), without_first].concat();
    let plugin = load(&component).unwrap();
    assert_eq!(extract(&plugin, b"abc"), Ok(Ok(())));
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins().core_instances(39);
    let refused = Plugin::load(&component, &options).unwrap_err();
    assert_eq!(refused, PluginError::Instances { count: 40, allowed: 39 });
}

#[test]
fn an_instance_that_is_never_finished_exhausts_its_budget() {
    let endless = extractor_with("(start $s) (func $s (loop (br 0)))");
    let mut options = PluginOptions::default();
    let budget = Duration::from_millis(50);
    options.limits = Limits::of_plugins().call_budget(budget);
    let refused = Plugin::load(&endless, &options).unwrap_err();
    let exhausted = Fault::BudgetExhausted { budget };
    assert_eq!(refused, PluginError::Fault(exhausted));
}

#[test]
fn filling_an_instance_with_data_is_part_of_its_budget() {
    let data = "a".repeat(1 << 20);
    let segment = format!("(data (i32.const 262144) \"{data}\")");
    let text = extractor_text(&segment.repeat(24));
    let text =
        text.replacen("(export \"memory\") 4", "(export \"memory\") 32", 1);
    let heavy = component("extractor-plugin", &text);
    let mut options = PluginOptions::default();
    let budget = Duration::from_micros(200);
    options.limits = Limits::of_plugins().call_budget(budget);
    let refused = Plugin::load(&heavy, &options).unwrap_err();
    let exhausted = Fault::BudgetExhausted { budget };
    assert_eq!(refused, PluginError::Fault(exhausted));
    options.limits = Limits::of_plugins().call_budget(Duration::from_secs(60));
    Plugin::load(&heavy, &options).unwrap();
    // More than any instance needs is refused before it is compiled.
    let modules = "(core module $m (memory 32) SEGMENTS)"
        .replace("SEGMENTS", &segment.repeat(24));
    let instances = "(core instance (instantiate $m))".repeat(8);
    let refused = refusal(&impostor(&format!("{modules}{instances}")));
    assert!(matches!(refused, PluginError::TooComplex(_)), "{refused:?}");
}

#[test]
fn types_nested_deeper_than_a_stack_are_refused_before_they_are_compiled() {
    for kind in [0x41, 0x42] {
        for depth in [10_000, 1_000_000] {
            let mut types = vec![1];
            types.extend([kind, 1, 1].repeat(depth - 1));
            types.extend([kind, 0]);
            let mut bytes = impostor("");
            bytes.push(7);
            let mut left = types.len();
            while left > 0x7f {
                bytes.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
                left >>= 7;
            }
            bytes.push(u8::try_from(left).unwrap());
            bytes.extend(types);
            let refused = refusal(&bytes);
            let expected = matches!(refused, PluginError::TooComplex(_));
            assert!(expected, "{depth}: {refused:?}");
            let options = SandboxOptions::default();
            let refused = Sandbox::from_component(&bytes, options);
            assert!(matches!(refused, Err(Fault::Setup(_))), "{depth}");
        }
    }
}

#[test]
fn types_that_are_made_of_each_other_without_end_are_refused() {
    let mut lists = String::from("(type $t0 (list u8))");
    let mut instances = String::from("(type $t0 (instance))");
    for level in 1..10_000 {
        let below = level - 1;
        lists += &format!("(type $t{level} (list $t{below}))");
        instances += &format!(
            "(type $t{level} (instance
                (alias outer 1 $t{below} (type $x))
                (export \"x\" (instance (type $x)))))"
        );
    }
    for types in [lists, instances] {
        let refused = refusal(&impostor(&types));
        let expected = matches!(
            refused,
            PluginError::Compile(_)
                | PluginError::TooComplex(_)
                | PluginError::World(_)
        );
        assert!(expected, "{refused:?}");
    }
}

#[test]
fn a_component_that_cannot_be_set_up_is_compiled_once() {
    // Its functions are of other types than those of the world.
    let component = wat::parse_str(
        r#"(component
            (core module $m (func (export "f") (result i32) i32.const 0))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $j (export "describe" (func $f))
                (export "select" (func $f)))
            (export "sanchay:inspect/matching@0.1.0" (instance $j)))"#,
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let code = folder.path().join("code");
    fs::write(&code, compile_for(&component, false).unwrap()).unwrap();
    let count = folder.path().join("count");
    let program = folder.path().join("compiler");
    let script = format!(
        "#!/bin/sh\nPATH=/usr/bin:/bin\ncat >/dev/null\n\
         echo once >>'{}'\nexec cat '{}'\n",
        count.display(),
        code.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let mut options = PluginOptions::default();
    options.compiler = Compiler::Program(CompilerProgram::new(program));
    let refused = Plugin::load(&component, &options).unwrap_err();
    assert!(matches!(refused, PluginError::World(_)), "{refused:?}");
    assert_eq!(fs::read_to_string(count).unwrap(), "once\n");
}

#[test]
fn a_version_of_the_interface_that_is_compatible_is_taken() {
    let other = |version: &[u8]| {
        let mut bytes = extractor();
        let (name, mut at) = (b"extracting@0.1.0", 0);
        while let Some(place) =
            bytes[at..].windows(name.len()).position(|it| it == name)
        {
            at += place + name.len();
            bytes[at - version.len()..at].copy_from_slice(version);
        }
        bytes
    };
    let plugin = load(&other(b"0.1.9")).unwrap();
    assert_eq!(extract(&plugin, b"abc"), Ok(Ok(())));
    for version in [&b"0.2.0"[..], b"1.1.0", b"0.0.1"] {
        let refused = refusal(&other(version));
        let shown = String::from_utf8_lossy(version);
        let suffix = format!(", sanchay:inspect/extracting@{shown}");
        assert!(refused.to_string().ends_with(&suffix), "{refused}");
    }
}

fn extract(plugin: &Plugin, content: &[u8]) -> extracting::Answer {
    extracting::extract(plugin, content).0
}

/// The message of the extractor's crash, with its last words at this place.
fn crash_message(begin: &str) -> String {
    let plugin = load(&extractor_with(begin)).unwrap();
    match extract(&plugin, b"u").unwrap_err() {
        Fault::Trapped { message } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_plugin_said_before_it_crashed_is_told() {
    let words = r#"(data (i32.const 5000) "\07\00\00\00so\0ait\1bgoes")"#;
    let at = |address: &str| {
        format!(
            "(global (export \"sanchay_last_words\") i32 (i32.const {address}))"
        )
    };
    let silent = crash_message("");
    assert!(silent.contains("unreachable"), "{silent}");
    let said = crash_message(&format!("{words}{}", at("5000")));
    assert_eq!(said, format!("so it\u{fffd}g ({silent})"));
    // What cannot be is not believed.
    for address in ["-4", "262140", "262143", "2000", "5001"] {
        let said = crash_message(&format!("{words}{}", at(address)));
        assert_eq!(said, silent, "{address}");
    }
    let other = "(global (export \"sanchay_last_words\") i64 (i64.const 1))";
    assert_eq!(crash_message(other), silent);
    let function = "(func (export \"sanchay_last_words\"))";
    assert_eq!(crash_message(function), silent);
}

#[test]
fn last_words_that_go_on_are_cut() {
    let long = "x".repeat(9000);
    let said = crash_message(&format!(
        "(global (export \"sanchay_last_words\") i32 (i32.const 5000))
         (data (i32.const 5000) \"\\28\\23\\00\\00{long}\")"
    ));
    assert!(said.starts_with(&format!("{} (", "x".repeat(400))), "{said}");
}
