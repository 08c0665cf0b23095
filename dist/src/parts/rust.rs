//! Rust's own library, which no lock file names: `core`, `alloc`, `std` and
//! what the compiler calls by itself, of the compiler that the build takes.

use std::{path::Path, process::Command};

use super::{Origin, Part};
use crate::Error;

/// A package of the library: name, licence as its manifest has it, and folder
/// in the library's sources.
type Package = (&'static str, &'static str, &'static str);

const BUILTINS: Package = (
    "compiler_builtins",
    "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
    "compiler-builtins/compiler-builtins",
);

/// What code without a standard library is linked with. Each depends on those
/// before it.
pub(super) const CORE: [Package; 3] = [
    ("core", "MIT OR Apache-2.0", "core"),
    BUILTINS,
    ("alloc", "MIT OR Apache-2.0", "alloc"),
];

/// What other code is linked with, likewise.
pub(super) const STD: [Package; 4] = [
    ("core", "MIT OR Apache-2.0", "core"),
    BUILTINS,
    ("alloc", "MIT OR Apache-2.0", "alloc"),
    ("std", "MIT OR Apache-2.0", "std"),
];

/// Where the sources are kept.
const REPOSITORY: &str = "https://github.com/rust-lang/rust";

/// Appends the library of a compiler, on which every other part depends.
pub(super) fn add(
    parts: &mut Vec<Part>,
    library: &[Package],
    rustc: &Path,
    root: &Path,
) -> Result<(), Error> {
    let version = ask(rustc, root, "--version")?;
    let version = version.split_whitespace().nth(1).unwrap_or_default();
    let sysroot = ask(rustc, root, "--print=sysroot")?;
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library");
    let first = parts.len();
    for part in parts.iter_mut() {
        part.depends_on.extend(first..first + library.len());
    }
    for (index, (name, licence, folder)) in library.iter().enumerate() {
        let folder = sources.join(folder);
        parts.push(Part {
            name: (*name).to_owned(),
            version: version.to_owned(),
            licence: (*licence).to_owned(),
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

/// The machine that a compiler runs on, as the name of a target.
pub(super) fn host(rustc: &Path, root: &Path) -> Result<String, Error> {
    let told = ask(rustc, root, "-vV")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| {
        Error::Compiler(format!("{} -vV tells no host", rustc.display()))
    })
}

/// What a compiler answers.
fn ask(rustc: &Path, root: &Path, word: &str) -> Result<String, Error> {
    let failed = |why: String| {
        Error::Compiler(format!("{} {word}: {why}", rustc.display()))
    };
    let output = Command::new(rustc)
        .current_dir(root)
        .arg(word)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("it ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::STD;

    #[test]
    fn the_licences_of_rusts_library_are_those_of_its_manifests() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let Ok(compiler) = sanchay_toolchain::find(&root) else {
            panic!("there is no compiler for the guest");
        };
        let library = compiler.sysroot.join("lib/rustlib/src/rust/library");
        if !library.is_dir() {
            eprintln!("SKIPPED: the library's sources are not installed");
            return;
        }
        for (name, licence, folder) in STD {
            let manifest = library.join(folder).join("Cargo.toml");
            let manifest = fs::read_to_string(manifest).unwrap_or_default();
            let line = format!("license = \"{licence}\"");
            assert!(manifest.contains(&line), "{name}: {manifest}");
        }
    }
}
