//! What a copy keeps besides the contents: owner, extended attributes, access
//! control lists, permissions, times.

use std::io;

use sanchay_storage::{
    Attributes, EntryKind, ExtendedAttribute, File, Metadata,
};

use super::folder::{DEFAULT_ACL, Folder};

/// The extended attribute that holds a file's access control list.
const ACL: &[u8] = b"system.posix_acl_access";

/// The permissions that act in the owner's name: set-user-ID and set-group-ID.
const OWNERS_RIGHTS: u32 = 0o6000;

/// What a copy does not have of its original: its file system has no such
/// thing, or only another user may set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// The owner or the group.
    pub owner: bool,
    /// Permissions.
    pub mode: bool,
    /// Times.
    pub times: bool,
    /// What makes it another name of an earlier copy.
    pub links: bool,
    /// So many extended attributes, of which access control lists are some.
    pub extended: u32,
}

impl Lost {
    /// What it lacks, in words, if anything: `its owner, its times`.
    #[must_use]
    pub fn describe(&self) -> Option<String> {
        let Self { owner, mode, times, links, extended } = *self;
        let parts = [
            owner.then(|| "its owner or group".to_owned()),
            mode.then(|| "its permissions".to_owned()),
            times.then(|| "its times".to_owned()),
            links.then(|| "its other names: it is a file of its own".into()),
            (extended > 0).then(|| format!("{extended} extended attributes")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Whether the copy has all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What attributes are set of: an open file, or a link in a directory.
pub(crate) trait Target {
    fn metadata(&self) -> io::Result<Metadata>;
    fn set(&self, attributes: &Attributes) -> io::Result<()>;
    fn set_extended(&self, attribute: &ExtendedAttribute) -> io::Result<()>;
    fn remove_extended(&self, name: &[u8]) -> io::Result<()>;
}

impl Target for File {
    fn metadata(&self) -> io::Result<Metadata> {
        Self::metadata(self)
    }

    fn set(&self, attributes: &Attributes) -> io::Result<()> {
        self.set_attributes(attributes)
    }

    fn set_extended(&self, attribute: &ExtendedAttribute) -> io::Result<()> {
        self.set_extended_attribute(attribute)
    }

    fn remove_extended(&self, name: &[u8]) -> io::Result<()> {
        self.remove_extended_attribute(name)
    }
}

/// Gives a copy what its original has. A refusal is noted, and the rest is
/// set all the same. The order matters: a change of owner takes permissions
/// away, and attributes can be set as long as nobody else may open the file.
pub(crate) fn keep(
    original: &Metadata,
    extended: &[ExtendedAttribute],
    copy: &dyn Target,
    folder: &Folder,
) -> io::Result<Lost> {
    let mut lost = Lost::default();
    let new = copy.metadata()?;
    if (new.uid, new.gid) != (original.uid, original.gid) {
        lost.owner = keep_owner(original, copy).is_err();
    }
    for name in inherited(original, extended, folder) {
        lost.extended += u32::from(copy.remove_extended(name).is_err());
    }
    for attribute in extended {
        if copy.set_extended(attribute).is_err() {
            lost.extended += 1;
        }
    }
    let mut mode = original.mode & Attributes::PERMISSIONS;
    if lost.owner {
        mode &= !OWNERS_RIGHTS;
    }
    let permissions = Attributes { mode: Some(mode), ..Attributes::default() };
    let is_link = original.kind == EntryKind::Symlink;
    let refused = !is_link && copy.set(&permissions).is_err();
    lost.mode = refused || mode != original.mode & Attributes::PERMISSIONS;
    lost.times = copy.set(&Attributes::times(original)).is_err();
    Ok(lost)
}

/// The access control lists that a copy got from its folder, and its original
/// does not have.
fn inherited(
    original: &Metadata,
    extended: &[ExtendedAttribute],
    folder: &Folder,
) -> impl Iterator<Item = &'static [u8]> {
    let lists: &[&[u8]] = match original.kind {
        EntryKind::Directory => &[ACL, DEFAULT_ACL],
        EntryKind::File => &[ACL],
        _ => &[],
    };
    let passed = if folder.passes_acl() { lists } else { &[] };
    let has = |name: &[u8]| extended.iter().any(|it| it.name == name);
    let not_had: Vec<_> =
        passed.iter().filter(|it| !has(it)).copied().collect();
    not_had.into_iter()
}

/// The owner and the group; the group alone where only that may be set.
fn keep_owner(original: &Metadata, copy: &dyn Target) -> io::Result<()> {
    let owners = Attributes::owners(original);
    copy.set(&owners).inspect_err(|_| {
        // The owner is lost in any case.
        let _ = copy.set(&Attributes { uid: None, ..owners });
    })
}
