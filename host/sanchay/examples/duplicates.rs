//! Finds duplicates, and gives up when it has read or waited enough.
//!
//! ```sh
//! cargo run --release -p sanchay --example duplicates -- \
//!     [--bytes N] [--seconds N] ROOT...
//! ```
//!
//! The search is watched by a [`Monitor`]: its callback hears every 50
//! milliseconds how far the run is, and ends it by returning `Break`. It is
//! called from a worker thread, so it holds nothing but what it was given and
//! what may be shared. A run that was ended has no answer, and its error is
//! [`Error::Cancelled`]; the exit code is then 3.

use std::{
    env,
    error::Error as StdError,
    ops::ControlFlow,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use sanchay::{Duplicates, Engine, Error, Monitor, Progress, escaped};

/// What a run may cost.
#[derive(Clone, Copy)]
struct Limit {
    bytes: u64,
    time: Duration,
}

fn main() -> Result<ExitCode, Box<dyn StdError>> {
    let (limit, roots) = arguments()?;
    let engine = Engine::builder().build()?;
    let monitor = watch(limit);
    let found = engine.duplicates(&roots).monitor(&monitor).find(|error| {
        eprintln!("{error}");
        ControlFlow::Continue(())
    });
    match found {
        Ok(found) => print(&found),
        Err(Error::Cancelled) => {
            eprintln!("ended before it was done");
            return Ok(ExitCode::from(3));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// A monitor that shows how far the run is and ends it at its limit.
fn watch(limit: Limit) -> Monitor {
    let started = Instant::now();
    let report = move |progress: &Progress| {
        eprintln!(
            "{:?}: {} files, {} bytes",
            progress.phase, progress.files, progress.bytes,
        );
        // The files found while walking have not been read.
        let read = progress.total_bytes.map_or(0, |_| progress.bytes);
        if read >= limit.bytes || started.elapsed() >= limit.time {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    Monitor {
        progress: Some(Arc::new(report)),
        interval: Duration::from_millis(50),
        ..Monitor::default()
    }
}

fn print(found: &Duplicates) {
    for group in found.groups() {
        println!("{} files of {} bytes", group.len(), group.size());
        for member in group.files() {
            let mut path = Vec::new();
            member.write_path(&mut path);
            println!("  {}", escaped(&path));
        }
    }
    println!("{} bytes reclaimable", found.summary().reclaimable_bytes);
}

/// The limits and the roots of the command line.
fn arguments() -> Result<(Limit, Vec<PathBuf>), Box<dyn StdError>> {
    let mut limit = Limit { bytes: u64::MAX, time: Duration::MAX };
    let mut roots = Vec::new();
    let mut words = env::args_os().skip(1);
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, Box<dyn StdError>> {
            let value = words.next().and_then(|it| it.into_string().ok());
            Ok(value.ok_or("--bytes and --seconds want a number")?.parse()?)
        };
        match word.to_str() {
            Some("--bytes") => limit.bytes = number()?,
            Some("--seconds") => limit.time = Duration::from_secs(number()?),
            _ => roots.push(word.into()),
        }
    }
    if roots.is_empty() {
        return Err("usage: duplicates [--bytes N] [--seconds N] ROOT".into());
    }
    Ok((limit, roots))
}
