//! A program that runs, and one that has ended.

use std::{
    io::{Read, Write as _},
    os::unix::process::ExitStatusExt as _,
    process::{Child, ChildStdout, ExitStatus},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// A program that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    shown: String,
    leash: Leash,
    started: Instant,
    limit: Duration,
    stderr: JoinHandle<Vec<u8>>,
    peak_kib: u64,
}

/// A child that does not outlive its test.
#[derive(Debug)]
struct Leash(Child);

impl Drop for Leash {
    fn drop(&mut self) {
        // It has ended, or is to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    pub(super) fn new(
        shown: String,
        mut child: Child,
        input: Option<Vec<u8>>,
        started: Instant,
        limit: Duration,
    ) -> Self {
        if let (Some(bytes), Some(mut stdin)) = (input, child.stdin.take()) {
            // A program that does not read all of it is no fault.
            thread::spawn(move || stdin.write_all(&bytes));
        }
        let stderr = collect(child.stderr.take().unwrap());
        let leash = Leash(child);
        Self { shown, leash, started, limit, stderr, peak_kib: 0 }
    }

    /// Its standard output, for a test that reads it itself.
    pub fn stdout(&mut self) -> ChildStdout {
        self.leash.0.stdout.take().unwrap()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.leash.0.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Sends a signal to it and those that it started, if it is the first of
    /// a group of processes (`setsid`).
    pub fn signal_group(&self, signal: Signal) {
        let pid = i32::try_from(self.leash.0.id()).unwrap();
        let group = Pid::from_raw(pid).unwrap();
        rustix::process::kill_process_group(group, signal).unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it takes longer than its limit; it is killed then.
    #[must_use]
    pub fn wait(mut self) -> Finished {
        let stdout = self.leash.0.stdout.take().map(collect);
        let status = self.status();
        let took = self.started.elapsed();
        let stdout = stdout.map(|reader| reader.join().unwrap());
        let stderr = self.stderr.join().unwrap();
        let stderr = String::from_utf8(stderr)
            .expect("messages are text, whatever the names");
        Finished {
            shown: self.shown,
            status,
            stdout: stdout.unwrap_or_default(),
            stderr,
            took,
            peak_kib: self.peak_kib,
        }
    }

    fn status(&mut self) -> ExitStatus {
        let mut pause = Duration::from_millis(1);
        loop {
            self.peak_kib = peak_kib(self.leash.0.id()).max(self.peak_kib);
            if let Some(status) = self.leash.0.try_wait().unwrap() {
                return status;
            }
            if self.started.elapsed() > self.limit {
                panic!("{} did not end in {:?}", self.shown, self.limit);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }
}

/// The most memory that a process has had so far, in KiB.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.unwrap_or_default();
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|it| it.trim().strip_suffix(" kB"));
    peak.map_or(0, |it| it.parse().unwrap())
}

/// Reads a stream to its end, beside what else is done.
fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// What a program that has ended did.
#[derive(Debug)]
pub struct Finished {
    shown: String,
    status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// How much memory it had at once, in KiB, as far as was seen: up to some
    /// ten milliseconds before its end. On Linux; elsewhere 0.
    pub peak_kib: u64,
}

impl Finished {
    /// Its exit code as a shell tells it: 128 and the number of the signal
    /// that ended it, if one did.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code().or_else(|| Some(128 + self.signal()?))
    }

    /// The number of the signal that ended it, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Asserts that it ended with this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(
            self.code() == Some(code),
            "{}\nended with {:?} (signal {:?}), not {code}\nstdout: {}\n\
             stderr: {}",
            self.shown,
            self.status.code(),
            self.status.signal(),
            self.stdout_shown(),
            self.stderr
        );
        self
    }

    /// Asserts that it did all that was asked for and had nothing to say.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        let finished = self.exits(0);
        assert_eq!(finished.stderr, "", "{}", finished.shown);
        finished
    }

    /// Its standard output as text.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("standard output is UTF-8")
    }

    /// The lines of its standard output; every one of them is ended.
    #[must_use]
    #[track_caller]
    pub fn lines(&self) -> Vec<&[u8]> {
        let Some(all) = self.stdout.strip_suffix(b"\n") else {
            assert!(self.stdout.is_empty(), "the last line is not ended");
            return Vec::new();
        };
        all.split(|byte| *byte == b'\n').collect()
    }

    /// The complaints on its standard error, without `sanchay: `. Every line
    /// must be one.
    #[must_use]
    #[track_caller]
    pub fn complaints(&self) -> Vec<&str> {
        let complaint = |line| {
            str::strip_prefix(line, "sanchay: ")
                .unwrap_or_else(|| panic!("not a complaint: {line}"))
        };
        self.stderr.lines().map(complaint).collect()
    }

    fn stdout_shown(&self) -> String {
        let start = self.stdout.get(..4000).unwrap_or(&self.stdout);
        String::from_utf8_lossy(start).into_owned()
    }
}
