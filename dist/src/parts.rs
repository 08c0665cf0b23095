//! What was compiled into a component: the packages that cargo resolves for
//! the guest, and Rust's own library.
//!
//! Only what ends up in the component counts. Packages that run while it is
//! built, procedural macros and build scripts with all they depend on, do
//! not.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use cargo_metadata::{
    CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId,
};
use spdx::{Expression, ParseMode};

use crate::{Error, toolchain};

mod rust;

/// One package of which a component consists.
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
    let manifest = root.join("guest/Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(&manifest)
        .features(CargoOpt::SomeFeatures(Vec::new()))
        .other_options([
            "--locked".to_owned(),
            "--filter-platform".to_owned(),
            toolchain::TARGET.to_owned(),
        ])
        .exec()
        .map_err(|source| {
            let path = manifest.clone();
            Error::Metadata { path, source: Box::new(source) }
        })?;
    let start = metadata
        .workspace_packages()
        .into_iter()
        .find(|it| it.name.as_str() == package)
        .ok_or_else(|| {
            let name = package.to_owned();
            Error::NoPackage { path: manifest, name }
        })?;
    let mut parts = resolve(&metadata, &start.id)?;
    rust::add(&mut parts, root)?;
    Ok(parts)
}

/// The packages that are linked, `start` first.
fn resolve(
    metadata: &Metadata,
    start: &PackageId,
) -> Result<Vec<Part>, Error> {
    let packages: BTreeMap<_, _> =
        metadata.packages.iter().map(|it| (&it.id, it)).collect();
    let nodes = metadata.resolve.iter().flat_map(|it| &it.nodes);
    let nodes: BTreeMap<_, _> = nodes.map(|it| (&it.id, it)).collect();
    let linked = |id: &PackageId| -> Vec<&PackageId> {
        let deps = nodes.get(id).map(|node| &node.deps[..]);
        let normal = |dep: &&cargo_metadata::NodeDep| {
            dep.dep_kinds.iter().any(|it| it.kind == DependencyKind::Normal)
        };
        let deps = deps.unwrap_or_default().iter().filter(normal);
        deps.map(|dep| &dep.pkg)
            .filter(|id| packages.get(id).is_some_and(|it| is_linked(it)))
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
        let key = |id: &&PackageId| {
            packages.get(id).map(|it| (it.name.to_string(), &it.version))
        };
        others.sort_by_key(key);
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

/// Whether a package's code can end up in what depends on it.
fn is_linked(package: &Package) -> bool {
    !package.targets.iter().any(cargo_metadata::Target::is_proc_macro)
}

fn part(package: &Package) -> Result<Part, Error> {
    let name = package.name.to_string();
    let version = package.version.to_string();
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
        sources: package.manifest_path.parent().map(|it| it.to_owned().into()),
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
