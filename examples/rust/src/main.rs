//! Prints digests of files, made by the inspector: the program has the
//! component and its WIT, and nothing else of Sanchay.
//!
//! ```sh
//! cargo run --release -- inspector.wasm FILE...
//! ```
#![allow(missing_docs, reason = "the macro writes items without any")]

use std::{env, fs::File, io::Read as _, thread, time::Duration};

use wasmtime::{
    Config, Engine, Result, Store, StoreLimits, StoreLimitsBuilder,
    component::{Component, Linker},
    error::Context as _,
};

use exports::sanchay::inspect::hashing::Algorithm;

wasmtime::component::bindgen!({ path: "../../wit", world: "inspector" });

/// How much memory the component may have.
const MEMORY: usize = 64 << 20;

/// How long a call may take: so many ticks.
const TICKS: u64 = 100;
const TICK: Duration = Duration::from_millis(50);

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let path = arguments.next().context("usage: embed COMPONENT FILE...")?;

    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let component = Component::from_file(&engine, path)?;
    let limits = StoreLimitsBuilder::new().memory_size(MEMORY).build();
    let mut store: Store<StoreLimits> = Store::new(&engine, limits);
    store.limiter(|limits| limits);
    store.set_epoch_deadline(TICKS);
    let clock = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = clock.upgrade() {
            engine.increment_epoch();
            thread::sleep(TICK);
        }
    });
    // It imports nothing: the linker stays empty.
    let linker = Linker::new(&engine);
    let inspector = Inspector::instantiate(&mut store, &component, &linker)?;

    let hashing = inspector.sanchay_inspect_hashing();
    let hasher = hashing.hasher();
    let mut piece = vec![0; 1 << 20];
    for path in arguments {
        let mut file = File::open(&path)?;
        let digest = hasher.call_constructor(&mut store, Algorithm::Sha256)?;
        loop {
            let length = file.read(&mut piece)?;
            let Some(data) = piece.get(..length).filter(|it| !it.is_empty())
            else {
                break;
            };
            store.set_epoch_deadline(TICKS);
            hasher.call_update(&mut store, digest, data)?;
        }
        store.set_epoch_deadline(TICKS);
        for byte in hasher.call_finish(&mut store, digest)? {
            print!("{byte:02x}");
        }
        println!("  {}", path.display());
        digest.resource_drop(&mut store)?;
    }
    Ok(())
}
