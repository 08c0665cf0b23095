//! What a run did, how long it took and what it needed: said at its end.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use indicatif::{HumanBytes, HumanCount};
use sanchay::{FinishedCallback, Summary};
use sanchay_sync::lock;
use sanchay_system::process::peak_memory;
use serde::Serialize;

use crate::progress::{float, line, rounded, whole};

/// Counts what the runs of a command do.
#[derive(Debug)]
pub(crate) struct Stats {
    started: Instant,
    done: Arc<Mutex<Summary>>,
}

impl Stats {
    /// Begins to count.
    pub(crate) fn begin() -> Self {
        Self { started: Instant::now(), done: Arc::default() }
    }

    /// What the library is to call at the end of each run.
    pub(crate) fn callback(&self) -> FinishedCallback {
        let done = Arc::clone(&self.done);
        Arc::new(move |run: &Summary| {
            let mut done = lock(&done);
            done.files = done.files.saturating_add(run.files);
            done.directories =
                done.directories.saturating_add(run.directories);
            done.bytes = done.bytes.saturating_add(run.bytes);
            done.errors = done.errors.saturating_add(run.errors);
        })
    }

    /// What was done up to now.
    pub(crate) fn taken(&self) -> Figures {
        let done = *lock(&self.done);
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = |count: u64| match seconds > 0.0 {
            true => rounded(float(count) / seconds),
            false => 0.0,
        };
        Figures {
            r#type: "stats",
            seconds: rounded(seconds),
            directories: done.directories,
            files: done.files,
            bytes: done.bytes,
            errors: done.errors,
            files_per_second: rate(done.files),
            bytes_per_second: rate(done.bytes),
            peak_memory: peak_memory(),
        }
    }
}

/// The figures of a command.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    r#type: &'static str,
    seconds: f64,
    directories: u64,
    files: u64,
    bytes: u64,
    errors: u64,
    files_per_second: f64,
    bytes_per_second: f64,
    /// In bytes; `None` where the system does not tell.
    peak_memory: Option<u64>,
}

impl Figures {
    /// As lines for people.
    pub(crate) fn text(&self) -> String {
        let memory = self.peak_memory.map_or_else(
            || "unknown".to_owned(),
            |bytes| HumanBytes(bytes).to_string(),
        );
        format!(
            "time         {:.3} s\n\
             directories  {}\n\
             files        {} ({}/s)\n\
             bytes        {} ({}, {}/s)\n\
             errors       {}\n\
             peak memory  {memory}\n",
            self.seconds,
            HumanCount(self.directories),
            HumanCount(self.files),
            HumanCount(whole(self.files_per_second)),
            HumanCount(self.bytes),
            HumanBytes(self.bytes),
            HumanBytes(whole(self.bytes_per_second)),
            HumanCount(self.errors),
        )
    }

    /// As a JSON object on a line.
    pub(crate) fn event(&self) -> String {
        line(self)
    }
}
