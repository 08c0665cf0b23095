//! Reading manifests of job attachments, with every column checked.

use sanchay_core::attachments::{
    Content, Entry, EntryKind, Hash, ManifestError, Properties,
};
use sanchay_core::batch::Batch;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::Fault;
use crate::wire::attaching as wire;

/// The manifest that was begun, in the instance of this generation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    generation: u64,
}

/// What the instance holds.
pub(super) type Reader = Option<ResourceAny>;

impl Inspector {
    /// Begins to read a manifest. One that was begun before is abandoned.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin_manifest(&mut self) -> Result<(), Fault> {
        self.manifest = None;
        self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            if let Some(before) = resources.manifest.take() {
                before.resource_drop(&mut *store)?;
            }
            let (reader,) = exports.manifest_reader.call(store, ())?;
            resources.manifest = Some(reader);
            Ok(())
        })?;
        let generation = self.caller.generation();
        self.manifest = Some(Begun { generation });
        Ok(())
    }

    /// Reads the next piece of the manifest, and appends the entries that it
    /// completes. They are good only if [`finish_manifest`](Self::finish_manifest)
    /// says so.
    ///
    /// # Errors
    ///
    /// As [`read_plan`](Self::read_plan). The inner error is what is wrong
    /// with the manifest.
    pub fn read_manifest(
        &mut self,
        text: &[u8],
        entries: &mut Vec<Entry>,
    ) -> Result<Result<(), ManifestError>, Fault> {
        self.begun_manifest()?;
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let Some(reader) = resources.manifest else { return Ok(None) };
            let call = (reader, text);
            let (answer,) = exports.read_manifest.call(store, call)?;
            Ok(Some(answer))
        })?;
        match answer.ok_or(Fault::StreamLost)? {
            Ok(columns) => checked(columns, entries)
                .map(Ok)
                .map_err(|what| self.caller.contract_violation(what)),
            Err(error) => Ok(Err(error.into())),
        }
    }

    /// Ends the manifest.
    ///
    /// # Errors
    ///
    /// As [`read_manifest`](Self::read_manifest).
    pub fn finish_manifest(
        &mut self,
    ) -> Result<Result<Properties, ManifestError>, Fault> {
        self.begun_manifest()?;
        self.manifest = None;
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let Some(reader) = resources.manifest.take() else {
                return Ok(None);
            };
            let (answer,) =
                exports.finish_manifest.call(&mut *store, (reader,))?;
            reader.resource_drop(store)?;
            Ok(Some(answer))
        })?;
        Ok(match answer.ok_or(Fault::StreamLost)? {
            Ok(wire::Properties { version, total_size, parent }) => {
                Ok(Properties { version: version.into(), total_size, parent })
            }
            Err(error) => Err(error.into()),
        })
    }

    fn begun_manifest(&self) -> Result<(), Fault> {
        let begun = self.manifest.ok_or(Fault::NoStream)?;
        match begun.generation == self.caller.generation() {
            true => Ok(()),
            false => Err(Fault::StreamLost),
        }
    }
}

/// Takes entries out of their columns.
fn checked(
    columns: wire::Entries,
    entries: &mut Vec<Entry>,
) -> Result<(), &'static str> {
    let wire::Entries {
        kinds, path_ends, value_ends, sizes, modified, ..
    } = &columns;
    let count = kinds.len();
    let lengths =
        [path_ends.len(), value_ends.len(), sizes.len(), modified.len()];
    if lengths != [count; 4] {
        return Err("columns of different lengths");
    }
    let malformed = |_| "a column of texts that is malformed";
    let paths = Batch::new(&columns.paths, path_ends).map_err(malformed)?;
    let values = Batch::new(&columns.values, value_ends).map_err(malformed)?;
    let rows = paths.iter().zip(values.iter()).zip(kinds);
    let rows = rows.zip(sizes.iter().zip(modified));
    entries.reserve(count);
    for (((path, value), kind), (size, mtime)) in rows {
        let runnable = *kind == wire::AttachedKind::Runnable;
        let kind = match kind {
            wire::AttachedKind::File | wire::AttachedKind::Runnable => {
                let content = content(value).ok_or("a hash that is none")?;
                let (size, mtime) = (*size, *mtime);
                EntryKind::File { content, size, mtime, runnable }
            }
            wire::AttachedKind::Link => EntryKind::Link(value.into()),
            wire::AttachedKind::Directory => EntryKind::Directory,
            wire::AttachedKind::Deleted => EntryKind::Deleted,
            wire::AttachedKind::DeletedDirectory => {
                EntryKind::DeletedDirectory
            }
        };
        entries.push(Entry { path: path.into(), kind });
    }
    Ok(())
}

fn content(value: &[u8]) -> Option<Content> {
    match value.strip_suffix(b",") {
        None => Hash::parse(value).map(Content::Whole),
        Some(parts) => {
            let hashes = parts.split(|byte| *byte == b',').map(Hash::parse);
            Some(Content::Chunks(hashes.collect::<Option<_>>()?))
        }
    }
}

impl From<wire::ManifestError> for ManifestError {
    fn from(error: wire::ManifestError) -> Self {
        match error {
            wire::ManifestError::Syntax(at) => Self::Syntax(at),
            wire::ManifestError::NotAnObject => Self::NotAnObject,
            wire::ManifestError::TooLong(at) => Self::TooLong(at),
            wire::ManifestError::Invalid(why) => Self::Invalid(why),
        }
    }
}
