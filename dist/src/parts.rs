//! What was compiled into a component, or into the Python package: the
//! packages that cargo links into it, and Rust's own library.
//!
//! Only what ends up in it counts. Packages that run while it is built,
//! procedural macros and build scripts with all they depend on, do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, iter,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Error, Result, bail, ensure};
use sanchay_toolchain::TARGET;
use serde_json::Value;
use spdx::{Expression, ParseMode};

/// The name and the version of a part.
pub type Key = (String, String);

/// One package of which something that is published consists.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The parts that it depends on.
    pub depends_on: BTreeSet<Key>,
}

/// Where a part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This repository.
    Own,
    /// The registry of Rust packages.
    Registry,
    /// The standard library, of a compiler.
    Rust,
}

/// All parts of something that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The package that it is made of.
    pub own: Part,
    /// The others.
    pub others: BTreeMap<Key, Part>,
}

impl Parts {
    /// All of them, its own package first, the others by name and version.
    pub fn iter(&self) -> impl Iterator<Item = &Part> {
        iter::once(&self.own).chain(self.others.values())
    }

    /// Adds the first packages of Rust's library, so many of them, which every
    /// other part depends on.
    fn add_library(
        &mut self,
        count: usize,
        rustc: &Path,
        root: &Path,
    ) -> Result<()> {
        let version = ask(rustc, root, "--version")?;
        let version = version.split_whitespace().nth(1).unwrap_or_default();
        let sources = Path::new(&ask(rustc, root, "--print=sysroot")?)
            .join("lib/rustlib/src/rust/library");
        let library = LIBRARY.iter().take(count);
        let keys = library.clone().map(|it| key(it.0, version));
        let keys: Vec<Key> = keys.collect();
        for part in iter::once(&mut self.own).chain(self.others.values_mut()) {
            part.depends_on.extend(keys.iter().cloned());
        }
        for (index, (name, licence, folder)) in library.enumerate() {
            let folder = sources.join(folder);
            let part = Part {
                name: (*name).to_owned(),
                version: version.to_owned(),
                licence: (*licence).to_owned(),
                authors: vec!["The Rust Project Developers".to_owned()],
                description: Some("A part of Rust's library".to_owned()),
                repository: Some(RUST.to_owned()),
                origin: Origin::Rust,
                sources: folder.is_dir().then_some(folder),
                depends_on: keys.iter().take(index).cloned().collect(),
            };
            self.others.insert(part.key(), part);
        }
        Ok(())
    }

    /// Adds the parts of what one of these embeds.
    fn embed(&mut self, embedded: Self, by: &str) -> Result<()> {
        let mut parts = self.others.values_mut();
        let by = parts.find(|it| it.name == by).context("nothing embeds")?;
        by.depends_on.insert(embedded.own.key());
        for part in
            iter::once(embedded.own).chain(embedded.others.into_values())
        {
            let there = self.others.entry(part.key());
            let dependencies = part.depends_on.clone();
            there.or_insert(part).depends_on.extend(dependencies);
        }
        Ok(())
    }
}

impl Part {
    /// Its name and version.
    #[must_use]
    pub fn key(&self) -> Key {
        key(&self.name, &self.version)
    }

    /// What cargo's metadata say of a package.
    fn of(package: &Value) -> Result<Self> {
        let text = |name: &str| package[name].as_str().map(one_line);
        let name = text("name").context("a package has no name")?;
        let version = text("version").context("a package has no version")?;
        let licence = text("license").unwrap_or_default();
        let licence = canonical(&licence).with_context(|| {
            format!(
                "{name} {version}: its licence is {licence:?}, which is no \
                 SPDX expression: clarify it before it is published"
            )
        })?;
        let own = package["source"].is_null();
        let authors = package["authors"].as_array().into_iter().flatten();
        let manifest = package["manifest_path"].as_str().map(Path::new);
        Ok(Self {
            name,
            version,
            licence,
            authors: authors.filter_map(Value::as_str).map(one_line).collect(),
            description: text("description"),
            repository: text("repository"),
            origin: if own { Origin::Own } else { Origin::Registry },
            sources: manifest.and_then(Path::parent).map(Path::to_owned),
            depends_on: BTreeSet::new(),
        })
    }
}

/// Rust's library, which no lock file names: name, licence as its manifest has
/// it, and folder in the library's sources. Each depends on those before it;
/// the first three are all that code without the standard library needs.
pub const LIBRARY: [(&str, &str, &str); 4] = [
    ("core", "MIT OR Apache-2.0", "core"),
    (
        "compiler_builtins",
        "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
        "compiler-builtins/compiler-builtins",
    ),
    ("alloc", "MIT OR Apache-2.0", "alloc"),
    ("std", "MIT OR Apache-2.0", "std"),
];

/// Where its sources are kept.
const RUST: &str = "https://github.com/rust-lang/rust";

/// What native packages embed, each a package of the guest's workspace, and how
/// many packages of Rust's library it consists of.
const EMBEDDED: [(&str, usize); 3] = [
    ("sanchay-inspector", 3),
    ("sanchay-media-extractor", 3),
    ("sanchay-picture-extractor", LIBRARY.len()),
];

/// The parts of the component that a package of the guest's workspace is
/// compiled to. `root` is the folder of the checkout.
///
/// # Errors
/// Cargo cannot tell; a part has no licence in SPDX; or there is no compiler
/// for the guest.
pub fn of(root: &Path, package: &str) -> Result<Parts> {
    let mut parts = linked(&root.join("guest/Cargo.toml"), package, TARGET)?;
    let compiler = sanchay_toolchain::find(root).map_err(Error::msg)?;
    let embedded = EMBEDDED.iter().find(|it| it.0 == package);
    let library = embedded.map_or(3, |it| it.1);
    parts.add_library(library, &compiler.rustc, root)?;
    Ok(parts)
}

/// The parts of a package of the native workspace as it is compiled for a
/// target; the components that it embeds are among them, with all of their own.
///
/// # Errors
/// As for [`of`].
pub fn of_native(root: &Path, package: &str, target: &str) -> Result<Parts> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = PathBuf::from(rustc);
    let mut parts = linked(&root.join("Cargo.toml"), package, target)?;
    parts.add_library(LIBRARY.len(), &rustc, root)?;
    for (component, _) in EMBEDDED {
        parts.embed(of(root, component)?, "sanchay-sandbox")?;
    }
    Ok(parts)
}

/// What is linked into a package of a workspace for a target, with the
/// features that it asks for itself.
fn linked(manifest: &Path, package: &str, target: &str) -> Result<Parts> {
    let words = ["metadata", "--format-version=1", "--filter-platform"];
    let metadata = cargo(manifest, &[&words[..], &[target]].concat())?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.into_iter().flatten();
    let known: BTreeMap<(&str, &str), &Value> = packages
        .filter_map(|it| {
            Some(((it["name"].as_str()?, it["version"].as_str()?), it))
        })
        .collect();

    let words = ["tree", "--prefix=depth", "--edges=normal,no-proc-macro"];
    let which = ["--format={p}", "--package", package, "--target", target];
    let tree = cargo(manifest, &[&words[..], &which].concat())?;
    let mut all = BTreeMap::new();
    let mut path: Vec<Key> = Vec::new();
    for (depth, name, version) in tree.lines().filter_map(node) {
        let key = key(name, version);
        path.truncate(depth);
        let above = path.last().and_then(|above| all.get_mut(above));
        if let Some(Part { depends_on, .. }) = above {
            depends_on.insert(key.clone());
        }
        if !all.contains_key(&key) {
            let package = known.get(&(name, version));
            let package = package.context("cargo tells two trees")?;
            all.insert(key.clone(), Part::of(package)?);
        }
        path.push(key);
    }
    let own = path.first().and_then(|own| all.remove(own));
    Ok(Parts { own: own.context("cargo tells no tree")?, others: all })
}

/// A line of a tree, `DEPTHname vVERSION …`: the depth, the name, and the
/// version.
fn node(line: &str) -> Option<(usize, &str, &str)> {
    let name = line.find(|it: char| !it.is_ascii_digit())?;
    let (depth, package) = line.split_at_checked(name)?;
    let mut words = package.split_whitespace();
    let name = words.next()?;
    Some((depth.parse().ok()?, name, words.next()?.strip_prefix('v')?))
}

/// Asks cargo about a workspace, and nothing that its lock file does not say.
fn cargo(manifest: &Path, words: &[&str]) -> Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).args(["--locked", "--manifest-path"]).arg(manifest);
    output(&mut command).with_context(|| {
        let manifest = manifest.display();
        format!("{manifest}: cargo cannot tell its dependencies")
    })
}

/// What a compiler answers in the checkout, without the newline: which one
/// rustup's proxy runs depends on where it is run.
fn ask(rustc: &Path, root: &Path, word: &str) -> Result<String> {
    let text = output(Command::new(rustc).current_dir(root).arg(word));
    let text = text.with_context(|| format!("{} {word}", rustc.display()))?;
    Ok(text.trim_end().to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn key(name: &str, version: &str) -> Key {
    (name.to_owned(), version.to_owned())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A licence in the grammar of today. Older packages write `MIT/Apache-2.0`
/// where they mean a choice.
fn canonical(licence: &str) -> Result<String> {
    let text = Expression::canonicalize(licence)?;
    let text = text.unwrap_or_else(|| licence.to_owned());
    ensure!(!text.is_empty(), "there is none");
    Expression::parse_mode(&text, ParseMode::STRICT)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn a_licence_is_an_spdx_expression_or_none() {
        for (written, means) in [
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
            (
                "Apache-2.0 WITH LLVM-exception OR MIT",
                "Apache-2.0 WITH LLVM-exception OR MIT",
            ),
        ] {
            assert_eq!(canonical(written).ok().as_deref(), Some(means));
        }
        for wrong in ["", "MIT AND", "Beerware-42", "see LICENSE"] {
            assert!(canonical(wrong).is_err(), "{wrong}");
        }
    }
}
