//! The files below roots, listed in order: for plans and for sums, which read
//! none of them.

use std::{ops::ControlFlow, path::PathBuf};

use sanchay::{
    Engine, EntryError, EntryRef, Monitor, ScanEvent, Summary, WalkOptions,
};

use crate::error::ShardError;

/// Lists the files below roots, in the order of their paths. `on_file` gets
/// each with its path, and `on_error` the entries that cannot be looked at.
///
/// # Errors
/// [`ShardError::Root`] if a root cannot be looked into, and what
/// [`ShardError::Engine`] has.
pub(crate) fn list(
    engine: &Engine,
    roots: impl IntoIterator<Item = PathBuf>,
    walk: WalkOptions,
    monitor: &Monitor,
    mut on_file: impl FnMut(&EntryRef<'_>, &[u8]) + Send,
    mut on_error: impl FnMut(EntryError) + Send,
) -> Result<Summary, ShardError> {
    let (mut path, mut root_error) = (Vec::new(), None);
    let listed =
        engine.scan(roots).options(walk).monitor(monitor).for_each_in_order(
            |event| {
                match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            path.clear();
                            file.write_path(&mut path);
                            on_file(&file, &path);
                        }
                    }
                    ScanEvent::Error(error) if error.named => {
                        root_error.get_or_insert(error);
                        return ControlFlow::Break(());
                    }
                    ScanEvent::Error(error) => on_error(error),
                    _ => {}
                }
                ControlFlow::Continue(())
            },
        );
    match root_error {
        Some(error) => Err(ShardError::Root(error)),
        None => Ok(listed?),
    }
}
