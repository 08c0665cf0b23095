//! Programs that compile nothing: shell scripts that do as they please.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::*;

/// Has a script compile.
fn by(
    script: &str,
    time: Duration,
    cancel: Option<&Arc<AtomicBool>>,
) -> Result<Vec<u8>, PluginError> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("compiler");
    fs::write(&program, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let mut compiler = CompilerProgram::new(program);
    compiler.cancel = cancel.cloned();
    compile(&compiler, b"component", Layout::Reserved, time)
}

#[test]
fn a_complaint_that_is_long_is_read_to_its_end_and_told_by_its_beginning() {
    let script = "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1";
    let began = Instant::now();
    let refused = by(script, Duration::from_secs(10), None).unwrap_err();
    let PluginError::Compile(complaint) = refused else { panic!() };
    assert_eq!(complaint, "x".repeat(4096));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn code_and_complaint_may_come_in_any_order() {
    let script = "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero";
    let code = by(script, Duration::from_secs(10), None).unwrap();
    assert_eq!(code.len(), 1_000_000);
}

#[test]
fn a_compiler_that_is_not_wanted_any_more_is_ended() {
    let cancel = Arc::new(AtomicBool::new(false));
    let other = cancel.clone();
    let canceller = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        other.store(true, Relaxed);
    });
    let began = Instant::now();
    let time = Duration::from_secs(60);
    let refused = by("exec sleep 1000", time, Some(&cancel)).unwrap_err();
    assert_eq!(refused, PluginError::Cancelled);
    assert!(began.elapsed() < Duration::from_secs(20));
    canceller.join().unwrap();
}
