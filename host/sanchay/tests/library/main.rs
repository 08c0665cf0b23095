//! The library as those who embed it use it: on real trees, through its
//! public interface alone.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

mod acting;
mod acting_across;
mod cancelling;
mod changes;
mod copying;
mod deduping;
mod errors;
mod examples;
#[cfg(feature = "plugins")]
mod extractors;
mod filter;
mod ignoring;
mod planning;
mod reflinks;
mod replacing;
mod sharing;
mod similar;
mod storage;
mod streams;
mod summary;
mod trashing;
mod walkers;
mod watching;

use std::{
    collections::BTreeMap, ops::ControlFlow, path::PathBuf, sync::Mutex,
};

use sanchay::{Engine, EntryError, Metadata, ScanEvent, WalkOptions};

/// An engine with so many threads.
fn engine(threads: usize) -> Engine {
    Engine::builder().threads(threads).build().unwrap()
}

/// The files of a scan by path, and its errors by theirs.
fn scan(
    engine: &Engine,
    roots: &[PathBuf],
    options: &WalkOptions,
) -> (BTreeMap<PathBuf, Metadata>, Vec<EntryError>) {
    let found = Mutex::new((BTreeMap::new(), Vec::new()));
    let summary = engine
        .scan(roots)
        .options(options.clone())
        .for_each_batch(|_| {
            |event: ScanEvent<'_>| {
                let mut found = found.lock().unwrap();
                match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            let before =
                                found.0.insert(file.path(), *file.metadata);
                            assert_eq!(before, None, "reported twice");
                        }
                    }
                    ScanEvent::Error(error) => found.1.push(error),
                    _ => panic!("an event that this test does not know"),
                }
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    let (files, mut errors) = found.into_inner().unwrap();
    errors.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(summary.files, files.len() as u64);
    assert_eq!(summary.errors, errors.len() as u64);
    let bytes: u64 = files.values().map(|metadata| metadata.size).sum();
    assert_eq!(summary.bytes, bytes);
    (files, errors)
}
