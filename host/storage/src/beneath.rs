//! Directories several levels beneath a handle.

use std::io;

use crate::{Directory, Links, StorageError};

/// The permissions that a new directory gets, less those that the process's
/// mask takes away.
pub const DIRECTORY_MODE: u32 = 0o777;

/// A directory that was gone down to.
#[derive(Debug)]
pub struct Descent {
    /// The directory.
    pub directory: Box<dyn Directory>,
    /// How many of the names on the way, the last ones, were created.
    pub created: usize,
}

/// Goes down from a directory, name by name, following no link, and creates
/// the directories that are missing.
///
/// # Errors
/// [`StorageError::Link`] where a link is in the way, and why a directory can
/// be neither opened nor created. Those above it stay.
pub fn create_beneath<'a>(
    directory: &dyn Directory,
    names: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Descent, StorageError> {
    let mut at = directory.try_clone()?;
    let mut created = 0;
    for name in names {
        at = match at.open_dir(name, Links::Refuse) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                match at.create_dir(name, DIRECTORY_MODE) {
                    Ok(()) => created += 1,
                    // Somebody else was quicker.
                    Err(error) if error.is(io::ErrorKind::AlreadyExists) => {}
                    Err(error) => return Err(error),
                }
                at.open_dir(name, Links::Refuse)?
            }
            opened => opened?,
        };
    }
    Ok(Descent { directory: at, created })
}
