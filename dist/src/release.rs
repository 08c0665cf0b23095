//! The folder that is published: the components, which say what they are;
//! beside each its licences and its bill of materials; the WIT package as
//! files and as one; and pages and examples for people.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{
    bill, description, hexadecimal, interfaces::Package, licences, parts,
};

/// A component that can be published.
struct Published {
    /// Its file, without `.wasm`.
    name: &'static str,
    /// The package of the guest's workspace that it is made of.
    package: &'static str,
    /// What its world says of itself, of one that can be run by itself: its
    /// world is that of WASI. That of others is in the WIT package, under
    /// their name.
    command: Option<&'static str>,
}

const COMPONENTS: [Published; 2] = [
    Published {
        name: "inspector",
        package: "sanchay-inspector",
        command: None,
    },
    Published {
        name: "sanchay",
        package: "sanchay-command",
        command: Some(COMMAND),
    },
];

const COMMAND: &str = "\
Sanchay as a command: which files are there, what their digests are, and which
of them are the same.

Any host of WASI 0.2 runs it: `wasmtime run --dir FOLDER sanchay.wasm --help`.
It sees the folders that it is given, and nothing else.";

/// The page for those who download it, with places in double braces.
const README: &str = include_str!("../README.in.md");

/// The guide to embedding, and the examples that it names.
const GUIDE: &str = "docs/COMPONENT.md";
const EXAMPLES: [&str; 5] = [
    "examples/node/digest.mjs",
    "examples/python/digest.py",
    "examples/python/wasi.py",
    "examples/rust/Cargo.toml",
    "examples/rust/src/main.rs",
];

/// Adds to `inspector.wasm` and `sanchay.wasm`, which must lie in the folder,
/// what they are, and writes beside them what goes with them. Returns the
/// files that were written.
///
/// `root` is the folder of the checkout, and `epoch` the time of making, in
/// seconds since 1970, if the bills are to have one.
///
/// # Errors
/// Something cannot be read, written or made sense of; what was written until
/// then stays.
pub fn complete(
    folder: &Path,
    root: &Path,
    epoch: Option<&str>,
) -> Result<Vec<PathBuf>> {
    let package = Package::read(&root.join("wit"))?;
    let mut facts = BTreeMap::from([
        ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("package".to_owned(), package.name()),
        ("package.file".to_owned(), package.file_name()),
    ]);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for Published { name, package: made_of, command } in COMPONENTS {
        let file = format!("{name}.wasm");
        let parts = parts::of(root, made_of)?;
        let built = read(&folder.join(&file))?;
        let docs = match command {
            Some(docs) => docs.to_owned(),
            None => package.world(name),
        };
        let described = description::describe(&built, &parts, &docs)
            .with_context(|| format!("{file} is no component to publish"))?;
        let subject = bill::Subject {
            file: &file,
            bytes: Some(&described.bytes),
            registry: None,
            runs: command.is_some(),
        };
        let bill = bill::of(&subject, &parts, epoch)?;
        let list = licences::list(&file, &parts, root)?;
        files.push((format!("{name}.licenses.txt"), list.into()));
        files.push((format!("{name}.cdx.json"), bill.into()));
        if command.is_some() {
            let imports = described.imports.join("\n") + "\n";
            files.push((format!("{name}.imports.txt"), imports.into()));
        }
        for (fact, value) in [
            ("bare.size", described.bare.len().to_string()),
            ("bare.sha256", hexadecimal(&Sha256::digest(&described.bare))),
            ("imports", lines(&described.imports)),
            ("exports", lines(&described.exports)),
        ] {
            facts.insert(format!("{name}.{fact}"), value);
        }
        files.push((file, described.bytes));
    }
    files.push((format!("{}.wasm", package.file_name()), package.encode()?));
    files.push(("INTERFACES.md".to_owned(), package.page()?.into()));
    let wit = fs::read_dir(root.join("wit")).context("wit: cannot list")?;
    let wit = wit.map(|it| Ok(it?.file_name().to_string_lossy().into_owned()));
    let wit = wit.collect::<Result<Vec<_>>>()?;
    let wit = wit.iter().filter(|it| it.ends_with(".wit"));
    let copies = wit.map(|it| format!("wit/{it}"));
    for file in copies.chain(EXAMPLES.map(str::to_owned)) {
        let bytes = read(&root.join(&file))?;
        files.push((file, bytes));
    }
    let guide = guide(&String::from_utf8(read(&root.join(GUIDE))?)?);
    files.push(("COMPONENT.md".to_owned(), guide.into()));
    let page = facts.iter().fold(README.to_owned(), |page, (name, value)| {
        page.replace(&format!("{{{{{name}}}}}"), value)
    });
    files.push(("README.md".to_owned(), page.into()));
    let written = files.into_iter();
    written.map(|(file, bytes)| save(folder.join(file), bytes)).collect()
}

/// A package with machine code, for one kind of system.
#[derive(Clone, Copy, Debug)]
pub enum Native<'a> {
    /// The Python package, for a target of Rust's.
    Wheel(&'a str),
    /// The program, for such a target.
    Program(&'a str),
}

/// Writes what such a package carries: `sanchay.cdx.json` and
/// `THIRD-PARTY-LICENSES.txt`. Returns the files.
///
/// # Errors
/// As for [`complete`].
pub fn native(
    what: Native<'_>,
    folder: &Path,
    root: &Path,
    epoch: Option<&str>,
) -> Result<Vec<PathBuf>> {
    let (package, target, name) = match what {
        Native::Wheel(target) => {
            let name = "The extension module of this Python package";
            ("sanchay-python", target, name)
        }
        Native::Program(target) => ("sanchay-cli", target, "sanchay"),
    };
    let parts = parts::of_native(root, package, target)?;
    let wheel = matches!(what, Native::Wheel(_));
    let subject = bill::Subject {
        file: "sanchay",
        bytes: None,
        registry: wheel.then_some("pypi"),
        runs: !wheel,
    };
    let bill = bill::of(&subject, &parts, epoch)?;
    let list = licences::list(name, &parts, root)?;
    Ok(vec![
        save(folder.join("THIRD-PARTY-LICENSES.txt"), list)?,
        save(folder.join("sanchay.cdx.json"), bill)?,
    ])
}

/// Names as a list in Markdown.
fn lines(names: &[String]) -> String {
    let lines: Vec<_> = names.iter().map(|it| format!("- `{it}`")).collect();
    lines.join("\n")
}

/// The guide to embedding, with the links that hold where it is published.
fn guide(text: &str) -> String {
    text.replace("](../examples/", "](examples/")
        .replace("](../wit)", "](wit)")
}

/// Reads a file.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{}: cannot read", path.display()))
}

/// Writes a file, and the folder that it lies in.
///
/// # Errors
/// They cannot be written.
pub fn save(path: PathBuf, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, bytes))
        .with_context(|| format!("{}: cannot write", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::guide;

    #[test]
    fn the_guides_links_hold_where_it_is_published() {
        let text = "[a](../examples/a) [b](../wit) [c](INTERFACES.md)";
        let published = "[a](examples/a) [b](wit) [c](INTERFACES.md)";
        assert_eq!(guide(text), published);
    }
}
