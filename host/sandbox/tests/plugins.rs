//! Untrusted components: what is refused, and what those that are taken
//! can do, which is nothing but answer.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use sanchay_sandbox::plugin::{
    Compiler, CompilerProgram, ExtractError, Interest, NameBatch, Plugin,
    PluginError, PluginOptions, Sample, Value,
};
use sanchay_sandbox::{EntryKind, Fault, Limits, component};
use sanchay_testkit::plugin::{extractor, filter, teller};

use support::extracting::{ask, extract, reader, sample};

/// Little memory and time.
fn tight() -> PluginOptions {
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins()
        .memory(1 << 20)
        .answer(100_000)
        .call_budget(Duration::from_millis(50));
    options.instances = 1;
    options
}

fn load(component: &[u8]) -> Result<Plugin, PluginError> {
    Plugin::load(component, &tight())
}

fn select(plugin: &Plugin, names: &[&str]) -> Result<Vec<u32>, Fault> {
    let mut end = 0;
    let ends: Vec<u32> = names
        .iter()
        .map(|name| {
            end += u32::try_from(name.len()).unwrap();
            end
        })
        .collect();
    let all = names.concat();
    let batch = NameBatch {
        directory: b"d/",
        names: all.as_bytes(),
        ends: &ends,
        kinds: &vec![EntryKind::File; names.len()],
        metadata: None,
    };
    let mut out = Vec::new();
    plugin.filter().unwrap().select(&batch, &mut out).map(|()| out)
}

#[test]
fn an_extractor_tells_what_it_is_and_its_values() {
    let plugin = load(&extractor()).unwrap();
    assert_eq!((plugin.name(), plugin.version()), ("mischief", "0.1"));
    assert_eq!(plugin.world(), "extractor-plugin");
    assert_eq!(&*plugin.columns()[1].name, "mischief.t");
    let fine = Some(Value::Text("fine".into()));
    let both = [Some(Value::Unsigned(3)), fine.clone()];
    assert_eq!(extract(&plugin, b"abc"), (Ok(Ok(())), both.to_vec()));
    let missing = vec![None, fine];
    assert_eq!(extract(&plugin, b"m"), (Ok(Ok(())), missing));
    assert_eq!(extract(&plugin, b"n"), (Ok(Ok(())), vec![None, None]));
    assert_eq!(
        extract(&plugin, b"e"),
        (Ok(Err("no good\u{1b}".into())), vec![None, None])
    );
    assert!(plugin.filter().is_none());
}

#[test]
fn an_extractor_that_misbehaves_costs_a_fault_and_the_next_file_is_fine() {
    let plugin = load(&extractor()).unwrap();
    let mut instance = plugin.extractor().unwrap();
    for mischief in [b"u", b"l", b"g", b"w", b"t", b"8", b"b", b"o", b"E"] {
        let what = char::from(mischief[0]);
        let mut values = vec![Some(Value::Boolean(true))];
        let began = Instant::now();
        let fault = ask(&mut instance, mischief, &mut values);
        let fault = fault.expect_err(&format!("{what}: {values:?}"));
        assert!(began.elapsed() < Duration::from_secs(5), "{what}");
        assert_eq!(values, [Some(Value::Boolean(true)), None, None]);
        let expected = match mischief {
            b"u" => matches!(fault, Fault::Trapped { .. }),
            b"l" => matches!(fault, Fault::BudgetExhausted { .. }),
            b"g" => matches!(fault, Fault::MemoryRefused { .. }),
            b"o" => {
                matches!(fault, Fault::AnswerTooLarge { ceiling: 100_000 })
            }
            _ => matches!(fault, Fault::ContractViolation(_)),
        };
        assert!(expected, "{what}: {fault:?}");
        values.clear();
        let answer = ask(&mut instance, b"a", &mut values);
        assert_eq!(answer, Ok(Ok(())), "{what}");
    }
}

#[test]
fn an_extractor_gets_the_bytes_that_it_asks_for() {
    let plugin = load(&extractor()).unwrap();
    let (answer, values) = extract(&plugin, b"f...................1234rest");
    assert_eq!(answer, Ok(Ok(())));
    let number = u64::from(u32::from_le_bytes(*b"1234"));
    let nothing = Some(Value::Text("".into()));
    assert_eq!(values, [Some(Value::Unsigned(number)), nothing]);
    // A file that ends before has fewer, and is not read there.
    let (answer, values) = extract(&plugin, b"f");
    assert_eq!(answer, Ok(Ok(())));
    assert_eq!(values.len(), 2);
}

#[test]
fn what_an_extractor_may_ask_for_has_bounds() {
    let plugin = load(&extractor()).unwrap();
    let mut content = vec![b'.'; 1 << 20];
    for (first, reads, why) in [
        (b'>', 9, "it asked for more of a file 8 times and has no answer"),
        (b'0', 1, "it asked for 0 ranges of a file, not 1 to 64"),
        (b'M', 1, "it asked for 65 ranges of a file, not 1 to 64"),
        (b'B', 1, "67108880 bytes of a file; 262144 are allowed"),
    ] {
        content[0] = first;
        let mut read = reader(&content);
        let mut count = 0;
        let mut counted = |from, length, space: &mut Vec<u8>| {
            count += 1;
            read(from, length, space)
        };
        let mut values = Vec::new();
        let sample = sample(b"f", content.len() as u64);
        let mut instance = plugin.extractor().unwrap();
        let outcome =
            instance.extract(&sample, Some(&mut counted), &mut values);
        let Err(ExtractError::Fault(Fault::ContractViolation(what))) = outcome
        else {
            panic!("{}: {outcome:?}", char::from(first));
        };
        assert!(what.contains(why), "{what}");
        assert_eq!(values, [None, None]);
        assert_eq!(count, reads, "{what}");
    }
}

#[test]
fn an_extractor_is_told_its_settings_and_what_it_asks_to_be_told() {
    let mut options = tight();
    options.settings = vec![("word".into(), "hello".into())];
    let plugin = Plugin::load(&teller(), &options).unwrap();
    let (setting, value) = plugin.settings().next().unwrap();
    assert_eq!(
        (&*setting.docs, value.to_string()),
        ("What to say", "hello".into())
    );
    let facts = plugin.facts();
    assert!(facts.path && facts.mode && !facts.name && !facts.modified);
    let mut instance = plugin.extractor().unwrap();
    for (name, content, kind) in [
        (&b"a.zip"[..], &b"..PK.."[..], Some(0)),
        (b"Makefile", b"....", Some(1)),
        (b"README", b"....", Some(2)),
        (b"a.txt", b"....", None),
        (b"a.txt", b".", None),
    ] {
        let mut values = Vec::new();
        let sample = sample(name, content.len() as u64);
        let source = Some(&mut reader(content) as _);
        instance.extract(&sample, source, &mut values).unwrap();
        let Some(kind) = kind else {
            assert!(values.iter().all(Option::is_none), "{values:?}");
            continue;
        };
        let path = [b"d/", name].concat();
        let expected = [
            Value::Text("hello".into()),
            Value::Unsigned(0o100_640),
            Value::Bytes(path.into()),
            Value::Unsigned(kind),
        ];
        assert_eq!(values, expected.map(Some));
    }
    assert_eq!(instance.interest(b"a.txt", 3), Interest::None);
    assert_eq!(instance.interest(b"a.txt", 4), Interest::Bytes);
    assert_eq!(instance.interest(b"Makefile", 3), Interest::Facts);
    assert_eq!(instance.interest(b"Makefile", 4), Interest::Bytes);
    // A fresh instance gets them, too.
    let mut values = Vec::new();
    let crash = Sample { directory: b"u/", ..sample(b"make", 0) };
    let fault = instance.extract(&crash, None, &mut values).unwrap_err();
    assert!(matches!(fault, ExtractError::Fault(Fault::Trapped { .. })));
    instance.extract(&sample(b"make", 0), None, &mut values).unwrap();
    assert_eq!(values[4], Some(Value::Text("hello".into())));
}

#[test]
fn a_plugin_is_refused_that_cannot_be_set_up_as_its_user_says() {
    let load = |set: &mut dyn FnMut(&mut PluginOptions)| {
        let mut options = tight();
        set(&mut options);
        Plugin::load(&teller(), &options)
    };
    let plugin = load(&mut |_| {}).unwrap();
    assert_eq!(plugin.settings().next().unwrap().1.to_string(), "hi");
    let named = load(&mut |it| it.name = Some("x".into())).unwrap();
    assert_eq!((named.name(), &*named.columns()[0].name), ("x", "x.word"));
    let set =
        |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    for (name, settings, why) in [
        (None, set("word", ""), "its settings are invalid: no word"),
        (None, set("wort", "x"), "no setting \"wort\"; it has word"),
        (Some("a.b"), Vec::new(), "a name has 1 to 64"),
    ] {
        let refused = load(&mut |it| {
            it.name = name.map(str::to_owned);
            it.settings.clone_from(&settings);
        });
        let said = refused.unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
    let refused = load(&mut |it| it.digest = Some([7; 32])).unwrap_err();
    let PluginError::Digest { is, .. } = refused else {
        panic!("{refused:?}");
    };
    assert!(load(&mut |it| it.digest = Some(is)).is_ok());
}

#[test]
fn a_filter_selects_from_batches_and_wrong_answers_are_faults() {
    let plugin = load(&filter()).unwrap();
    assert_eq!(plugin.world(), "filter-plugin");
    let names: Vec<&str> =
        ["a", "x", "bc", "xy"].into_iter().cycle().take(36).collect();
    let wanted: Vec<u32> = (0..36).filter(|it| it % 2 == 0).collect();
    assert_eq!(select(&plugin, &names), Ok(wanted));
    assert_eq!(select(&plugin, &[]), Ok(vec![]));
    for (name, lie) in [("!s", true), ("!b", true), ("!u", false)] {
        let fault = select(&plugin, &["a", name]).unwrap_err();
        assert_eq!(
            matches!(fault, Fault::ContractViolation(_)),
            lie,
            "{fault:?}"
        );
    }
    let fault = select(&plugin, &["!l"]).unwrap_err();
    assert!(matches!(fault, Fault::BudgetExhausted { .. }), "{fault:?}");
}

fn with_budget(budget: Duration) -> Plugin {
    let mut options = tight();
    options.limits = options.limits.call_budget(budget);
    Plugin::load(&extractor(), &options).unwrap()
}

#[test]
fn a_plugin_whose_failures_take_long_is_disabled_until_it_is_forgiven() {
    let budget = Duration::from_millis(10);
    let plugin = with_budget(budget);
    let disabled = Fault::Disabled { lost: budget * 64 };
    let mut failures = 0;
    // Good answers between them do not make up for it.
    while extract(&plugin, b"a").0 == Ok(Ok(())) {
        let fault = extract(&plugin, b"l").0.unwrap_err();
        assert_eq!(fault, Fault::BudgetExhausted { budget });
        failures += 1;
        assert!(failures <= 64, "it is not disabled");
    }
    assert!(failures >= 8, "only {failures}");
    let began = Instant::now();
    for _ in 0..10_000 {
        assert_eq!(extract(&plugin, b"l").0, Err(disabled.clone()));
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(plugin.extractor().unwrap().is_disabled());
    plugin.forgive();
    assert_eq!(extract(&plugin, b"a").0, Ok(Ok(())));
}

#[test]
fn failures_that_cost_next_to_nothing_do_not_silence_a_plugin() {
    let plugin = with_budget(Duration::from_secs(1));
    for _ in 0..200 {
        let fault = extract(&plugin, b"u").0.unwrap_err();
        assert!(matches!(fault, Fault::Trapped { .. }), "{fault:?}");
    }
    assert_eq!(extract(&plugin, b"a").0, Ok(Ok(())));
}

#[test]
fn the_time_that_others_have_the_processor_is_not_a_plugins() {
    let plugin = with_budget(Duration::from_secs(10));
    // Other tests may be running.
    let alone = (0..8).map(|_| {
        let began = Instant::now();
        assert_eq!(extract(&plugin, b"k").0, Ok(Ok(())));
        began.elapsed()
    });
    let budget = alone.min().unwrap() * 3;
    let plugin = with_budget(budget);
    let done = AtomicBool::new(false);
    let others = thread::available_parallelism().unwrap().get() * 16;
    thread::scope(|scope| {
        for _ in 0..others {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let began = Instant::now();
        let answer = extract(&plugin, b"k").0;
        let took = began.elapsed();
        done.store(true, Relaxed);
        assert_eq!(answer, Ok(Ok(())), "{took:?} for {budget:?}");
        assert!(took > budget, "the machine was not busy: {took:?}");
    });
    let fault = extract(&plugin, b"l").0.unwrap_err();
    assert_eq!(fault, Fault::BudgetExhausted { budget });
}

#[test]
fn what_imports_anything_is_refused_by_the_name_of_the_import() {
    let component = wat::parse_str(
        r#"(component
            (import "wasi:clocks/monotonic-clock@0.2.0"
                (instance (export "now" (func (result u64)))))
            (import "quiet" (func)))"#,
    );
    let refused = load(&component.unwrap()).unwrap_err();
    let names =
        ["wasi:clocks/monotonic-clock@0.2.0", "quiet"].map(str::to_owned);
    assert_eq!(refused, PluginError::Imports(names.into()));
    assert!(refused.to_string().contains("monotonic-clock"));
}

#[test]
fn what_is_no_plugin_is_refused_with_the_reason() {
    let module = wat::parse_str("(module)").unwrap();
    assert_eq!(load(&module).unwrap_err(), PluginError::Module);
    for noise in [&b""[..], b"\0asm", b"no component", &[0; 100]] {
        let refused = load(noise).unwrap_err();
        let expected = matches!(
            refused,
            PluginError::NotAComponent(_) | PluginError::World(_)
        );
        assert!(expected, "{refused:?}");
    }
    let refused = load(component::bytes()).unwrap_err();
    assert!(matches!(refused, PluginError::World(_)), "{refused:?}");
    let empty = wat::parse_str("(component)").unwrap();
    let refused = load(&empty).unwrap_err();
    assert!(refused.to_string().contains("matching@0.1.0"), "{refused}");
    let huge = vec![0; (32 << 20) + 1];
    let refused = load(&huge).unwrap_err();
    assert!(matches!(refused, PluginError::TooLarge { .. }), "{refused:?}");
    // The right name, and a function of another type.
    let other = wat::parse_str(
        r#"(component
            (core module $m (func (export "f") (result i32) i32.const 0))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $j (export "describe" (func $f))
                (export "select" (func $f)))
            (export "sanchay:inspect/matching@0.1.0" (instance $j)))"#,
    );
    let refused = load(&other.unwrap()).unwrap_err();
    assert!(matches!(refused, PluginError::World(_)), "{refused:?}");
}

#[test]
fn every_truncation_of_a_plugin_is_refused_without_a_panic() {
    let whole = extractor();
    let mut refused = 0;
    for end in (0..whole.len()).step_by(97) {
        match load(&whole[..end]) {
            // What stands at the end may be there for readers alone.
            Ok(plugin) => assert_eq!(plugin.name(), "mischief", "{end}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > whole.len() / 97 / 2, "{refused}");
}

#[test]
fn a_function_too_large_to_compile_in_bounded_time_is_refused() {
    let body = "(drop (i32.const 1))".repeat(400_000);
    let module = format!("(core module (func {body}))");
    let component = wat::parse_str(format!(
        r#"(component {module} (instance $e)
            (export "sanchay:inspect/matching@0.1.0" (instance $e)))"#
    ));
    let refused = load(&component.unwrap()).unwrap_err();
    assert!(matches!(refused, PluginError::TooComplex(_)), "{refused:?}");
}

#[test]
fn compiling_has_an_end() {
    let mut options = tight();
    options.compile_time = Duration::from_nanos(1);
    let refused = Plugin::load(&extractor(), &options).unwrap_err();
    let time = options.compile_time;
    assert_eq!(refused, PluginError::CompileTime(time));
    options.compiler =
        Compiler::Program(CompilerProgram::new("/no/such/program"));
    let refused = Plugin::load(&extractor(), &options).unwrap_err();
    assert!(matches!(refused, PluginError::Compile(_)), "{refused:?}");
    // A program that never answers is ended.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("sleep");
    fs::write(&program, "#!/bin/sh\nexec /bin/sleep 1000\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&program, mode).unwrap();
    options.compiler = Compiler::Program(CompilerProgram::new(program));
    options.compile_time = Duration::from_millis(100);
    let began = Instant::now();
    let refused = Plugin::load(&extractor(), &options).unwrap_err();
    assert_eq!(refused, PluginError::CompileTime(options.compile_time));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_was_compiled_once_is_not_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let mut options = tight();
    options.cache = Some(cache.clone());
    Plugin::load(&filter(), &options).unwrap();
    let entries: Vec<_> = fs::read_dir(&cache).unwrap().collect();
    assert_eq!(entries.len(), 1);
    // Were it to compile, it could not.
    options.compiler =
        Compiler::Program(CompilerProgram::new("/no/such/program"));
    let plugin = Plugin::load(&filter(), &options).unwrap();
    assert_eq!(select(&plugin, &["x", "y"]), Ok(vec![1]));
    let refused = Plugin::load(&extractor(), &options).unwrap_err();
    assert!(matches!(refused, PluginError::Compile(_)), "{refused:?}");
    // Damaged, it is compiled anew.
    options.compiler = Compiler::Thread;
    let file = entries[0].as_ref().unwrap().path();
    fs::write(&file, "damaged").unwrap();
    assert!(Plugin::load(&filter(), &options).is_ok());
    assert!(fs::metadata(&file).unwrap().len() > 1000);
}
