//! The component is the same bytes wherever its sources lie.
//!
//! Two copies of the sources, in folders of different names and lengths, are
//! compiled from the beginning with the build script's own code. That takes
//! some two minutes, more than all other tests together, so that it is left
//! out unless asked for: `just reproduce`, and so does CI.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]
#![allow(dead_code, reason = "the build script needs more of its modules")]

#[path = "../build/component.rs"]
mod component;
#[path = "../build/guest.rs"]
mod guest;
#[path = "../build/toolchain.rs"]
mod toolchain;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the build script's modules fail with.
type Failure = String;

/// What a component is made of, beneath the checkout.
const SOURCES: [&str; 3] = ["Cargo.toml", "guest", "wit"];

/// Two folders that have no length, depth or sorts of characters in common.
const FOLDERS: [&str; 2] = ["a", "another folder, deeper and longer/b=b"];

fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().to_owned()
}

/// Copies a file, or a folder without what was built in it.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        if name != "target" {
            copy(&from.join(&name), &to.join(&name));
        }
    }
}

/// Compiles a copy of the sources in this folder.
fn build(place: &Path, folder: &str) -> Vec<u8> {
    let root = place.join(folder);
    for source in SOURCES {
        copy(&checkout().join(source), &root.join(source));
    }
    // The inner cargo's folder is found as it is in a build of everything:
    // both builds share it, for what runs while the guest is compiled.
    let out = place.join("target/debug/build/sandbox/out");
    let compiler = toolchain::find(&root).unwrap();
    let module = guest::build(&root, &out, &compiler).unwrap();
    component::make(&module).unwrap().bytes
}

#[test]
#[ignore = "compiles the guest twice: just reproduce"]
fn builds_in_two_folders_are_the_embedded_component() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reproducible");
    if place.exists() {
        fs::remove_dir_all(&place).unwrap();
    }
    let built = FOLDERS.map(|folder| build(&place, folder));
    let embedded = sanchay_sandbox::component::bytes();
    for (folder, bytes) in FOLDERS.iter().zip(&built) {
        let at = bytes.iter().zip(embedded).position(|(a, b)| a != b);
        assert!(
            bytes == embedded,
            "built in {folder:?} it has {} bytes, embedded {}; they first \
             differ at {at:?}; both are in {}",
            bytes.len(),
            embedded.len(),
            keep(&place, bytes, embedded).display(),
        );
    }
    fs::remove_dir_all(&place).unwrap();
}

/// Writes down two components that ought to be the same.
fn keep(place: &Path, built: &[u8], embedded: &[u8]) -> PathBuf {
    fs::write(place.join("built.wasm"), built).unwrap();
    fs::write(place.join("embedded.wasm"), embedded).unwrap();
    place.to_owned()
}
