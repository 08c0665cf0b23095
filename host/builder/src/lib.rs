//! Builds `guest/command`: the component `sanchay.wasm`, for any host of WASI
//! 0.2.
//!
//! The compiler is found and called as the build script of `host/sandbox`
//! does it, by the same source: what can build the program can build the
//! command.

#[path = "../../sandbox/build/guest.rs"]
mod guest;
#[path = "../../sandbox/build/toolchain.rs"]
mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};

use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};

/// Why the component cannot be built, in lines for a person to read.
pub type Failure = String;

/// What of WASI the command may import: its arguments, its streams, its
/// folders and a clock. No network, nothing random, no variables' use.
const ALLOWED: [&str; 4] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/"];

/// The component may not be larger, in bytes.
const CEILING: usize = 512 * 1024;

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
    let compiler = toolchain::find(&root)?;
    let package = "sanchay-command";
    let module =
        guest::build(&root, &target.join("guest"), package, &compiler)?;
    let bytes = ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| format!("cannot make the component: {error:#}"))?;
    let (imports, wit) = describe(&bytes)?;
    let allowed =
        |name: &String| ALLOWED.iter().any(|it| name.starts_with(it));
    if let Some(name) = imports.iter().find(|name| !allowed(name)) {
        return Err(format!("the command must not import {name}"));
    }
    let size = bytes.len();
    if size > CEILING {
        return Err(format!(
            "the command has {size} bytes; {CEILING} are allowed"
        ));
    }
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

/// What a component imports, and its world, told by its bytes alone.
fn describe(bytes: &[u8]) -> Result<(Vec<String>, String), Failure> {
    let unreadable = |error| format!("cannot decode the component: {error:#}");
    let decoded = wit_component::decode(bytes).map_err(unreadable)?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        return Err("the guest is a WIT package, not a component".into());
    };
    let world =
        resolve.worlds.get(*world).ok_or("the component has no world")?;
    let names = world.imports.keys();
    let names = names.map(|key| resolve.name_world_key(key)).collect();

    let package = decoded.package();
    let others: Vec<_> = resolve
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != package)
        .collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &others).map_err(unreadable)?;
    Ok((names, printer.output.to_string()))
}

/// Writes a file in one go: who reads it at the same time reads the old one or
/// the new one.
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
