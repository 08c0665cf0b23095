//! What cargo tells of a workspace, as far as it matters here: what packages
//! there are, in the output of `cargo metadata`
//! (<https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>), and which
//! of them are linked, in that of `cargo tree`.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::Error;

/// The packages of a workspace and how they depend on each other.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) resolve: Resolve,
}

/// A package, as its manifest describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    /// `None` for a package of this repository.
    pub(super) source: Option<String>,
    pub(super) manifest_path: PathBuf,
}

/// Which packages depend on which.
#[derive(Debug, Deserialize)]
pub(super) struct Resolve {
    pub(super) nodes: Vec<Node>,
}

/// A package and what it depends on.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) deps: Vec<Dependency>,
}

/// A package that another depends on.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    /// `build` or `dev`, or `None` for what is linked.
    kind: Option<String>,
}

impl Metadata {
    /// What is resolved for a workspace and a target, by the lock file: with the features that any of its packages asks for, for
    /// whatever purpose, so that it is too much for one of them.
    pub(super) fn of(manifest: &Path, target: &str) -> Result<Self, Error> {
        let words = ["metadata", "--format-version", "1"];
        let platform = ["--filter-platform", target];
        let told = ask(manifest, &[&words[..], &platform].concat())?;
        serde_json::from_slice(&told).map_err(|error| {
            let (path, why) = (manifest.to_owned(), error.to_string());
            Error::Metadata { path, why }
        })
    }
}

/// The names and versions of what is linked into one package of a workspace,
/// with the features that it asks for itself.
pub(super) fn linked(
    manifest: &Path,
    package: &str,
    target: &str,
) -> Result<BTreeSet<(String, String)>, Error> {
    let words = ["tree", "--prefix", "none", "--format", "{p}"];
    let edges = ["--edges", "normal,no-proc-macro"];
    let which = ["--package", package, "--target", target];
    let told = ask(manifest, &[&words[..], &edges, &which].concat())?;
    let told = String::from_utf8_lossy(&told);
    // Each line is `NAME vVERSION`, and where it lies if it is ours.
    let part = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        Some((name, words.next()?.strip_prefix('v')?.to_owned()))
    };
    Ok(told.lines().filter_map(part).collect())
}

/// Asks cargo about a workspace, and nothing that its lock file does not
/// say.
fn ask(manifest: &Path, words: &[&str]) -> Result<Vec<u8>, Error> {
    let failed =
        |why: String| Error::Metadata { path: manifest.to_owned(), why };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(words)
        .arg("--locked")
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(said.trim().to_owned()))
    }
}

impl Dependency {
    /// Whether it is linked, and not only needed by a build script or a
    /// test.
    pub(super) fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|it| it.kind.is_none())
    }
}
