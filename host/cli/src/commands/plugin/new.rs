//! `sanchay plugin new`: a project that compiles to a plugin.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use sanchay_plugin_templates::{Language, Template, World};

use super::{choice, folder};
use crate::{context::Context, exit::Exit, failure::Failure};

/// Write a project that compiles to a plugin.
///
/// The folder is created; it must not exist, or be empty. Its README.md says
/// what to do next.
#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The folder; its name becomes the plugin's
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Which world the plugin implements
    #[arg(
        long,
        value_name = "WORLD",
        value_parser = choice::world(),
        default_value = "filter"
    )]
    world: World,

    /// The language of the plugin
    #[arg(
        long,
        value_name = "LANGUAGE",
        value_parser = choice::language(),
        default_value = "rust"
    )]
    language: Language,
}

impl NewArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let name = name(&self.folder)?;
        let template = Template { language: self.language, world: self.world };
        let what = format_args!(
            "a plugin called {name}; its README.md says what to do next"
        );
        let files = template.files(&name).into_iter();
        folder::make(context, &self.folder, files, what)
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
