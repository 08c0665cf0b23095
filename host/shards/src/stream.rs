//! The files of a shard with their digests, as they are hashed.

use std::{ops::ControlFlow, path::Path, sync::Arc};

use sanchay::{
    Engine, EntryError, FileFacts, HashEvent, HashedFileRef, KindSet, Storage,
    Summary,
    storage::{Listing, Opened},
};
use sanchay_core::{
    record::Row,
    shard::{Part, Shard},
};

use crate::{error::ShardError, plan::storage, run::RunOptions, work};

/// What hashing the files of a shard comes upon.
#[derive(Debug)]
pub enum ShardEvent<'a> {
    /// A file, and the same as a row of a table with the columns that
    /// [`schema`](crate::schema) has.
    File(&'a HashedFileRef<'a>, &'a Row<'a>),
    /// An entry that could not be dealt with; hashing goes on.
    Error(EntryError),
}

/// Hashes the files of a shard, and passes them on in the order of their
/// paths, part by part. `visit` is called from one worker thread at a time,
/// and ends the run by returning `Break`. Nothing is written.
///
/// # Errors
/// [`ShardError::Root`] if a root cannot be looked into, [`ShardError::Gone`] if
/// nothing is left in it, and what [`ShardError::Engine`] has.
pub fn stream(
    engine: &Engine,
    shard: &Shard,
    options: &RunOptions,
    mut visit: impl FnMut(ShardEvent<'_>) -> ControlFlow<()> + Send,
) -> Result<Summary, ShardError> {
    let storage = storage(options.storage.as_ref());
    let mut summary = Summary::default();
    for part in &shard.parts {
        check_mount(&*storage, part)?;
        let done =
            part_of(engine, shard, part, &storage, options, &mut visit)?;
        add(&mut summary, done);
    }
    check_found(shard, &summary)?;
    Ok(summary)
}

/// Refuses a shard of whose files none is left: that is no empty tree.
///
/// # Errors
/// [`ShardError::Gone`].
pub fn check_found(shard: &Shard, found: &Summary) -> Result<(), ShardError> {
    if shard.files == 0 || found.files > 0 || found.errors > 0 {
        return Ok(());
    }
    let roots = shard.parts.iter().map(|part| part.root.clone());
    Err(ShardError::Gone { roots: roots.collect(), files: shard.files })
}

/// Refuses a root in which there is nothing and whose file system is not that
/// of the plan: most likely, what is to be mounted there is not.
///
/// # Errors
/// [`ShardError::Gone`].
pub fn check_mount(
    storage: &dyn Storage,
    part: &Part,
) -> Result<(), ShardError> {
    let root = work::path(&part.root);
    let here = work::device_of(storage, &root).ok().flatten();
    if here == part.device || here.is_none() {
        return Ok(());
    }
    // That it cannot be opened shows when it is walked.
    let Ok(Opened::Directory(folder, _)) = storage.open(&root) else {
        return Ok(());
    };
    let mut listing = Listing::new(KindSet::ALL, false, false);
    match folder.list(&mut listing) {
        Ok(()) if listing.is_empty() => {
            Err(ShardError::Gone { roots: vec![part.root.clone()], files: 0 })
        }
        _ => Ok(()),
    }
}

/// Adds what one part of a shard came to.
pub(crate) fn add(summary: &mut Summary, part: Summary) {
    summary.files += part.files;
    summary.directories += part.directories;
    summary.bytes = summary.bytes.saturating_add(part.bytes);
    summary.errors += part.errors;
}

/// Hashes what a shard has of a root.
fn part_of(
    engine: &Engine,
    shard: &Shard,
    part: &Part,
    storage: &Arc<dyn Storage>,
    options: &RunOptions,
    visit: &mut (impl FnMut(ShardEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, ShardError> {
    let root = work::path(&part.root);
    let mut hash = work::hash_options(&shard.work, part)?;
    hash.walk.storage = Some(Arc::clone(storage));
    let devices = Devices::new(&**storage, part, &root);
    let mut root_error = None;
    let hashed =
        engine.hash([root]).options(hash).monitor(&options.monitor).for_each(
            |event| match event {
                HashEvent::File(file) => {
                    let facts = devices.facts(&file);
                    let row = Row {
                        name: file.path,
                        size: Some(file.size),
                        modified: file.modified(),
                        content: Some(file.content),
                        hash_source: Some(file.source),
                        kind: file.metadata.map(|it| it.kind),
                        root: Some(file.root),
                        facts: Some(&facts),
                        values: file.values,
                        ..Row::default()
                    };
                    visit(ShardEvent::File(&file, &row))
                }
                HashEvent::Error(error) if error.named => {
                    root_error = Some(error);
                    ControlFlow::Break(())
                }
                HashEvent::Error(error) => visit(ShardEvent::Error(error)),
                _ => ControlFlow::Continue(()),
            },
        );
    match root_error {
        Some(error) => Err(ShardError::Root(error)),
        None => Ok(hashed?),
    }
}

/// The numbers of file systems: that of the root as the plan has it, whatever
/// it is on this machine. Mounts below it keep the number that they have here,
/// but for one that has the root's of the plan: it takes the root's of here,
/// so that no two have one number.
struct Devices {
    here: Option<u64>,
    planned: Option<u64>,
}

impl Devices {
    fn new(storage: &dyn Storage, part: &Part, root: &Path) -> Self {
        // That it cannot be opened shows when it is.
        let here = work::device_of(storage, root).ok().flatten();
        Self { here, planned: part.device }
    }

    /// What is known of a file.
    fn facts(&self, file: &HashedFileRef<'_>) -> FileFacts {
        let Some(found) = file.metadata else { return FileFacts::default() };
        FileFacts {
            device: Some(self.number(found.id.device)),
            inode: Some(found.id.inode),
            links: Some(found.links.into()),
            ..FileFacts::from(found)
        }
    }

    fn number(&self, device: u64) -> u64 {
        match (self.here, self.planned) {
            (Some(here), Some(planned)) if here == device => planned,
            (Some(here), Some(planned)) if planned == device => here,
            _ => device,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Devices;

    #[test]
    fn no_two_file_systems_get_one_number() {
        let devices = Devices { here: Some(40), planned: Some(39) };
        assert_eq!([39, 40, 41].map(|it| devices.number(it)), [40, 39, 41]);
        let devices = Devices { here: Some(40), planned: None };
        assert_eq!([39, 40].map(|it| devices.number(it)), [39, 40]);
    }
}
