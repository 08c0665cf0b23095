//! Listing one directory: its names are judged in one go, as the native
//! program has them judged in one crossing.

mod columns;

use alloc::string::String;
use alloc::vec::Vec;

use sanchay_core::batch::Batch;
use sanchay_core::filter::{EntryKind, Filter};
use sanchay_core::order::by_path;
use wasi::filesystem::types::{Descriptor, DescriptorType, PathFlags};

use self::columns::{Columns, read};
use crate::failure::{Action, Cause, Problem};
use crate::stat::{Stat, describe};

/// An entry that a walk deals with.
pub(crate) struct Item {
    /// Its name in its directory.
    pub(crate) name: String,
    /// Whether it is a directory, to be entered.
    pub(crate) directory: bool,
    /// A file's metadata, where it was asked for.
    pub(crate) stat: Option<Stat>,
}

/// Is told of what failed: the name, empty for the directory itself; what was
/// being done; and why.
pub(crate) type OnError<'e> = &'e mut dyn FnMut(&str, Action, Cause);

/// Lists directories.
pub(crate) struct Lister<'f> {
    filter: &'f Filter,
    /// Whether the metadata of every file is wanted.
    measured: bool,
}

impl<'f> Lister<'f> {
    /// A lister that has names and sizes judged by a filter, and reads the
    /// metadata of files if it is wanted or the filter needs it.
    pub(crate) fn new(filter: &'f Filter, measured: bool) -> Self {
        Self { filter, measured: measured || filter.needs_metadata() }
    }

    /// The entries that survive, in the order of their paths.
    pub(crate) fn list(
        &self,
        folder: &Descriptor,
        on_error: OnError<'_>,
    ) -> Vec<Item> {
        let columns = read(folder, on_error);
        let mut items = self.judge(&columns, folder, on_error);
        if self.measured {
            measure(&mut items, folder, on_error);
            self.judge_sizes(&mut items);
        }
        items.sort_unstable_by(|a, b| {
            by_path(
                (a.name.as_bytes(), a.directory),
                (b.name.as_bytes(), b.directory),
            )
        });
        items
    }

    fn judge(
        &self,
        columns: &Columns,
        folder: &Descriptor,
        on_error: OnError<'_>,
    ) -> Vec<Item> {
        // The columns are whole, as they were just made.
        let survivors = Batch::new(columns.names.as_bytes(), &columns.ends)
            .and_then(|names| self.filter.judge_names(names, &columns.kinds))
            .unwrap_or_default();
        let mut items = Vec::with_capacity(survivors.len());
        for index in survivors {
            let Some((name, kind, unsure)) = columns.get(index) else {
                continue;
            };
            let directory = if unsure {
                match self.settle(name, folder, on_error) {
                    Some(directory) => directory,
                    None => continue,
                }
            } else {
                kind == EntryKind::Directory
            };
            items.push(Item { name: name.into(), directory, stat: None });
        }
        items
    }

    /// Whether an entry whose kind the listing did not tell is a directory;
    /// `None` if it is to be left out.
    fn settle(
        &self,
        name: &str,
        folder: &Descriptor,
        on_error: OnError<'_>,
    ) -> Option<bool> {
        match Stat::at(folder, name, PathFlags::empty()) {
            Ok(stat) => match stat.kind {
                DescriptorType::Directory => Some(true),
                DescriptorType::RegularFile => {
                    self.wants_file(name).then_some(false)
                }
                _ => None,
            },
            Err(cause) => {
                on_error(name, Action::Stat, cause);
                None
            }
        }
    }

    fn wants_file(&self, name: &str) -> bool {
        let Ok(end) = u32::try_from(name.len()) else { return false };
        Batch::new(name.as_bytes(), &[end])
            .and_then(|names| {
                self.filter.judge_names(names, &[EntryKind::File])
            })
            .is_ok_and(|survivors| !survivors.is_empty())
    }

    fn judge_sizes(&self, items: &mut Vec<Item>) {
        if !self.filter.needs_metadata() {
            return;
        }
        let size = |item: &Item| item.stat.map(|stat| stat.size);
        let sizes: Vec<u64> = items.iter().filter_map(size).collect();
        let mut wanted =
            self.filter.judge_sizes(&sizes).into_iter().peekable();
        let mut indices = 0..;
        items.retain(|item| {
            item.stat.is_none()
                || indices
                    .next()
                    .is_some_and(|index| wanted.next_if_eq(&index).is_some())
        });
    }
}

/// Reads the metadata of the files; those that have none are left out.
fn measure(items: &mut Vec<Item>, folder: &Descriptor, on_error: OnError<'_>) {
    items.retain_mut(|item| {
        if item.directory {
            return true;
        }
        let cause = match Stat::at(folder, &item.name, PathFlags::empty()) {
            Ok(stat) => match stat.kind {
                DescriptorType::RegularFile => {
                    item.stat = Some(stat);
                    return true;
                }
                DescriptorType::SymbolicLink => Problem::BecameLink.into(),
                other => Problem::NotRegular(describe(other)).into(),
            },
            Err(cause) => cause,
        };
        on_error(&item.name, Action::Stat, cause);
        false
    });
}
