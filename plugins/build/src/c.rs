//! Compiles a plugin in C, with clang and LLVM's linker, as its `Makefile`
//! says.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sanchay_plugin_templates::{Language, Template, World};

use crate::{Failure, root, target_dir, template};

/// The variable with which a user names clang.
pub const CLANG: &str = "SANCHAY_PLUGIN_CLANG";

/// What a C plugin is built with.
#[derive(Clone, Debug)]
pub struct Tools {
    clang: PathBuf,
    linker: PathBuf,
}

impl Tools {
    /// Finds them: `make`; a clang that compiles for WebAssembly, the one that
    /// `SANCHAY_PLUGIN_CLANG` names or the one on the path; and `wasm-ld`, on
    /// the path, beside clang, or in the toolchain of Rust.
    #[must_use]
    pub fn find() -> Option<Self> {
        on_path("make")?;
        let clang = match env::var_os(CLANG) {
            Some(named) => PathBuf::from(named),
            None => on_path("clang")?,
        };
        let targets =
            Command::new(&clang).arg("--print-targets").output().ok()?;
        let targets = String::from_utf8(targets.stdout).ok()?;
        targets
            .lines()
            .any(|it| it.trim_start().starts_with("wasm32 "))
            .then_some(())?;
        let linker = on_path("wasm-ld")
            .or_else(|| is_file(clang.with_file_name("wasm-ld")))
            .or_else(rusts_linker)?;
        Some(Self { clang, linker })
    }

    /// What to tell where they are not found.
    pub const MISSING: &str = "NOT BUILT: plugins in C need make, clang and \
        lld (Debian: apt-get install make clang lld)";
}

/// Runs `make` in a plugin's folder and returns the core module.
///
/// # Errors
///
/// `make` fails, with what it said, or makes no module.
pub fn build(tools: &Tools, folder: &Path) -> Result<Vec<u8>, Failure> {
    let assign = |name: &str, program: &Path, words: &str| {
        let mut word = OsString::from(name);
        word.push("=");
        word.push(program);
        word.push(words);
        word
    };
    let output = Command::new("make")
        .current_dir(folder)
        // What the make that may run this wants of its own children.
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        // A warning in what users begin with would be a poor welcome.
        .arg(assign("CC", &tools.clang, " -Werror"))
        .arg(assign("LD", &tools.linker, " --fatal-warnings"))
        .output()
        .map_err(|error| format!("cannot run make: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cannot compile {}: make ended with {}\n{}{}",
            folder.display(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        ));
    }
    let module = folder.join("plugin.wasm");
    fs::read(&module)
        .map_err(|error| format!("cannot read {}: {error}", module.display()))
}

/// Builds an example: its C files in `plugins/NAME`, and beside them, instead
/// of the example that the template has, the template's `Makefile` and
/// `support`.
///
/// # Errors
///
/// Those of [`build`], and that files cannot be copied.
pub fn build_example(
    tools: &Tools,
    name: &str,
    world: World,
) -> Result<Vec<u8>, Failure> {
    let plugins = target_dir().join("plugins");
    let failed = |error| format!("cannot build {name}: {error}");
    fs::create_dir_all(&plugins).map_err(failed)?;
    // A folder of its own for each process that builds it.
    let scratch = tempfile::tempdir_in(&plugins).map_err(failed)?;
    let folder = scratch.path().join(name);
    let template = Template { language: Language::C, world };
    template::write(template, name, &folder)?;
    fs::remove_file(folder.join(template.example())).map_err(failed)?;
    let from = root().join("plugins").join(name);
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), folder.join(entry.file_name()))
            .map_err(failed)?;
    }
    build(tools, &folder)
}

/// A program on the path.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|folder| is_file(folder.join(name)))
}

fn is_file(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

/// The linker of rustup's toolchain, under the name by which it knows that it
/// is to link WebAssembly.
fn rusts_linker() -> Option<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc)
        .current_dir(root())
        .args(["--print", "target-libdir"])
        .output()
        .ok()?;
    let libraries = String::from_utf8(output.stdout).ok()?;
    let folder = Path::new(libraries.trim_end()).parent()?;
    is_file(folder.join("bin/gcc-ld/wasm-ld"))
}
