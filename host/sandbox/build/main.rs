//! Makes the component of the guest's module, and compiles it to machine code
//! for the library to embed.
//!
//! The module comes from `host/guest`. It becomes a component, is checked (no
//! imports, small), and is compiled ahead of time in a few variants. All of it
//! lands in `OUT_DIR`.

mod machine;
mod output;

use std::process::ExitCode;

use sanchay_builder::component::{self, Component};
use sanchay_toolchain::{Failure, script};

/// The component may not be larger, in bytes. Names and plans of what is done
/// with files brought regular expressions with groups, formats of times and
/// the letters of Unicode in both cases: 400 KB.
const CEILING: usize = 2 << 20;

fn main() -> ExitCode {
    script::main(run)
}

fn run() -> Result<(), Failure> {
    // What it reads is its own sources and a dependency.
    println!("cargo::rerun-if-changed=build");
    let out = script::out_dir()?;
    let component = component::make(sanchay_guest::MODULE, CEILING)?;
    refuse_imports(&component)?;
    let variants = machine::compile(&component.bytes)?;
    output::write(&out, &component, &variants)?;

    println!(
        "cargo::warning=inspector.wasm: {} bytes, no imports; {}",
        component.bytes.len(),
        sanchay_guest::COMPILER,
    );
    Ok(())
}

/// Fails unless the component imports nothing.
fn refuse_imports(component: &Component) -> Result<(), Failure> {
    match &component.imports[..] {
        [] => Ok(()),
        imports => Err(format!(
            "the component must import nothing, but imports {}",
            imports.join(", "),
        )),
    }
}
