//! Compiles the guest, makes the component, and compiles that to machine code
//! for the library to embed.
//!
//! `guest/inspector` is built for WebAssembly by a cargo of its own, made into
//! a component, checked (it imports nothing and is small), and compiled ahead
//! of time in a few variants. All of it lands in `OUT_DIR`.

mod component;
#[path = "../src/engine/config.rs"]
mod config;
mod guest;
mod machine;
mod output;
mod toolchain;

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Why the build cannot go on, in lines for a person to read.
type Failure = String;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let root = root()?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    watch(&root);

    let compiler = toolchain::find(&root)?;
    let target = target_dir(&out);
    let package = "sanchay-inspector";
    let module = guest::build(&root, &target, package, &compiler)?;
    let component = component::make(&module)?;
    let variants = machine::compile(&component.bytes)?;
    output::write(&out, &component, &variants)?;

    println!(
        "cargo::warning=inspector.wasm: {} bytes, no imports; {}",
        component.bytes.len(),
        compiler,
    );
    Ok(())
}

/// The folder of the whole checkout.
fn root() -> Result<PathBuf, Failure> {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    match package.ancestors().nth(2) {
        Some(root) => Ok(root.to_path_buf()),
        None => Err(format!(
            "{} does not lie two folders below the checkout",
            package.display(),
        )),
    }
}

/// A folder in cargo's target folder that debug, release and clippy builds
/// share, so that the guest is compiled once for all of them.
///
/// `OUT_DIR` lies in `TARGET_DIR/[TRIPLE/]PROFILE/build/`.
fn target_dir(out: &Path) -> PathBuf {
    let is = |name: &str| {
        let name = name.to_owned();
        move |folder: &&Path| folder.file_name() == Some(OsStr::new(&name))
    };
    let triple = env::var("TARGET").unwrap_or_default();
    out.ancestors()
        .find(is("build"))
        .and_then(|build| build.ancestors().nth(2))
        .map(|it| Some(it).filter(is(&triple)).and(it.parent()).unwrap_or(it))
        .unwrap_or(out)
        .join("guest")
}

/// Asks cargo to run this script again when what it reads has changed.
fn watch(root: &Path) {
    println!("cargo::rerun-if-env-changed={}", toolchain::OVERRIDE);
    let inputs = [
        "Cargo.toml",
        "guest/Cargo.lock",
        "guest/Cargo.toml",
        "guest/inspector/Cargo.toml",
        "guest/inspector/src",
        "guest/logic/Cargo.toml",
        "guest/logic/src",
        "wit",
    ];
    for input in inputs {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
}

/// A variable that cargo sets for build scripts.
fn variable(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| {
        format!("{name}: {error}; this script is to be run by cargo")
    })
}
