//! What cargo tells of a workspace, as far as it matters here: the output of
//! `cargo metadata`
//! (<https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>).

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::{Error, toolchain};

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
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
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
    /// What is resolved for the guest's target, by the lock file.
    pub(super) fn of(manifest: &Path) -> Result<Self, Error> {
        let failed =
            |why: String| Error::Metadata { path: manifest.to_owned(), why };
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(["--filter-platform", toolchain::TARGET])
            .arg("--manifest-path")
            .arg(manifest)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(said.trim().to_owned()));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| failed(error.to_string()))
    }
}

impl Package {
    /// Whether the package is a procedural macro, none of whose code can end
    /// up in what depends on it.
    pub(super) fn runs_while_building(&self) -> bool {
        let mut kinds = self.targets.iter().flat_map(|it| &it.kind);
        kinds.any(|kind| kind == "proc-macro")
    }
}

impl Dependency {
    /// Whether it is linked, and not only needed by a build script or a
    /// test.
    pub(super) fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|it| it.kind.is_none())
    }
}
