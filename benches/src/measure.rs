//! One run of one program: its time, its memory and its system calls.
//!
//! A child's peak memory as the kernel tells it is never less than that of
//! the program that started it was at that moment. This program therefore
//! holds next to nothing, and leaves the warming up to children.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wait4::{ResourceUsage, Wait4};

use crate::contestant::Contestant;
use crate::problem::{Problem, Result, Trying};

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// From before the program was started until it had ended.
    pub(crate) wall: Duration,
    /// Processor time, its children's included.
    pub(crate) processor: Duration,
    /// The most memory that it, or the greatest of its children, had
    /// resident, in bytes.
    pub(crate) peak: u64,
}

/// Where a run's output and complaints go.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    /// Its standard output.
    pub(crate) output: PathBuf,
    /// Its standard error.
    pub(crate) complaints: PathBuf,
    /// What strace found.
    calls: PathBuf,
}

impl Scratch {
    /// Files in a folder of their own, which is made if need be.
    pub(crate) fn new(sets: &Path) -> Result<Self> {
        let folder = sets.join("scratch");
        fs::create_dir_all(&folder).trying("make", &folder)?;
        Ok(Self {
            output: folder.join("output"),
            complaints: folder.join("complaints"),
            calls: folder.join("calls"),
        })
    }
}

/// Runs a program `times` times and returns the mean.
///
/// # Errors
///
/// A program that cannot be started or does not end well.
pub(crate) fn run(
    contestant: &Contestant,
    times: u32,
    scratch: &Scratch,
) -> Result<Sample> {
    let mut wall = Duration::ZERO;
    let mut processor = Duration::ZERO;
    let mut peak = 0;
    for _ in 0..times.max(1) {
        clear(contestant)?;
        let command = Command::new(&contestant.program);
        let started = Instant::now();
        let child = start(command, contestant, scratch)?;
        let used = finish(child, contestant, scratch)?;
        wall += started.elapsed();
        processor += used.utime + used.stime;
        peak = peak.max(used.maxrss);
    }
    let times = times.max(1);
    Ok(Sample { wall: wall / times, processor: processor / times, peak })
}

/// Counts the system calls of one run, all threads and children included.
///
/// # Errors
///
/// As [`run`], or where strace says something else than expected.
pub(crate) fn calls(
    contestant: &Contestant,
    strace: &Path,
    scratch: &Scratch,
) -> Result<u64> {
    clear(contestant)?;
    let mut command = Command::new(strace);
    command.args(["-f", "-c", "-U", "calls,name", "-o"]);
    command.arg(&scratch.calls).arg("--").arg(&contestant.program);
    let child = start(command, contestant, scratch)?;
    finish(child, contestant, scratch)?;
    let table =
        fs::read_to_string(&scratch.calls).trying("read", &scratch.calls)?;
    total(&table).ok_or_else(|| {
        Problem::new(format!("strace printed no total: {table}"))
    })
}

/// Removes what an earlier run made, and waits until the disk is at rest: what
/// one contestant left to be written must not be charged to the next.
fn clear(contestant: &Contestant) -> Result<()> {
    if let Some(folder) = &contestant.leaves {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).trying("remove", folder);
            }
            _ => {}
        }
    } else if contestant.before.is_empty() {
        return Ok(());
    }
    for command in &contestant.before {
        prepare(command)?;
    }
    rustix::fs::sync();
    Ok(())
}

/// Runs a command that has to end well.
fn prepare(command: &[OsString]) -> Result<()> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(());
    };
    let program = Path::new(program);
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .trying("start", program)?;
    match status.success() {
        true => Ok(()),
        false => Err(Problem::new(format!("{program:?} ended with {status}"))),
    }
}

fn start(
    mut command: Command,
    contestant: &Contestant,
    scratch: &Scratch,
) -> Result<Child> {
    let create = |path: &Path| File::create(path).trying("create", path);
    let input = match &contestant.input {
        Some(path) => File::open(path).trying("open", path)?.into(),
        None => Stdio::null(),
    };
    command
        .args(&contestant.arguments)
        .stdin(input)
        .stdout(create(&scratch.output)?)
        .stderr(create(&scratch.complaints)?)
        .spawn()
        .trying("start", &contestant.program)
}

fn finish(
    child: Child,
    contestant: &Contestant,
    scratch: &Scratch,
) -> Result<ResourceUsage> {
    let ended = child.wait4().trying("wait for", &contestant.program)?;
    let code = ended.status.code();
    if ended.status.success() || code == Some(contestant.accepts) {
        return Ok(ended.rusage);
    }
    let complaints =
        fs::read(&scratch.complaints).trying("read", &scratch.complaints)?;
    let text = String::from_utf8_lossy(&complaints);
    let last: Vec<&str> = text.lines().rev().take(3).collect();
    Err(Problem::new(format!(
        "{} ended with {}; its last complaints: {last:?}",
        contestant.name, ended.status
    )))
}

/// The number before the word total.
fn total(table: &str) -> Option<u64> {
    let line = table.lines().rev().find(|line| line.ends_with(" total"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests;
