//! `sanchay plugin new`: a project that compiles to a plugin.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum, builder::PossibleValue};

use super::wit::{WIT, write_into};
use super::world::World;
use crate::{context::Context, exit::Exit, failure::Failure};

#[path = "../../../templates/plugin/files.rs"]
mod files;

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

/// The languages that there is a template in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    C,
    Javascript,
    Python,
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Rust, Self::C, Self::Javascript, Self::Python]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Rust => PossibleValue::new("rust").help("with cargo"),
            Self::C => PossibleValue::new("c").help("with clang and lld"),
            Self::Javascript => {
                PossibleValue::new("javascript").help("with componentize-qjs")
            }
            Self::Python => {
                PossibleValue::new("python").help("with componentize-py")
            }
        })
    }
}

impl NewArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let name = name(&self.folder)?;
        let files = match (self.language, self.world) {
            (Language::Rust, World::Filter) => files::RUST_FILTER,
            (Language::Rust, World::Extractor) => files::RUST_EXTRACTOR,
            (Language::C, World::Filter) => files::C_FILTER,
            (Language::C, World::Extractor) => files::C_EXTRACTOR,
            (Language::Javascript, World::Filter) => files::JAVASCRIPT_FILTER,
            (Language::Javascript, World::Extractor) => {
                files::JAVASCRIPT_EXTRACTOR
            }
            (Language::Python, World::Filter) => files::PYTHON_FILTER,
            (Language::Python, World::Extractor) => files::PYTHON_EXTRACTOR,
        };
        let world = self.world.name();
        let own = files
            .iter()
            .map(|file| (PathBuf::from(file.path), file.fill(&name, world)));
        let wit = WIT.iter().map(|(file, text)| {
            (Path::new("wit").join(file), (*text).to_owned())
        });
        write_into(&self.folder, own.chain(wit)).map_err(
            |(path, source)| Failure::Output {
                path,
                action: "cannot make",
                source,
            },
        )?;
        let bytes = self.folder.as_os_str().as_encoded_bytes();
        context.messages(false, false).note(format_args!(
            "{}: a plugin called {name}; its README.md tells how to go on",
            sanchay::escaped(bytes)
        ));
        Ok(Exit::Done)
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
}
