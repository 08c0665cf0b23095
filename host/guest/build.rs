//! Compiles the components of `guest/` that the program embeds for WebAssembly,
//! by a cargo of its own, or ends the build if there is no compiler for that.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sanchay_toolchain::guest::{self, Parts};
use sanchay_toolchain::{Failure, OVERRIDE, find, script};

/// What is compiled, and where to.
const PACKAGES: &[(&str, Parts, &str)] = &[
    ("sanchay-inspector", Parts::Core, "inspector.wasm"),
    ("sanchay-media-extractor", Parts::Core, "media.wasm"),
    #[cfg(feature = "images")]
    ("sanchay-picture-extractor", Parts::Std, "pictures.wasm"),
];

fn main() -> ExitCode {
    script::main(run)
}

fn run() -> Result<(), Failure> {
    let root = script::root()?;
    let out = script::out_dir()?;
    watch(&root);

    let compiler = find(&root)?;
    let target = target_dir(&out);
    for (package, parts, file) in PACKAGES {
        let package = (*package, *parts);
        let module = guest::build(&root, &target, package, &compiler)?;
        let path = out.join(file);
        fs::write(&path, module).map_err(|error| {
            format!("cannot write {}: {error}", path.display())
        })?;
    }
    println!("cargo::rustc-env=SANCHAY_GUEST_COMPILER={compiler}");
    Ok(())
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
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    let inputs = [
        "Cargo.toml",
        "host/guest/build.rs",
        "guest/Cargo.lock",
        "guest/Cargo.toml",
        "guest/inspector/Cargo.toml",
        "guest/inspector/src",
        "guest/core/Cargo.toml",
        "guest/core/src",
        "guest/media-extractor/Cargo.toml",
        "guest/media-extractor/src",
        "guest/media/Cargo.toml",
        "guest/media/src",
        "guest/picture-extractor/Cargo.toml",
        "guest/picture-extractor/src",
        "guest/pictures/Cargo.toml",
        "guest/pictures/src",
        "guest/runtime/Cargo.toml",
        "guest/runtime/src",
        "wit",
    ];
    for input in inputs {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
}
