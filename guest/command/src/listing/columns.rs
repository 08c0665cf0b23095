//! Reading a directory into columns, ready to be judged in one go.

use alloc::string::String;
use alloc::vec::Vec;

use sanchay_core::filter::EntryKind;
use wasi::filesystem::types::{Descriptor, DescriptorType, ErrorCode};

use super::OnError;
use crate::failure::{Action, Cause};

/// The entries of a directory, in columns.
#[derive(Default)]
pub(super) struct Columns {
    /// The names, end to end.
    pub(super) names: String,
    /// Where each name ends.
    pub(super) ends: Vec<u32>,
    /// What each entry is judged as.
    pub(super) kinds: Vec<EntryKind>,
    /// Whether the listing does not tell what it is: it is judged as a
    /// directory, which is rejected for less.
    unsure: Vec<bool>,
}

impl Columns {
    /// Appends an entry; one that does not fit is refused.
    fn push(&mut self, name: &str, kind: DescriptorType) -> Option<()> {
        let length = self.names.len().checked_add(name.len())?;
        let end = u32::try_from(length).ok()?;
        self.names.push_str(name);
        self.ends.push(end);
        self.kinds.push(match kind {
            DescriptorType::RegularFile => EntryKind::File,
            _ => EntryKind::Directory,
        });
        self.unsure.push(kind == DescriptorType::Unknown);
        Some(())
    }

    /// An entry's name, what it was judged as, and whether that is unsure.
    pub(super) fn get(&self, index: u32) -> Option<(&str, EntryKind, bool)> {
        let index = usize::try_from(index).ok()?;
        let start = match index.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        let name = self.names.get(start..end)?;
        Some((name, *self.kinds.get(index)?, *self.unsure.get(index)?))
    }
}

/// Reads a directory. What no walk reports is left out: links and special
/// files. A name that is not UTF-8 has no place in WASI: the host says so in
/// the entry's stead, and the others follow.
pub(super) fn read(folder: &Descriptor, on_error: OnError<'_>) -> Columns {
    let mut columns = Columns::default();
    let mut unnamed = 0;
    read_into(&mut columns, &mut unnamed, folder, on_error);
    if unnamed > 0 {
        on_error("", Action::ReadDirectory, Cause::NotUtf8(unnamed));
    }
    columns
}

fn read_into(
    columns: &mut Columns,
    unnamed: &mut u64,
    folder: &Descriptor,
    on_error: OnError<'_>,
) {
    let entries = match folder.read_directory() {
        Ok(entries) => entries,
        Err(code) => {
            on_error("", Action::ReadDirectory, code.into());
            return;
        }
    };
    loop {
        match entries.read_directory_entry() {
            Ok(None) => return,
            Ok(Some(entry)) => match entry.type_ {
                DescriptorType::RegularFile
                | DescriptorType::Directory
                | DescriptorType::Unknown => {
                    if matches!(&*entry.name, "." | "..") {
                        continue;
                    }
                    if columns.push(&entry.name, entry.type_).is_none() {
                        let words = "its names exceed 4 GiB".into();
                        let cause = Cause::Said(words);
                        on_error("", Action::ReadDirectory, cause);
                        return;
                    }
                }
                _ => {}
            },
            Err(ErrorCode::IllegalByteSequence) => {
                *unnamed = unnamed.saturating_add(1);
            }
            // It was removed meanwhile.
            Err(ErrorCode::NoEntry) => {}
            Err(code) => {
                on_error("", Action::ReadDirectory, code.into());
                return;
            }
        }
    }
}
