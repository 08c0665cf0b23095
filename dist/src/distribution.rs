//! The folder that is published: beside each component its licences and its
//! bill of materials, and the WIT package as files and as one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Error, bill, licences, package::Package, parts};

/// A component that can be published.
struct Published {
    /// Its file, without `.wasm`.
    name: &'static str,
    /// The package of the guest's workspace that it is made of.
    package: &'static str,
    /// Whether it can be run by itself.
    runs: bool,
}

const COMPONENTS: [Published; 2] = [
    Published { name: "inspector", package: "sanchay-inspector", runs: false },
    Published { name: "sanchay", package: "sanchay-command", runs: true },
];

/// Writes beside `inspector.wasm` and `sanchay.wasm`, which must lie in the
/// folder, what goes with them. Returns the files that were written.
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
    let mut written = Vec::new();
    for component in COMPONENTS {
        let file = format!("{}.wasm", component.name);
        let path = folder.join(&file);
        let bytes = fs::read(&path).map_err(Error::file(&path, "read"))?;
        let parts = parts::of(root, component.package)?;
        let list = licences::list(&file, &parts, root)?;
        let subject = bill::Subject {
            file: &file,
            bytes: Some(&bytes),
            purl: None,
            runs: component.runs,
        };
        let bill = bill::of(&subject, &parts, epoch)?;
        for (ending, text) in [("licenses.txt", list), ("cdx.json", bill)] {
            let path = folder.join(format!("{}.{ending}", component.name));
            written.push(save(path, text.as_bytes())?);
        }
    }
    interfaces(folder, root, &mut written)?;
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

/// Writes the WIT package: its files into `wit/`, and all of it as
/// `sanchay-inspect-VERSION.wasm`.
fn interfaces(
    folder: &Path,
    root: &Path,
    written: &mut Vec<PathBuf>,
) -> Result<(), Error> {
    let from = root.join("wit");
    let package = Package::read(&from)?;
    let name = package.name().replace([':', '@'], "-");
    let path = folder.join(format!("{name}.wasm"));
    written.push(save(path, &package.encode()?)?);

    let to = folder.join("wit");
    fs::create_dir_all(&to).map_err(Error::file(&to, "make the folder"))?;
    let list = || Error::file(&from, "list");
    for entry in fs::read_dir(&from).map_err(list())? {
        let path = entry.map_err(list())?.path();
        if path.extension().is_none_or(|it| it != "wit") {
            continue;
        }
        let bytes = fs::read(&path).map_err(Error::file(&path, "read"))?;
        let name = path.file_name().unwrap_or_default();
        written.push(save(to.join(name), &bytes)?);
    }
    Ok(())
}

fn save(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Error> {
    fs::write(&path, bytes).map_err(Error::file(&path, "write"))?;
    Ok(path)
}
