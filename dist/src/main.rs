//! What the recipes of publishing run; `USAGE` says what there is.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use sanchay_dist::{
    description,
    interfaces::Package,
    release::{self, Native},
};

const USAGE: &str = "\
usage: dist interfaces         write docs/INTERFACES.md
       dist complete FOLDER    describe the components in FOLDER, and write
                               beside them what goes with them
       dist bare FILE OUTPUT   write a component without its description, as
                               it was built
       dist wheel TARGET FOLDER
                               write the licences and the bill of materials of
                               the Python package for a target
       dist program TARGET FOLDER
                               write those of the program";

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let words: Vec<_> = words.iter().map(Path::new).collect();
    let epoch = env::var_os("SOURCE_DATE_EPOCH");
    let epoch = epoch.as_ref().map(|it| it.to_string_lossy());
    let epoch = epoch.as_deref();
    let result = match &words[..] {
        [word] if *word == "interfaces" => page(),
        [word, folder] if *word == "complete" => {
            release::complete(folder, root(), epoch)
        }
        [word, target, folder] if *word == "wheel" => {
            let target = target.to_string_lossy();
            release::native(Native::Wheel(&target), folder, root(), epoch)
        }
        [word, target, folder] if *word == "program" => {
            let target = target.to_string_lossy();
            let program = Native::Program(&target);
            release::native(program, folder, root(), epoch)
        }
        [word, file, to] if *word == "bare" => bare(file, to),
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
            eprintln!("dist: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the checkout that this was built from.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

fn page() -> Result<Vec<PathBuf>> {
    let page = Package::read(&root().join("wit"))?.page()?;
    release::save(root().join("docs/INTERFACES.md"), page).map(|it| vec![it])
}

fn bare(file: &Path, to: &Path) -> Result<Vec<PathBuf>> {
    let bare = description::bare(&release::read(file)?)?;
    release::save(to.to_owned(), bare).map(|it| vec![it])
}
