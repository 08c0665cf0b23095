//! Runs extractors over the files that have duplicates, a few hundred at a
//! time, so that memory does not grow with their number.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use sanchay_core::grouping::FileNumber;
use sanchay_sandbox::plugin::Value;
use sanchay_sync::{into_inner, lock};

use super::{
    compare::Comparison,
    groups::{Duplicates, Group},
};
use crate::{
    error::{Action, Cause, EntryError, Error},
    extract::{Extracted, Extractors, Site},
    monitor::Monitor,
    plugins::{Plugins, weight},
    pool::Pool,
    run::RunState,
};

/// Groups are processed together up to this many files.
const FILES: usize = 512;

/// The limit for the values of one group's files, in bytes.
const CEILING: usize = 64 << 20;

/// The values of the files of one group, in the order of its files.
#[derive(Clone, Copy, Debug)]
pub struct GroupValues<'a>(&'a [Extracted]);

impl<'a> GroupValues<'a> {
    /// The values of the file at an index in the group, one for each column of
    /// the extractors; empty if they found nothing.
    #[must_use]
    pub fn of(&self, index: usize) -> &'a [Option<Value>] {
        self.0.get(index).map_or(&[], |extracted| &extracted.values)
    }
}

/// Visits groups of equal files in order, with the extracted values of each
/// file. Returns how many files failed.
pub(crate) fn extract_groups(
    pool: &Pool,
    duplicates: &Duplicates,
    plugins: &Plugins,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    visit: &mut dyn FnMut(Group<'_>, GroupValues<'_>) -> ControlFlow<()>,
) -> Result<u64, Error> {
    plugins.begin();
    let run = RunState::new(monitor);
    let comparison = Comparison {
        pool,
        cache: None,
        run: &run,
        collection: &duplicates.collection,
        on_error,
    };
    let mut groups = duplicates.groups();
    let mut waiting: Vec<Group<'_>> = Vec::new();
    if plugins.values() == 0 {
        for group in groups.by_ref() {
            if run.is_over() {
                break;
            }
            run.stop_if_break(visit(group, GroupValues(&[])));
        }
    }
    while !run.is_over() {
        let mut files: usize = waiting.iter().map(Group::len).sum();
        while files < FILES
            && let Some(group) = groups.next()
        {
            files += group.len();
            waiting.push(group);
        }
        if waiting.is_empty() {
            break;
        }
        let looked = look_at_all(&comparison, &waiting, plugins)?;
        let mut looked = looked.into_iter();
        let mut done = 0;
        for group in &waiting {
            let own: Vec<_> = looked.by_ref().take(group.len()).collect();
            // An incomplete group is read again in the next pass. The first
            // has more values than fit, so it is finished as it is.
            let is_whole = own.iter().all(Option::is_some);
            if run.is_over() || !(is_whole || done == 0) {
                break;
            }
            let own = finish_group(&comparison, *group, own);
            run.stop_if_break(visit(*group, GroupValues(&own)));
            done += 1;
        }
        waiting.drain(..done);
    }
    run.outcome().map(|summary| summary.errors)
}

/// The extracted values of a file, or why it was not opened.
type Looked = Result<Extracted, Cause>;

/// Extracts from the files of some groups, in order; `None` for files after
/// CEILING bytes of values.
fn look_at_all(
    comparison: &Comparison<'_>,
    groups: &[Group<'_>],
    plugins: &Plugins,
) -> Result<Vec<Option<Looked>>, Error> {
    let tasks: Vec<FileNumber> =
        groups.iter().flat_map(|group| group.numbers()).copied().collect();
    let looked: Vec<Mutex<Option<Looked>>> =
        tasks.iter().map(|_| Mutex::default()).collect();
    let (next, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let is_full = || used.load(Relaxed) > CEILING;
    let more = || next.load(Relaxed) < tasks.len() && !is_full();
    let run = comparison.run;
    comparison.pool.run(&more, |_, _| {
        let mut extractors = Extractors::new(plugins);
        while !run.is_over() && !is_full() {
            let index = next.fetch_add(1, Relaxed);
            let (Some(task), Some(slot)) =
                (tasks.get(index), looked.get(index))
            else {
                return;
            };
            let found = look(comparison, *task, &mut extractors);
            if let Ok(extracted) = &found {
                used.fetch_add(weight(&extracted.values), Relaxed);
            }
            *lock(slot) = Some(found);
            run.tick();
        }
    })?;
    Ok(looked.into_iter().map(into_inner).collect())
}

/// Runs the extractors over a file.
fn look(
    comparison: &Comparison<'_>,
    file: FileNumber,
    extractors: &mut Extractors,
) -> Looked {
    let collection = comparison.collection;
    let name = collection.name(file);
    let node = collection.parent(file);
    let (opened, metadata) = comparison.open_anew(file)?;
    // The name of a root is its whole path.
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    let below = node.map_or_else(Vec::new, |node| node.relative());
    let site = Site { directory: &below, name: last };
    Ok(Extracted::from_file(extractors, &opened, site, &metadata))
}

/// The values of the files of a group, in their order. Once they take up
/// [`CEILING`] bytes, the other files get an error in their place.
fn finish_group(
    comparison: &Comparison<'_>,
    group: Group<'_>,
    looked: Vec<Option<Looked>>,
) -> Vec<Extracted> {
    let mut used = 0;
    let each = group.numbers().iter().zip(looked);
    each.map(|(file, looked)| {
        let error = |action, cause| {
            let path = comparison.collection.path(*file);
            comparison.error(path, action, cause);
        };
        match looked {
            Some(Ok(mut extracted)) => {
                used += weight(&extracted.values);
                for cause in extracted.causes.drain(..) {
                    error(Action::Extract, cause);
                }
                if used <= CEILING {
                    return extracted;
                }
            }
            Some(Err(cause)) => {
                error(Action::Open, cause);
                return Extracted::default();
            }
            None => {}
        }
        let ceiling = CEILING;
        error(Action::Extract, Cause::TooManyValues { ceiling });
        Extracted::default()
    })
    .collect()
}
