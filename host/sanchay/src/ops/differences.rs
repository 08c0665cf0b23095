//! What a file has that one with the same contents does not have: it is gone
//! once the file is another name of that one.

use std::fmt;

use sanchay_storage::{Attributes, Directory, Links, StorageError};

/// In what two files of the same contents differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    owner: bool,
    group: bool,
    permissions: bool,
    extended: bool,
}

/// A file by its directory and its name.
type File<'f> = (&'f dyn Directory, &'f [u8]);

impl Differences {
    /// Those of two files.
    pub(super) fn between(
        one: File<'_>,
        other: File<'_>,
    ) -> Result<Self, StorageError> {
        let stat = |(directory, name): File<'_>| {
            Ok::<_, StorageError>(directory.stat(name, Links::Refuse)?.1)
        };
        let (own, its) = (stat(one)?, stat(other)?);
        let mode = |mode: u32| mode & Attributes::PERMISSIONS;
        let extended = |(directory, name): File<'_>| {
            let mut all = directory.extended_attributes(name)?;
            all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            Ok::<_, StorageError>(all)
        };
        Ok(Self {
            owner: own.uid != its.uid,
            group: own.gid != its.gid,
            permissions: mode(own.mode) != mode(its.mode),
            extended: extended(one)? != extended(other)?,
        })
    }

    /// Whether there are any.
    pub(super) fn are_any(self) -> bool {
        self != Self::default()
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (self.owner, "owner"),
            (self.group, "group"),
            (self.permissions, "permissions"),
            (self.extended, "extended attributes"),
        ];
        let words = words.iter().filter(|(is, _)| *is);
        for (at, (_, word)) in words.enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            f.write_str(word)?;
        }
        Ok(())
    }
}
