//! Runs that are ended while a plugin is compiled: the compiler ends as well.

use std::{
    fs,
    io::Read as _,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, kill_process, kill_process_group};
use sanchay_testkit::{Signal, Tree, with_default_signals};

use crate::plugin_refusals::impostor;

/// A component that takes long to compile.
fn endless() -> Vec<u8> {
    let step = "(local.set 0 (i64.xor (i64.mul (local.get 0) (local.get 1)) \
                (i64.load (i32.wrap_i64 (local.get 0)))))";
    let body = step.repeat(50_000);
    let function = format!("(func (param i64 i64) {body})");
    let module = format!("(core module (memory 1) {})", function.repeat(6));
    impostor(&module)
}

/// Whether a compiler runs that was given so many seconds.
fn is_compiling(seconds: u32) -> bool {
    let words = format!("plugin\0compile\0--seconds\0{seconds}\0");
    fs::read_dir("/proc").unwrap().any(|process| {
        let path = process.unwrap().path();
        let Ok(line) = fs::read(path.join("cmdline")) else { return false };
        String::from_utf8_lossy(&line).contains(&words)
    })
}

/// Waits until something is so.
#[track_caller]
fn until(limit: Duration, what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < limit, "not within {limit:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a command in a group of its own, as a shell does, and waits until
/// it compiles.
fn compiling(tree: &Tree, words: &str, seconds: u32) -> Child {
    let program = Path::new(crate::program());
    let child = with_default_signals(program)
        .args(words.split(' '))
        .arg(format!("--plugin-compile-time={seconds}s"))
        .current_dir(tree.root())
        .env("XDG_CACHE_HOME", tree.path("cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    until(Duration::from_secs(20), || is_compiling(seconds));
    child
}

fn id(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "processes are seen in /proc")]
fn an_interrupt_while_a_plugin_is_compiled_ends_both() {
    let tree = Tree::new();
    tree.file("a", "");
    fs::write(tree.path("x.wasm"), endless()).unwrap();
    let mut seconds = 40_000;
    for words in [
        "scan --plugin x.wasm",
        "scan --count --plugin x.wasm",
        "hash --plugin x.wasm a",
        "dupes --plugin x.wasm",
        "plugin check x.wasm",
        "plugin run x.wasm a",
    ] {
        for signal in [Signal::INT, Signal::TERM] {
            seconds += 1;
            let mut child = compiling(&tree, words, seconds);
            let sent = Instant::now();
            if signal == Signal::INT {
                // What Ctrl-C does.
                kill_process_group(id(&child), signal).unwrap();
            } else {
                kill_process(id(&child), signal).unwrap();
            }
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            let status = child.wait().unwrap();
            let ended = status.signal();
            assert_eq!(ended, Some(signal.as_raw()), "{words}: {said}");
            assert_eq!(said, "sanchay: interrupted\n", "{words}");
            assert!(sent.elapsed() < Duration::from_secs(10), "{words}");
            until(Duration::from_secs(5), || !is_compiling(seconds));
        }
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux tells a child")]
fn a_compiler_does_not_outlive_a_program_that_is_killed() {
    let tree = Tree::new();
    fs::write(tree.path("x.wasm"), endless()).unwrap();
    let seconds = 50_000;
    let mut child = compiling(&tree, "plugin check x.wasm", seconds);
    // It may not have said yet that it is to end.
    thread::sleep(Duration::from_millis(300));
    assert!(is_compiling(seconds), "it takes long");
    child.kill().unwrap();
    child.wait().unwrap();
    until(Duration::from_secs(2), || !is_compiling(seconds));
}
