//! The component is the same bytes wherever its sources lie.
//!
//! Two copies of the sources, in folders of different names and lengths, are
//! compiled from the beginning with the build script's own code. That takes
//! some two minutes, more than all other tests together, so that it is left
//! out unless asked for: `./x reproduce`, and so does CI.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use sanchay_builder::component;
use sanchay_toolchain::guest;

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

/// Compiles a copy of the sources in this folder: the component that the
/// program embeds, and the core module of the command.
fn build(place: &Path, folder: &str) -> [Vec<u8>; 2] {
    let root = place.join(folder);
    for source in SOURCES {
        copy(&checkout().join(source), &root.join(source));
    }
    // Both builds share it, for what runs while the guest is compiled.
    let target = place.join("target/guest");
    let compiler = sanchay_toolchain::find(&root).unwrap();
    let build = |package| {
        let package = (package, guest::Parts::Core);
        guest::build(&root, &target, package, &compiler).unwrap()
    };
    let inspector = build("sanchay-inspector");
    [
        component::make(&inspector, usize::MAX).unwrap().bytes,
        build("sanchay-command"),
    ]
}

#[test]
#[ignore = "compiles the guest twice: ./x reproduce"]
fn builds_in_two_folders_are_the_embedded_component() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reproducible");
    if place.exists() {
        fs::remove_dir_all(&place).unwrap();
    }
    let built = FOLDERS.map(|folder| build(&place, folder));
    let embedded = sanchay_sandbox::component::bytes();
    let [[_, one], [_, other]] = &built;
    assert!(
        one == other,
        "the command is not the same in two folders; see {}",
        keep(&place, one, other).display(),
    );
    for (folder, [bytes, _]) in FOLDERS.iter().zip(&built) {
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

/// Writes down two files that ought to be the same.
fn keep(place: &Path, one: &[u8], other: &[u8]) -> PathBuf {
    fs::write(place.join("built.wasm"), one).unwrap();
    fs::write(place.join("embedded.wasm"), other).unwrap();
    place.to_owned()
}
