//! The library alone at the job that `just bench-python` gives the binding:
//! prints the seconds of finding and of hashing. `direct ROOT THREADS ROUNDS`.

use std::{
    env,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use sanchay::{
    Engine, Filter, HashEvent, HashOptions, Method, ScanEvent, Source,
    WalkOptions,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args_os().skip(1);
    let usage = "usage: direct ROOT THREADS ROUNDS";
    let root = PathBuf::from(arguments.next().ok_or(usage)?);
    let mut number = || -> Result<usize, Box<dyn std::error::Error>> {
        Ok(arguments.next().ok_or(usage)?.to_string_lossy().parse()?)
    };
    let (threads, rounds) = (number()?, number()?);
    let hashing = Engine::builder().threads(threads).build()?;
    let finding = Engine::builder().build()?;
    for _ in 0..rounds {
        let begun = Instant::now();
        let paths = find(&finding, &root)?;
        let found = begun.elapsed();
        let hashed = hash(&hashing, paths)?;
        let all = begun.elapsed();
        println!("{} {} {hashed}", found.as_secs_f64(), all.as_secs_f64());
    }
    Ok(())
}

/// Finds what discover_videos finds, in the same order.
fn find(
    engine: &Engine,
    root: &PathBuf,
) -> Result<Vec<PathBuf>, sanchay::Error> {
    let options = WalkOptions {
        filter: Filter::default().extension("mkv"),
        follow: true,
        ..WalkOptions::default()
    };
    let files = Mutex::new(Vec::new());
    engine.scan([root]).options(options.clone()).for_each_batch(|_| {
        |event: ScanEvent<'_>| {
            if let ScanEvent::Files(batch) = event {
                files.lock().unwrap_or_else(PoisonError::into_inner).extend(
                    batch.iter().map(|file| {
                        let metadata = file.metadata;
                        (file.path(), metadata.size, metadata.modified)
                    }),
                );
            }
            ControlFlow::Continue(())
        }
    })?;
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_unstable();
    Ok(files.into_iter().map(|(path, _, _)| path).collect())
}

/// Hashes what hash_files hashes; how many files.
fn hash(
    engine: &Engine,
    paths: Vec<PathBuf>,
) -> Result<usize, sanchay::Error> {
    let sources: Vec<_> = paths.into_iter().map(Source::Path).collect();
    let method = Method::Partial { chunk: 65_536 };
    let options = HashOptions { method, ..HashOptions::default() };
    let mut digests = Vec::new();
    engine.hash(&sources).options(options.clone()).for_each(|event| {
        if let HashEvent::File(file) = event {
            digests.push(file.content.to_string());
        }
        ControlFlow::Continue(())
    })?;
    Ok(digests.len())
}
