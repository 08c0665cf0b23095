//! What was compiled into a component, or into the Python package: the
//! packages that cargo resolves for it, and Rust's own library.
//!
//! Only what ends up in it counts. Packages that run while it is built,
//! procedural macros and build scripts with all they depend on, do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
};

use sanchay_toolchain::TARGET;
use spdx::{Expression, ParseMode};

use self::cargo::{Metadata, Package};
use crate::Error;

mod cargo;
mod rust;

/// One package of which something that is published consists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence: an SPDX expression.
    pub licence: String,
    /// Who wrote it, as it says itself.
    pub authors: Vec<String>,
    /// What it is, in a sentence of its own.
    pub description: Option<String>,
    /// Where its sources are kept.
    pub repository: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// The folder with its sources on this machine, if they are there.
    pub sources: Option<PathBuf>,
    /// The parts that it depends on: their indices, ascending.
    pub depends_on: Vec<usize>,
}

/// Where a part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// This repository.
    Own,
    /// The registry of Rust packages.
    Registry,
    /// The standard library, of a compiler.
    Rust,
}

/// The parts of the component that a package of the guest's workspace is
/// compiled to: itself first, the others by name and version.
///
/// `root` is the folder of the checkout.
///
/// # Errors
/// [`Error::Metadata`] if cargo cannot tell; [`Error::NoPackage`];
/// [`Error::Licence`] for a part without a licence in SPDX;
/// [`Error::Compiler`] if there is no compiler for the guest.
pub fn of(root: &Path, package: &str) -> Result<Vec<Part>, Error> {
    let mut parts = packages(&root.join("guest/Cargo.toml"), package, TARGET)?;
    let compiler = sanchay_toolchain::find(root).map_err(Error::Compiler)?;
    rust::add(&mut parts, &rust::CORE, &compiler.rustc, root)?;
    Ok(parts)
}

/// The parts of the Python package as it is compiled for the machine that this
/// runs on: its extension module first, then what that is made of; the
/// component that it embeds is one of them, with all of its own.
///
/// # Errors
/// As for [`of`].
pub fn of_python(root: &Path) -> Result<Vec<Part>, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = PathBuf::from(rustc);
    let host = rust::host(&rustc, root)?;
    let manifest = root.join("Cargo.toml");
    let mut parts = packages(&manifest, "sanchay-python", &host)?;
    rust::add(&mut parts, &rust::STD, &rustc, root)?;
    let component = of(root, "sanchay-inspector")?;
    let embedded = merge(&mut parts, component);
    // What embeds it.
    let sandbox = parts.iter_mut().find(|it| it.name == "sanchay-sandbox");
    if let (Some(sandbox), Some(at)) = (sandbox, embedded) {
        sandbox.depends_on.push(at);
    }
    Ok(parts)
}

/// Adds parts to others, and returns where the first of them is now. Those
/// that both have are one.
fn merge(parts: &mut Vec<Part>, others: Vec<Part>) -> Option<usize> {
    let is = |one: &Part, other: &Part| {
        (&one.name, &one.version) == (&other.name, &other.version)
    };
    let mut places = Vec::new();
    for other in &others {
        let at = parts.iter().position(|part| is(part, other));
        places.push(at.unwrap_or(parts.len()));
        if at.is_none() {
            let part = Part { depends_on: Vec::new(), ..other.clone() };
            parts.push(part);
        }
    }
    for (other, at) in others.iter().zip(&places) {
        let Some(part) = parts.get_mut(*at) else { continue };
        let new = other.depends_on.iter().filter_map(|it| places.get(*it));
        part.depends_on.extend(new);
        part.depends_on.sort_unstable();
        part.depends_on.dedup();
    }
    places.first().copied()
}

/// The packages that are linked into one of a workspace for a target.
fn packages(
    manifest: &Path,
    package: &str,
    target: &str,
) -> Result<Vec<Part>, Error> {
    let metadata = Metadata::of(manifest, target)?;
    let own = |it: &&Package| it.name == package && it.source.is_none();
    let start = metadata.packages.iter().find(own).ok_or_else(|| {
        let name = package.to_owned();
        Error::NoPackage { path: manifest.to_owned(), name }
    })?;
    let linked = cargo::linked(manifest, package, target)?;
    resolve(&metadata, &start.id, &linked)
}

/// The packages that are linked, `start` first; `names` are their names and
/// versions.
fn resolve(
    metadata: &Metadata,
    start: &str,
    names: &BTreeSet<(String, String)>,
) -> Result<Vec<Part>, Error> {
    let packages = metadata.packages.iter().map(|it| (&*it.id, it));
    let packages: BTreeMap<&str, &Package> = packages.collect();
    let nodes = metadata.resolve.nodes.iter().map(|it| (&*it.id, it));
    let nodes: BTreeMap<&str, _> = nodes.collect();
    let is_linked = |id: &str| {
        packages.get(id).is_some_and(|it| {
            names.contains(&(it.name.clone(), it.version.clone()))
        })
    };
    let linked = |id: &str| -> Vec<&str> {
        let deps = nodes.get(id).map(|node| &node.deps[..]);
        let deps = deps.unwrap_or_default().iter();
        deps.filter(|dep| dep.is_normal())
            .map(|dep| &*dep.pkg)
            .filter(|id| is_linked(id))
            .collect()
    };

    let mut found = vec![start];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        next += 1;
        for other in linked(id) {
            if !found.contains(&other) {
                found.push(other);
            }
        }
    }
    if let Some((_, others)) = found.split_first_mut() {
        others.sort_by_key(|id| {
            packages.get(id).map(|it| (&*it.name, &*it.version))
        });
    }
    found
        .iter()
        .filter_map(|id| Some((id, packages.get(id)?)))
        .map(|(id, package)| {
            let mut part = part(package)?;
            let others = linked(id);
            part.depends_on = (0..found.len())
                .filter(|at| {
                    found.get(*at).is_some_and(|it| others.contains(it))
                })
                .collect();
            Ok(part)
        })
        .collect()
}

fn part(package: &Package) -> Result<Part, Error> {
    let name = package.name.clone();
    let version = package.version.clone();
    let licence = package.license.clone().unwrap_or_default();
    let Some(licence) = canonical(&licence) else {
        return Err(Error::Licence { name, version, licence });
    };
    let own = package.source.is_none();
    Ok(Part {
        name,
        version,
        licence,
        authors: package.authors.clone(),
        description: package.description.as_deref().map(one_line),
        repository: package.repository.clone(),
        origin: if own { Origin::Own } else { Origin::Registry },
        sources: package.manifest_path.parent().map(Path::to_owned),
        depends_on: Vec::new(),
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A licence in the grammar of today. Older packages write `MIT/Apache-2.0`
/// where they mean a choice.
fn canonical(licence: &str) -> Option<String> {
    let text = Expression::canonicalize(licence).ok()?;
    let text = text.unwrap_or_else(|| licence.to_owned());
    Expression::parse_mode(&text, ParseMode::STRICT).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn a_licence_is_an_spdx_expression_or_none() {
        assert_eq!(
            canonical("MIT/Apache-2.0").as_deref(),
            Some("MIT OR Apache-2.0"),
        );
        assert_eq!(
            canonical("Apache-2.0 WITH LLVM-exception OR MIT").as_deref(),
            Some("Apache-2.0 WITH LLVM-exception OR MIT"),
        );
        for wrong in ["", "MIT AND", "Beerware-42", "see LICENSE"] {
            assert_eq!(canonical(wrong), None, "{wrong}");
        }
    }
}
