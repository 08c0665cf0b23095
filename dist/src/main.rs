//! What the recipes of publishing run: `dist interfaces` writes the page
//! about the WIT package, `dist complete FOLDER` writes beside the components
//! in a folder what goes with them, and `dist wheel FOLDER` what a wheel of the
//! Python package carries.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sanchay_dist::{Error, distribution, interfaces, package::Package};

const USAGE: &str = "\
usage: dist interfaces         write docs/INTERFACES.md
       dist complete FOLDER    write beside the components in FOLDER their
                               licences, bills of materials and interfaces
       dist wheel FOLDER       write the licences and the bill of materials of
                               the Python package";

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let result = match &words[..] {
        [word] if word == "interfaces" => page(),
        [word, folder] if word == "complete" => complete(Path::new(folder)),
        [word, folder] if word == "wheel" => wheel(Path::new(folder)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(written) => {
            for path in written {
                println!("{}", path.display());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("dist: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the checkout that this was built from.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

fn page() -> Result<Vec<PathBuf>, Error> {
    let package = Package::read(&root().join("wit"))?;
    let path = root().join("docs/INTERFACES.md");
    match fs::write(&path, interfaces::page(&package)) {
        Ok(()) => Ok(vec![path]),
        Err(source) => Err(Error::File { path, action: "write", source }),
    }
}

fn complete(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    distribution::complete(folder, root(), epoch().as_deref())
}

fn wheel(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    distribution::wheel(folder, root(), epoch().as_deref())
}

/// The time of making, if one is given.
fn epoch() -> Option<String> {
    let epoch = env::var_os("SOURCE_DATE_EPOCH")?;
    Some(epoch.to_string_lossy().into_owned())
}
