//! The folder that is published: the components, which say what they are;
//! beside each its licences and its bill of materials; the WIT package as
//! files and as one; and pages and examples for people.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Error, bill, description,
    interfaces::{page, world},
    licences,
    package::Package,
    parts,
    readme::{self, Facts},
};

/// A component that can be published.
struct Published {
    /// Its file, without `.wasm`.
    name: &'static str,
    /// The package of the guest's workspace that it is made of.
    package: &'static str,
    /// What its world says of itself.
    docs: Docs,
}

/// Where the documentation of a component's world is.
enum Docs {
    /// In the WIT package, of the world of this name.
    World(&'static str),
    /// Here: the component can be run by itself, and its world is that of
    /// WASI.
    Command(&'static str),
}

const COMPONENTS: [Published; 2] = [
    Published {
        name: "inspector",
        package: "sanchay-inspector",
        docs: Docs::World("inspector"),
    },
    Published {
        name: "sanchay",
        package: "sanchay-command",
        docs: Docs::Command(COMMAND),
    },
];

const COMMAND: &str = "\
Sanchay as a command: which files are there, what their digests are, and which
of them are the same.

Any host of WASI 0.2 runs it: `wasmtime run --dir FOLDER sanchay.wasm --help`.
It sees the folders that it is given, and nothing else.";

/// The guide to embedding, beneath the checkout, and the examples that it
/// names.
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
/// Any [`Error`]; what was written until then stays.
pub fn complete(
    folder: &Path,
    root: &Path,
    epoch: Option<&str>,
) -> Result<Vec<PathBuf>, Error> {
    let package = Package::read(&root.join("wit"))?;
    let mut facts = Facts::new(&package);
    let mut written = Vec::new();
    for component in COMPONENTS {
        let file = format!("{}.wasm", component.name);
        let path = folder.join(&file);
        let bytes = read(&path)?;
        let parts = parts::of(root, component.package)?;
        let docs = match component.docs {
            Docs::World(name) => world(&package, name),
            Docs::Command(docs) => docs.to_owned(),
        };
        let described = description::describe(&bytes, &parts, &docs)?;
        written.push(save(path, &described.bytes)?);
        let list = licences::list(&file, &parts, root)?;
        let runs = matches!(component.docs, Docs::Command(_));
        let subject = bill::Subject {
            file: &file,
            bytes: Some(&described.bytes),
            purl: None,
            runs,
        };
        let bill = bill::of(&subject, &parts, epoch)?;
        for (ending, text) in [("licenses.txt", list), ("cdx.json", bill)] {
            let path = folder.join(format!("{}.{ending}", component.name));
            written.push(save(path, text.as_bytes())?);
        }
        if runs {
            let path = folder.join(format!("{}.imports.txt", component.name));
            let lines: String =
                described.imports.iter().map(|it| format!("{it}\n")).collect();
            written.push(save(path, lines.as_bytes())?);
        }
        facts.add(component.name, &described);
    }
    interfaces(&package, folder, root, &mut written)?;
    for name in EXAMPLES {
        let bytes = read(&root.join(name))?;
        written.push(save(folder.join(name), &bytes)?);
    }
    let guide = readme::guide(&read(&root.join(GUIDE))?);
    written.push(save(folder.join("COMPONENT.md"), guide.as_bytes())?);
    let text = readme::text(&facts);
    written.push(save(folder.join("README.md"), text.as_bytes())?);
    Ok(written)
}

/// Writes what a wheel of the Python package carries: `sanchay.cdx.json` and
/// `THIRD-PARTY-LICENSES.txt`. Returns the files.
///
/// # Errors
/// As for [`complete`].
pub fn wheel(
    folder: &Path,
    root: &Path,
    epoch: Option<&str>,
) -> Result<Vec<PathBuf>, Error> {
    let parts = parts::of_python(root)?;
    let subject = bill::Subject {
        file: "sanchay",
        bytes: None,
        purl: Some("pkg:pypi/sanchay"),
        runs: false,
    };
    let what = "The extension module of this Python package";
    let list = licences::list(what, &parts, root)?;
    let bill = bill::of(&subject, &parts, epoch)?;
    fs::create_dir_all(folder)
        .map_err(Error::file(folder, "make the folder"))?;
    Ok(vec![
        save(folder.join("THIRD-PARTY-LICENSES.txt"), list.as_bytes())?,
        save(folder.join("sanchay.cdx.json"), bill.as_bytes())?,
    ])
}

/// Writes the WIT package: its files into `wit/`, all of it as
/// `sanchay-inspect-VERSION.wasm`, and the page about it.
fn interfaces(
    package: &Package,
    folder: &Path,
    root: &Path,
    written: &mut Vec<PathBuf>,
) -> Result<(), Error> {
    let path = folder.join(format!("{}.wasm", package.file_name()));
    written.push(save(path, &package.encode()?)?);
    let path = folder.join("INTERFACES.md");
    written.push(save(path, page(package).as_bytes())?);

    let from = root.join("wit");
    let list = || Error::file(&from, "list");
    for entry in fs::read_dir(&from).map_err(list())? {
        let path = entry.map_err(list())?.path();
        if path.extension().is_none_or(|it| it != "wit") {
            continue;
        }
        let bytes = read(&path)?;
        let name = path.file_name().unwrap_or_default();
        written.push(save(folder.join("wit").join(name), &bytes)?);
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file(path, "read"))
}

/// Writes a file, and the folder that it lies in.
fn save(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Error> {
    if let Some(folder) = path.parent() {
        let failed = Error::file(folder, "make the folder");
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(&path, bytes).map_err(Error::file(&path, "write"))?;
    Ok(path)
}
