//! Makes components of the guest's modules, and compiles them to machine code
//! for the library to embed.
//!
//! The modules come from `host/guest`. Each becomes a component, is checked (no
//! imports, small), and is compiled ahead of time in a few variants. All of it
//! lands in `OUT_DIR`.

mod machine;
mod output;

use std::process::ExitCode;

use machine::Plans;
use sanchay_builder::component::{self, Component};
use sanchay_toolchain::{Failure, script};

/// What is embedded.
const BUNDLES: &[Bundle] = &[
    // Half of it are tables of Unicode and of time formats.
    Bundle {
        name: "inspector",
        module: sanchay_guest::INSPECTOR,
        ceiling: 1536 * 1024,
        plans: Plans::EveryProcessor,
    },
    // It waits for files: no instruction makes that shorter.
    Bundle {
        name: "media",
        module: sanchay_guest::MEDIA,
        ceiling: 128 * 1024,
        plans: Plans::Baseline,
    },
    // Decoders of six image formats.
    #[cfg(feature = "images")]
    Bundle {
        name: "pictures",
        module: sanchay_guest::PICTURES,
        ceiling: 1536 * 1024,
        plans: Plans::FastAndAny,
    },
];

/// A component to be made.
struct Bundle {
    /// What it is called in file names and messages.
    name: &'static str,
    /// The module that it is made of.
    module: &'static [u8],
    /// How large it may be, in bytes.
    ceiling: usize,
    /// What it is compiled for.
    plans: Plans,
}

fn main() -> ExitCode {
    script::main(run)
}

fn run() -> Result<(), Failure> {
    // What it reads is its own sources and a dependency.
    println!("cargo::rerun-if-changed=build");
    let out = script::out_dir()?;
    let mut list = String::new();
    for Bundle { name, module, ceiling, plans } in BUNDLES {
        let component = component::make(module, *ceiling)?;
        refuse_imports(&component)?;
        let variants = machine::compile(&component.bytes, *plans)?;
        list += &output::write(&out, name, &component, &variants)?;
        println!(
            "cargo::warning={name}.wasm: {} bytes, no imports; {}",
            component.bytes.len(),
            sanchay_guest::COMPILER,
        );
    }
    output::save(&out, "embedded.rs", list.as_bytes())
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
