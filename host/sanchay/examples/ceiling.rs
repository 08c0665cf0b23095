//! What a caller sees when the code in the cage exceeds its ceiling.
//!
//! ```sh
//! cargo run --release -p sanchay --example ceiling
//! ```
//!
//! Each instance here may have 1 MiB of memory and 10 milliseconds a call,
//! far less than the default. What does not fit costs the file that it was
//! asked about an error, with the cause in a type that a program can match:
//! its instance is thrown away, and the next file gets a fresh one.
//!
//! 1. A run over three files, which keeps both ends of each in the cage. Of
//!    the large one they are 2 MiB: [`Fault::MemoryRefused`].
//! 2. Three buffers in one call each, with room for them but 10 milliseconds
//!    as before. A SHA-256 of 48 MiB takes longer: [`Fault::BudgetExhausted`].

use std::{error::Error, fs, ops::ControlFlow, time::Duration};

use sanchay::{
    Algorithm, Cause, Engine, EngineOptions, Fault, HashEvent, HashOptions,
    Limits, Method, Monitor, Source, escaped,
};

const MIB: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    memory()?;
    time()?;
    Ok(())
}

/// An engine of one thread whose instances may have so much memory, in
/// bytes, and 10 milliseconds a call.
fn engine(memory: usize) -> Result<Engine, sanchay::Error> {
    let mut options = EngineOptions::default();
    options.threads = Some(1);
    options.limits = Limits::default()
        .memory(memory)
        .call_budget(Duration::from_millis(10));
    Engine::new(options)
}

/// Hashes a folder with a file in it that needs too much memory.
fn memory() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for (name, size) in [("a", 1000), ("b", 3 * MIB), ("c", 2000)] {
        fs::write(folder.path().join(name), vec![b'x'; size])?;
    }
    let options = HashOptions {
        method: Method::Partial { chunk: 1 << 20 },
        ..HashOptions::default()
    };
    let summary = engine(MIB)?.hash(
        &[Source::Path(folder.path().to_owned())],
        &options,
        &Monitor::default(),
        &mut |event| {
            match event {
                HashEvent::File(file) => {
                    println!("{}: {}", escaped(file.path), file.content);
                }
                HashEvent::Error(error) => {
                    println!("{error}");
                    if let Cause::Sandbox(Fault::MemoryRefused {
                        asked,
                        ceiling,
                    }) = error.cause
                    {
                        println!("  {asked} bytes asked, {ceiling} allowed");
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        },
    )?;
    println!("{} files hashed, {} failed", summary.files, summary.errors);
    Ok(())
}

/// Digests buffers, one of which takes too long.
fn time() -> Result<(), Box<dyn Error>> {
    let engine = engine(64 * MIB)?;
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
