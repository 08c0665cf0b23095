//! Builds plugins: the examples in `plugins/`, and what `sanchay plugin new`
//! makes of the templates.
//!
//! A plugin is compiled to a core module, in Rust with the compiler that
//! `host/sandbox` compiles the guest with, in C with clang, and that is made a
//! component. Tests of other packages that need a plugin get the finished
//! file from [`images`] and [`portable`]; `./x plugins` writes both to
//! `target/plugins`.

pub mod c;
pub mod component;
pub mod rust;
pub mod template;

mod file;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use sanchay_plugin_templates::{Language, Template, World};

/// Why a plugin cannot be built, in lines for a person to read.
pub type Failure = String;

/// The example in Rust, an extractor, as a component in a file.
///
/// Built once for each process that asks; what is up to date is not compiled
/// again.
///
/// # Errors
///
/// Those of [`rust::build`], and that the file cannot be written.
pub fn images() -> Result<&'static Path, Failure> {
    static BUILT: OnceLock<Result<PathBuf, Failure>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let folder = root().join("plugins/images");
        let module = rust::build(&folder, rust::Library::Core)?;
        save("images.wasm", &component::pack(&module)?)
    });
    built.as_deref().map_err(Failure::clone)
}

/// The example in C, a filter, as a component in a file; none where there is
/// no compiler for it (see [`c::Tools::find`]).
///
/// Built once for each process that asks.
///
/// # Errors
///
/// Those of [`c::build`], and that the file cannot be written.
pub fn portable() -> Result<Option<&'static Path>, Failure> {
    static BUILT: OnceLock<Result<Option<PathBuf>, Failure>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let Some(tools) = c::Tools::find() else { return Ok(None) };
        let module = c::build_example(&tools, "portable", World::Filter)?;
        save("portable.wasm", &component::pack(&module)?).map(Some)
    });
    built.as_ref().map(|path| path.as_deref()).map_err(Failure::clone)
}

/// The checkout.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The folder that cargo builds in; a folder of ours in it has the plugins.
#[must_use]
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(named) => root().join(named),
        None => root().join("target"),
    }
}

/// Writes a finished plugin to its place, whoever reads it at the moment.
fn save(name: &str, component: &[u8]) -> Result<PathBuf, Failure> {
    let path = target_dir().join("plugins").join(name);
    file::write_if_new(&path, component)?;
    Ok(path)
}
