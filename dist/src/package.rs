//! The WIT package: read from its folder, and encoded as one file.

use std::path::Path;

use wit_parser::{PackageId, Resolve};

use crate::Error;

/// A WIT package that was read.
#[derive(Debug)]
pub struct Package {
    /// Everything that the package consists of.
    pub resolve: Resolve,
    /// The package itself.
    pub id: PackageId,
}

impl Package {
    /// Reads the package whose files lie in a folder.
    ///
    /// # Errors
    /// [`Error::Wit`] if they cannot be read, or make no sense.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut resolve = Resolve::default();
        match resolve.push_dir(folder) {
            Ok((id, _)) => Ok(Self { resolve, id }),
            Err(error) => Err(wit(folder, &error)),
        }
    }

    /// The package's name and version, as `NAMESPACE:NAME@VERSION`.
    #[must_use]
    pub fn name(&self) -> String {
        let package = self.resolve.packages.get(self.id);
        package.map(|it| it.name.to_string()).unwrap_or_default()
    }

    /// What a file with the whole package is called, without its ending.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.name().replace([':', '@'], "-")
    }

    /// The package as one binary file, documentation included, in the form
    /// in which registries and `wkg` carry packages.
    ///
    /// # Errors
    /// [`Error::Wit`] if it cannot be encoded.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        wit_component::encode(&self.resolve, self.id, false)
            .map_err(|error| wit(Path::new(&self.name()), &error))
    }
}

fn wit(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Wit { path: path.to_owned(), why: format!("{error:#}") }
}
