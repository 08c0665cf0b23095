//! The WIT package, which plugins are compiled against: its files, as the
//! program carries them, and `sanchay plugin wit`, which writes them out.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use wit_parser::{Resolve, SourceMap, WorldId};

use crate::{context::Context, exit::Exit, failure::Failure};

/// A file of the package, by its name.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../../wit/", $name)))
    };
}

/// The files of the package.
pub(super) const WIT: &[(&str, &str)] = &[
    file!("batches.wit"),
    file!("checklists.wit"),
    file!("extracting.wit"),
    file!("filtering.wit"),
    file!("hashing.wit"),
    file!("judging.wit"),
    file!("trees.wit"),
    file!("types.wit"),
    file!("world.wit"),
];

/// Write the interfaces of plugins as WIT files.
///
/// These are the files that tools for other languages ask for, wit-bindgen,
/// jco and componentize-py among them. sanchay plugin new writes them, too.
#[derive(Args, Debug)]
pub(crate) struct WitArgs {
    /// The folder; it is made, and must not exist or be empty
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl WitArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        write_into(&self.folder, WIT.iter().copied()).map_err(
            |(path, source)| Failure::Output {
                path,
                action: "cannot make",
                source,
            },
        )?;
        let bytes = self.folder.as_os_str().as_encoded_bytes();
        context.messages(false, false).note(format_args!(
            "{}: the package sanchay:inspect, {} files",
            sanchay::escaped(bytes),
            WIT.len()
        ));
        Ok(Exit::Done)
    }
}

/// Makes a folder, which must not exist or be empty, with these files in it:
/// their paths and texts. Nothing that is there is written over.
pub(super) fn write_into<T: AsRef<[u8]>>(
    folder: &Path,
    files: impl Iterator<Item = (impl AsRef<Path>, T)>,
) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    fs::create_dir_all(folder).map_err(at(folder))?;
    let mut entries = fs::read_dir(folder).map_err(at(folder))?;
    if entries.next().is_some() {
        let full = io::ErrorKind::DirectoryNotEmpty;
        return Err((folder.to_owned(), full.into()));
    }
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_ref()))
            .map_err(at(&path))?;
    }
    Ok(())
}

/// A world of the package.
pub(super) fn world(name: &str) -> Result<(Resolve, WorldId), String> {
    let mut sources = SourceMap::default();
    for (file, text) in WIT {
        sources.push_str(file, *text);
    }
    let mut resolve = Resolve::default();
    let group = sources.parse().map_err(|(_, error)| error.to_string())?;
    let package =
        resolve.push_group(group).map_err(|error| error.to_string())?;
    let world = resolve
        .select_world(&[package], Some(name))
        .map_err(|error| format!("{error:#}"))?;
    Ok((resolve, world))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_package_of_wit_is_in_the_program_and_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let mut there: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        let own: Vec<_> = WIT.iter().map(|(file, _)| *file).collect();
        assert_eq!(own, there);
        assert!(world("filter-plugin").is_ok());
        assert!(world("extractor-plugin").is_ok());
    }
}
