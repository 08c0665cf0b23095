//! The interface `attaching`.

use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::cell::RefCell;

use sanchay_core::attachments as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::attaching as wit;

impl wit::Guest for Inspector {
    type ManifestReader = ManifestReader;
}

/// A manifest that is read; nothing after its end.
pub(crate) struct ManifestReader(RefCell<Option<logic::ManifestReader>>);

impl wit::GuestManifestReader for ManifestReader {
    fn new() -> Self {
        Self(RefCell::new(Some(logic::ManifestReader::new())))
    }

    fn read(&self, text: Vec<u8>) -> Result<wit::Entries, wit::ManifestError> {
        let mut entries = Vec::new();
        if let Some(reader) = &mut *self.0.borrow_mut() {
            reader.read(&text, &mut entries)?;
        }
        Ok(columns(&entries))
    }

    fn finish(&self) -> Result<wit::Properties, wit::ManifestError> {
        let Some(reader) = self.0.borrow_mut().take() else {
            return Err(wit::ManifestError::Syntax(0));
        };
        let logic::Properties { version, total_size, parent } =
            reader.finish()?;
        let version = match version {
            logic::ManifestVersion::V2023_03_03 => {
                wit::ManifestVersion::Stable
            }
            logic::ManifestVersion::V2025_12_04Beta => {
                wit::ManifestVersion::Draft
            }
        };
        Ok(wit::Properties { version, total_size, parent })
    }
}

/// Entries in columns. A piece of text is shorter than 4 GiB, and so is what
/// is made of it.
fn columns(entries: &[logic::Entry]) -> wit::Entries {
    let count = entries.len();
    let mut columns = wit::Entries {
        kinds: Vec::with_capacity(count),
        paths: Vec::new(),
        path_ends: Vec::with_capacity(count),
        values: Vec::new(),
        value_ends: Vec::with_capacity(count),
        sizes: Vec::with_capacity(count),
        modified: Vec::with_capacity(count),
    };
    let end = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    for entry in entries {
        columns.paths.extend_from_slice(&entry.path);
        columns.path_ends.push(end(&columns.paths));
        let (kind, size, modified) = match &entry.kind {
            logic::EntryKind::File { content, size, mtime, runnable } => {
                write(content, &mut columns.values);
                let kind = match runnable {
                    true => wit::AttachedKind::Runnable,
                    false => wit::AttachedKind::File,
                };
                (kind, *size, *mtime)
            }
            logic::EntryKind::Link(target) => {
                columns.values.extend_from_slice(target);
                (wit::AttachedKind::Link, 0, 0)
            }
            logic::EntryKind::Directory => {
                (wit::AttachedKind::Directory, 0, 0)
            }
            logic::EntryKind::Deleted => (wit::AttachedKind::Deleted, 0, 0),
            logic::EntryKind::DeletedDirectory => {
                (wit::AttachedKind::DeletedDirectory, 0, 0)
            }
        };
        columns.value_ends.push(end(&columns.values));
        columns.kinds.push(kind);
        columns.sizes.push(size);
        columns.modified.push(modified);
    }
    columns
}

fn write(content: &logic::Content, out: &mut Vec<u8>) {
    match content {
        logic::Content::Whole(hash) => {
            out.extend_from_slice(hash.to_string().as_bytes());
        }
        logic::Content::Chunks(hashes) => {
            for hash in hashes {
                out.extend_from_slice(hash.to_string().as_bytes());
                out.push(b',');
            }
        }
    }
}

impl From<logic::ManifestError> for wit::ManifestError {
    fn from(error: logic::ManifestError) -> Self {
        match error {
            logic::ManifestError::Syntax(at) => Self::Syntax(at),
            logic::ManifestError::NotAnObject => Self::NotAnObject,
            logic::ManifestError::TooLong(at) => Self::TooLong(at),
            logic::ManifestError::Invalid(why) => Self::Invalid(why),
        }
    }
}
