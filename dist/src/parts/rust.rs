//! Rust's own library, which no lock file names: `core`, `alloc` and what the
//! compiler calls by itself, of the compiler that the build takes.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Origin, Part};
use crate::{Error, toolchain};

/// The packages of the library that code without a standard library is linked
/// with: name, licence as their manifests have it, and folder in the
/// library's sources. Each depends on those before it.
const LIBRARY: [(&str, &str, &str); 3] = [
    ("core", "MIT OR Apache-2.0", "core"),
    (
        "compiler_builtins",
        "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
        "compiler-builtins/compiler-builtins",
    ),
    ("alloc", "MIT OR Apache-2.0", "alloc"),
];

/// Where the sources are kept.
const REPOSITORY: &str = "https://github.com/rust-lang/rust";

/// Appends the library, on which every other part depends.
pub(super) fn add(parts: &mut Vec<Part>, root: &Path) -> Result<(), Error> {
    let compiler = toolchain::find(root).map_err(Error::Compiler)?;
    let version = version(&compiler.rustc, root)?;
    let sources = compiler.sysroot.join("lib/rustlib/src/rust/library");
    let first = parts.len();
    for part in parts.iter_mut() {
        part.depends_on.extend(first..first + LIBRARY.len());
    }
    for (index, (name, licence, folder)) in LIBRARY.into_iter().enumerate() {
        let folder = sources.join(folder);
        parts.push(Part {
            name: name.to_owned(),
            version: version.clone(),
            licence: licence.to_owned(),
            authors: vec!["The Rust Project Developers".to_owned()],
            description: Some("A part of Rust's library".to_owned()),
            repository: Some(REPOSITORY.to_owned()),
            origin: Origin::Rust,
            sources: folder.is_dir().then_some(folder),
            depends_on: (first..first + index).collect(),
        });
    }
    Ok(())
}

/// The version of a compiler, as `1.96.0`.
fn version(rustc: &PathBuf, root: &Path) -> Result<String, Error> {
    let failed = |why: String| {
        Error::Compiler(format!("{} --version: {why}", rustc.display()))
    };
    let output = Command::new(rustc)
        .current_dir(root)
        .arg("--version")
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.split_whitespace().nth(1) {
        Some(version) if output.status.success() => Ok(version.to_owned()),
        _ => Err(failed(format!("it ended with {}", output.status))),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{LIBRARY, toolchain};

    #[test]
    fn the_licences_of_rusts_library_are_those_of_its_manifests() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let Ok(compiler) = toolchain::find(&root) else {
            panic!("there is no compiler for the guest");
        };
        let library = compiler.sysroot.join("lib/rustlib/src/rust/library");
        if !library.is_dir() {
            eprintln!("SKIPPED: the library's sources are not installed");
            return;
        }
        for (name, licence, folder) in LIBRARY {
            let manifest = library.join(folder).join("Cargo.toml");
            let manifest = fs::read_to_string(manifest).unwrap_or_default();
            let line = format!("license = \"{licence}\"");
            assert!(manifest.contains(&line), "{name}: {manifest}");
        }
    }
}
