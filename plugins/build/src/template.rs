//! The templates of which `sanchay plugin new` makes a plugin.

use std::path::{Path, PathBuf};

use crate::{Failure, World, file, root};

#[path = "../../../host/cli/templates/plugin/files.rs"]
mod files;

/// A language that there is a template in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust, with all of the standard library.
    Rust,
    /// C, without its library.
    C,
    /// JavaScript, with the engine QuickJS.
    Javascript,
    /// Python, with CPython.
    Python,
}

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its language.
    pub language: Language,
    /// What it is to be.
    pub world: World,
}

impl Template {
    fn files(self) -> &'static [files::File] {
        match (self.language, self.world) {
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
        }
    }

    /// The paths of its files, without the WIT package's.
    pub fn paths(self) -> impl Iterator<Item = &'static str> {
        self.files().iter().map(|it| it.path)
    }

    /// The file that has what the template does as an example.
    #[must_use]
    pub fn example(self) -> &'static str {
        match (self.language, self.world) {
            (Language::Rust, _) => "src/lib.rs",
            (Language::C, World::Filter) => "filter.c",
            (Language::C, World::Extractor) => "extractor.c",
            (Language::Javascript, _) => "plugin.js",
            (Language::Python, _) => "plugin.py",
        }
    }

    /// Writes a plugin to a folder, the WIT package with it. A file that is
    /// there and as it should be is left alone.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written.
    pub fn write(self, name: &str, folder: &Path) -> Result<(), Failure> {
        for it in self.files() {
            let text = it.fill(name, self.world.name());
            file::write_if_new(&folder.join(it.path), text.as_bytes())?;
        }
        for path in wit_files()? {
            let text = std::fs::read(&path).map_err(|error| {
                format!("cannot read {}: {error}", path.display())
            })?;
            let name = path.file_name().unwrap_or_default();
            file::write_if_new(&folder.join("wit").join(name), &text)?;
        }
        Ok(())
    }
}

/// The files of the WIT package.
fn wit_files() -> Result<Vec<PathBuf>, Failure> {
    let folder = root().join("wit");
    let list = || {
        std::fs::read_dir(&folder)?
            .map(|entry| entry.map(|it| it.path()))
            .collect::<Result<_, _>>()
    };
    list().map_err(|error: std::io::Error| {
        format!("cannot list {}: {error}", folder.display())
    })
}
