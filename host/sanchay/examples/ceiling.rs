//! What a caller sees when the code in the sandbox exceeds its ceiling.
//!
//! ```sh
//! cargo run --release -p sanchay --example ceiling
//! ```
//!
//! Each instance here may have 1 MiB of memory and 10 milliseconds a call,
//! far less than the default. What exceeds them is a fault, in a type that a
//! program can match. It costs what was asked about and nothing else: the
//! instance is thrown away, and the next question gets a fresh one.
//!
//! 1. A run that keeps 1 MiB of both ends of each file in the sandbox: every
//!    file has its error, [`Fault::MemoryRefused`], and the run goes on to
//!    the last. With 64 KiB of them, the same engine hashes all.
//! 2. Batches of names, one of them of 2 MiB: [`Fault::MemoryRefused`].
//! 3. Buffers in one call each, with room for them but 10 milliseconds as
//!    before. A SHA-256 of 48 MiB takes longer: [`Fault::BudgetExhausted`].

use std::{error::Error, fs, ops::ControlFlow, time::Duration};

use sanchay::{
    Algorithm, Cause, Engine, EntryError, Fault, Filter, HashEvent, Limits,
    Method, escaped,
};

const MIB: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let small = engine(MIB)?;
    files(&small)?;
    names(&small)?;
    buffers(&engine(64 * MIB)?)?;
    Ok(())
}

/// An engine of one thread whose instances may have so much memory, in
/// bytes, and 10 milliseconds a call.
fn engine(memory: usize) -> Result<Engine, sanchay::Error> {
    let limits = Limits::default()
        .memory(memory)
        .call_budget(Duration::from_millis(10));
    Engine::builder().threads(1).limits(limits).build()
}

/// Hashes files by more of their ends than there is room for, and by less.
fn files(engine: &Engine) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for (name, size) in [("a", 1000), ("b", 3 * MIB), ("c", 2000)] {
        fs::write(folder.path().join(name), vec![b'x'; size])?;
    }
    for chunk in [1 << 20, 1 << 16] {
        let method = Method::Partial { chunk };
        let summary =
            engine.hash([folder.path()]).method(method).for_each(|event| {
                match event {
                    HashEvent::File(file) => {
                        println!("{}: {}", escaped(file.path), file.content);
                    }
                    HashEvent::Error(error) => print(&error),
                    _ => {}
                }
                ControlFlow::Continue(())
            })?;
        println!("{} hashed, {} failed", summary.files, summary.errors);
    }
    Ok(())
}

/// Prints an error and, where it was the memory, how much was asked for.
fn print(error: &EntryError) {
    println!("{error}");
    if let Cause::Sandbox(Fault::MemoryRefused { asked, ceiling }) =
        error.cause
    {
        println!("  {asked} bytes asked, {ceiling} allowed");
    }
}

/// Filters batches of names, one of which does not fit.
fn names(engine: &Engine) -> Result<(), Box<dyn Error>> {
    let mut filter = engine.filter(&Filter::default().extension("txt"))?;
    for count in [10, 200_000, 10] {
        match filter.match_names(&vec!["notes.txt"; count]) {
            Ok(wanted) => println!("{} of {count} names", wanted.len()),
            Err(fault) => println!("{count} names: {fault}"),
        }
    }
    Ok(())
}

/// Digests buffers, one of which takes too long.
fn buffers(engine: &Engine) -> Result<(), Box<dyn Error>> {
    for size in [1000, 48 * MIB, 2000] {
        match engine.digest(Algorithm::Sha256, &vec![b'x'; size]) {
            Ok(digest) => println!("{size} bytes: {digest}"),
            Err(sanchay::Error::Sandbox(
                fault @ Fault::BudgetExhausted { .. },
            )) => println!("{size} bytes: {fault}"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
