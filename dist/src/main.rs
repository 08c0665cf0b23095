//! What the recipes of publishing run: `dist interfaces` writes the page
//! about the WIT package, `dist complete FOLDER` makes of the components in a
//! folder what is published, `dist bare FILE OUTPUT` gives a component as it
//! was built, and `dist wheel FOLDER` writes what a wheel of the Python package
//! carries.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sanchay_dist::{
    Error, description, distribution, interfaces, package::Package,
};

const USAGE: &str = "\
usage: dist interfaces         write docs/INTERFACES.md
       dist complete FOLDER    describe the components in FOLDER, and write
                               beside them what goes with them
       dist bare FILE OUTPUT   write a component without its description, as
                               it was built
       dist wheel FOLDER       write the licences and the bill of materials of
                               the Python package";

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let result = match &words[..] {
        [word] if word == "interfaces" => page(),
        [word, folder] if word == "complete" => complete(Path::new(folder)),
        [word, folder] if word == "wheel" => wheel(Path::new(folder)),
        [word, file, to] if word == "bare" => bare(file.as_ref(), to),
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

fn bare(file: &Path, to: &OsStr) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path, action| {
        let path = path.to_owned();
        move |source| Error::File { path, action, source }
    };
    let bytes = fs::read(file).map_err(failed(file, "read"))?;
    let to = PathBuf::from(to);
    fs::write(&to, description::bare(&bytes)?)
        .map_err(failed(&to, "write"))?;
    Ok(vec![to])
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
