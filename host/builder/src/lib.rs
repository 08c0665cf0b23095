//! Makes components of what is compiled from `guest/`.
//!
//! The build script of `host/sandbox` makes the one that it embeds of
//! `guest/inspector` here. [`build`] makes `sanchay.wasm` of `guest/command`,
//! for any host of WASI 0.2.

pub mod component;
pub mod world;

use std::fs;
use std::path::{Path, PathBuf};

pub use sanchay_toolchain::Failure;
use sanchay_toolchain::{find, guest};

/// What of WASI the command may import: its arguments, its streams, its
/// folders and a clock. No network, nothing random, no variables' use.
const ALLOWED: [&str; 4] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/"];

/// The component may not be larger, in bytes.
const CEILING: usize = 1792 * 1024;

/// The component, as it was built.
#[derive(Debug)]
pub struct Component {
    /// Where it is: `target/components/sanchay.wasm`; beside it is its world,
    /// `sanchay.wit`.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: usize,
    /// The names of what it imports.
    pub imports: Vec<String>,
    /// Its world, printed as WIT.
    pub wit: String,
}

/// Builds the component, or finds that it is built.
///
/// # Errors
///
/// What the compiler said; or that the component imports more than a command
/// should, or is too large.
pub fn build() -> Result<Component, Failure> {
    let root = root()?;
    let target = root.join("target");
    let compiler = find(&root)?;
    let package = ("sanchay-command", guest::Parts::Core);
    let module =
        guest::build(&root, &target.join("guest"), package, &compiler)?;
    let component::Component { bytes, wit, imports, .. } =
        component::make(&module, CEILING)?;
    let allowed =
        |name: &String| ALLOWED.iter().any(|it| name.starts_with(it));
    if let Some(name) = imports.iter().find(|name| !allowed(name)) {
        return Err(format!("the command must not import {name}"));
    }
    let size = bytes.len();
    let path = target.join("components/sanchay.wasm");
    write(&path, &bytes).map_err(|error| {
        format!("cannot write {}: {error}", path.display())
    })?;
    write(&path.with_extension("wit"), wit.as_bytes()).map_err(|error| {
        format!("cannot write the world beside {}: {error}", path.display())
    })?;
    Ok(Component { path, size, imports, wit })
}

/// The folder of the whole checkout.
fn root() -> Result<PathBuf, Failure> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    match package.ancestors().nth(2) {
        Some(root) => Ok(root.to_path_buf()),
        None => Err(format!(
            "{} does not lie two folders below the checkout",
            package.display(),
        )),
    }
}

/// Writes a file in one go: a concurrent reader sees the old one or the new
/// one.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}
