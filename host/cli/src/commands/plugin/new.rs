//! `sanchay plugin new`: a project that compiles to a plugin.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum, builder::PossibleValue};

use self::files::{C_EXTRACTOR, C_FILTER, File, RUST_EXTRACTOR, RUST_FILTER};
use crate::{context::Context, exit::Exit, failure::Failure};

#[path = "../../../templates/plugin/files.rs"]
mod files;

/// The WIT package, which a plugin is compiled against.
const WIT: &[(&str, &str)] = &[
    ("batches.wit", include_str!("../../../../../wit/batches.wit")),
    ("checklists.wit", include_str!("../../../../../wit/checklists.wit")),
    ("extracting.wit", include_str!("../../../../../wit/extracting.wit")),
    ("filtering.wit", include_str!("../../../../../wit/filtering.wit")),
    ("hashing.wit", include_str!("../../../../../wit/hashing.wit")),
    ("judging.wit", include_str!("../../../../../wit/judging.wit")),
    ("trees.wit", include_str!("../../../../../wit/trees.wit")),
    ("world.wit", include_str!("../../../../../wit/world.wit")),
];

/// Write a project that compiles to a plugin.
///
/// The folder is made; it must not exist, or be empty. Its README.md tells how
/// to go on.
#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The folder; its name becomes the plugin's
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// What the plugin is to be
    #[arg(long, value_name = "WORLD", value_enum, default_value = "filter")]
    world: World,

    /// The language it is to be written in
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value = "rust")]
    language: Language,
}

/// The worlds that plugins implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum World {
    Filter,
    Extractor,
}

impl ValueEnum for World {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Filter, Self::Extractor]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Filter => PossibleValue::new("filter")
                .help("judge the entries of directories"),
            Self::Extractor => {
                PossibleValue::new("extractor").help("tell values of files")
            }
        })
    }
}

/// The languages that there is a template in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    C,
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Rust, Self::C]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Rust => PossibleValue::new("rust").help("with cargo"),
            Self::C => PossibleValue::new("c").help("with clang and lld"),
        })
    }
}

impl NewArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let name = name(&self.folder)?;
        let (files, world) = match (self.language, self.world) {
            (Language::Rust, World::Filter) => (RUST_FILTER, "filter-plugin"),
            (Language::Rust, World::Extractor) => {
                (RUST_EXTRACTOR, "extractor-plugin")
            }
            (Language::C, World::Filter) => (C_FILTER, "filter-plugin"),
            (Language::C, World::Extractor) => {
                (C_EXTRACTOR, "extractor-plugin")
            }
        };
        self.write(files, &name, world).map_err(|(path, source)| {
            Failure::Output { path, action: "cannot make", source }
        })?;
        let bytes = self.folder.as_os_str().as_encoded_bytes();
        context.messages(false, false).note(format_args!(
            "{}: a plugin called {name}; its README.md tells how to go on",
            sanchay::escaped(bytes)
        ));
        Ok(Exit::Done)
    }

    /// Writes everything; nothing that is there is written over.
    fn write(
        &self,
        files: &[File],
        name: &str,
        world: &str,
    ) -> Result<(), (PathBuf, io::Error)> {
        let folder = &self.folder;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| (path, error)
        };
        fs::create_dir_all(folder).map_err(at(folder))?;
        let mut entries = fs::read_dir(folder).map_err(at(folder))?;
        if entries.next().is_some() {
            let full = io::ErrorKind::DirectoryNotEmpty;
            return Err((folder.clone(), full.into()));
        }
        let own = files
            .iter()
            .map(|file| (PathBuf::from(file.path), file.fill(name, world)));
        let wit = WIT.iter().map(|(file, text)| {
            (Path::new("wit").join(file), (*text).to_owned())
        });
        for (path, text) in own.chain(wit) {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(at(&path))?;
        }
        Ok(())
    }
}

/// The plugin's name: the folder's, if a package can be called that.
fn name(folder: &Path) -> Result<String, Failure> {
    let last = match folder.file_name() {
        Some(last) => last.to_owned(),
        // The current folder, or one above it.
        None => folder
            .canonicalize()
            .ok()
            .and_then(|real| real.file_name().map(ToOwned::to_owned))
            .unwrap_or_default(),
    };
    let name = last.to_str().unwrap_or_default();
    let letters =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let possible = (1..=64).contains(&name.len())
        && name.bytes().all(letters)
        && name.starts_with(|first: char| first.is_ascii_alphabetic());
    if possible {
        return Ok(name.to_owned());
    }
    Err(Failure::Output {
        path: folder.to_owned(),
        action: "cannot name a plugin after it",
        source: io::Error::other(
            "a name has 1 to 64 ASCII letters, digits, hyphens and \
             underscores, a letter first",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_named_after_its_folder_if_a_package_can_be() {
        for folder in ["a", "./my-filter_2", "/tmp/x/y"] {
            assert!(name(Path::new(folder)).is_ok(), "{folder}");
        }
        for folder in ["/", "2nd", "a b", "ä", "-x"] {
            assert!(name(Path::new(folder)).is_err(), "{folder}");
        }
    }

    #[test]
    fn the_whole_package_of_wit_goes_with_a_plugin() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let mut there: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        let own: Vec<_> = WIT.iter().map(|(file, _)| *file).collect();
        assert_eq!(own, there);
    }
}
