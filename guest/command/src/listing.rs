//! Listing one directory: its names are matched in one go, as the native
//! program has them matched in one crossing.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use sanchay_core::batch::Batch;
use sanchay_core::filter::{Entries, Facts, Matcher, Matches};
use sanchay_core::ignore::{self, Found, RuleSet, TooCostly};
use sanchay_core::kind::{EntryKind, KindSet};
use sanchay_core::order::by_path;
use sanchay_core::problem::CostlyRules;
use wasi::filesystem::types::{Descriptor, ErrorCode, PathFlags};

use crate::failure::{Action, Cause, Problem};
use crate::ignoring::{Ignoring, Rules};
use crate::stat::{Stat, kind_of};

/// An entry that a walk deals with.
pub(crate) struct Item {
    /// Its name in its directory.
    pub(crate) name: String,
    /// Whether it is a directory to be entered. One that is wanted itself is
    /// another item.
    pub(crate) enter: bool,
    /// Its metadata, where it was asked for.
    pub(crate) stat: Option<Stat>,
    kind: EntryKind,
}

/// Is told of what failed: the name, empty for the directory itself; what was
/// being done; and why.
pub(crate) type OnError<'e> = &'e mut dyn FnMut(&str, Action, Cause);

/// Lists directories.
pub(crate) struct Lister {
    matcher: Matcher,
    ignoring: Ignoring,
    /// What entries can be that are of interest.
    kinds: KindSet,
    /// Whether the metadata of every entry that is wanted is read.
    measured: bool,
}

impl Lister {
    /// A lister of what a matcher wants. It reads metadata if that is wanted
    /// or the matcher needs it.
    pub(crate) fn new(
        matcher: Matcher,
        ignoring: Ignoring,
        measured: bool,
    ) -> Self {
        let mut kinds = matcher.kinds().with(EntryKind::Directory);
        if ignoring.is_active() {
            // Ignore files are some.
            kinds = kinds.with(EntryKind::File);
        }
        let measured = measured || matcher.columns().need_metadata();
        Self { matcher, ignoring, kinds, measured }
    }

    /// The ignore files that apply to a root before its own do.
    pub(crate) fn rules_of_root(&self) -> Rules {
        self.ignoring.of_root()
    }

    /// Whether a file that the user named is wanted.
    pub(crate) fn wants_named(&self, stat: &Stat) -> bool {
        self.matcher.wants_named(stat.facts())
    }

    /// The entries that are wanted and the directories to enter, in the order
    /// of their paths. `path` is that of the directory below the root: empty,
    /// or with a slash at its end; `shown` is all of it. `rules` are the
    /// ignore files of the directory above, and then its own.
    pub(crate) fn list(
        &self,
        folder: &Descriptor,
        (path, shown): (&str, &str),
        rules: &mut Rules,
        on_error: OnError<'_>,
    ) -> Vec<Item> {
        let listing = self.read(folder, on_error);
        if self.ignoring.is_active() {
            let found = Found::among(listing.entries());
            let paths = (path, shown);
            *rules =
                self.ignoring.enter(rules, folder, found, paths, on_error);
        }
        let (mut items, directories) =
            self.split(&listing, path, rules, on_error);
        if self.measured {
            measure(&mut items, folder, on_error);
            self.match_metadata(&mut items, path);
        }
        items.extend(directories);
        items.sort_unstable_by(|a, b| {
            by_path((a.name.as_bytes(), a.enter), (b.name.as_bytes(), b.enter))
        });
        items
    }

    /// What a matcher wants of a listing by name; and what is to be entered.
    fn split(
        &self,
        listing: &Listing,
        path: &str,
        rules: &Rules,
        on_error: OnError<'_>,
    ) -> (Vec<Item>, Vec<Item>) {
        let Listing { names, ends, kinds } = listing;
        // The columns are whole, as they were just made.
        let matches = Batch::new(names.as_bytes(), ends)
            .and_then(|names| Entries::named(path.as_bytes(), names, kinds))
            .map(|entries| {
                let mut matches = self.matcher.match_names(&entries);
                retain(&mut matches, &entries, rules, on_error);
                matches
            });
        debug_assert!(matches.is_ok(), "{matches:?}");
        let Matches { entries, directories } = matches.unwrap_or_default();
        let item = |index: u32, enter| {
            let (name, kind) = listing.get(index)?;
            Some(Item { name: name.into(), enter, stat: None, kind })
        };
        let wanted = entries.into_iter().filter_map(|it| item(it, false));
        let entered = directories.into_iter().filter_map(|it| item(it, true));
        (wanted.collect(), entered.collect())
    }

    fn match_metadata(&self, items: &mut Vec<Item>, path: &str) {
        let columns = self.matcher.columns();
        if columns.is_empty() || items.is_empty() {
            return;
        }
        let facts = items.iter().map(|item| {
            item.stat.as_ref().map_or(Facts::default(), Stat::facts)
        });
        let mut numbers = Vec::new();
        columns.push(facts, &mut numbers);
        let listing = Listing::of(items);
        let wanted = Batch::new(listing.names.as_bytes(), &listing.ends)
            .and_then(|names| {
                Entries::named(path.as_bytes(), names, &listing.kinds)
            })
            .and_then(|it| {
                Entries::measured(items.len(), Some(it), columns, &numbers)
            })
            .map(|entries| self.matcher.match_metadata(&entries));
        debug_assert!(wanted.is_ok(), "{wanted:?}");
        let mut wanted = wanted.unwrap_or_default().into_iter().peekable();
        let mut indices = 0..;
        items.retain(|_| {
            let index = indices.next();
            index.is_some_and(|it| wanted.next_if_eq(&it).is_some())
        });
    }

    /// Reads a directory. Entries of kinds that nobody asked for are left out.
    /// A name that is not UTF-8 has no place in WASI: the host says so in the
    /// entry's stead, and the others follow.
    fn read(&self, folder: &Descriptor, on_error: OnError<'_>) -> Listing {
        let mut listing = Listing::default();
        let mut unnamed: u64 = 0;
        let read =
            self.read_into(&mut listing, &mut unnamed, folder, on_error);
        if let Err(cause) = read {
            on_error("", Action::ReadDirectory, cause);
        }
        if unnamed > 0 {
            on_error("", Action::ReadDirectory, Cause::NotUtf8(unnamed));
        }
        listing
    }

    fn read_into(
        &self,
        listing: &mut Listing,
        unnamed: &mut u64,
        folder: &Descriptor,
        on_error: OnError<'_>,
    ) -> Result<(), Cause> {
        let entries = folder.read_directory()?;
        loop {
            let entry = match entries.read_directory_entry() {
                Ok(None) => return Ok(()),
                Ok(Some(entry)) => entry,
                Err(ErrorCode::IllegalByteSequence) => {
                    *unnamed = unnamed.saturating_add(1);
                    continue;
                }
                // It was removed meanwhile.
                Err(ErrorCode::NoEntry) => continue,
                Err(code) => return Err(code.into()),
            };
            if matches!(&*entry.name, "." | "..") {
                continue;
            }
            let mut kind = kind_of(entry.type_);
            if kind == EntryKind::Unknown {
                match Stat::at(folder, &entry.name, PathFlags::empty()) {
                    Ok(stat) => kind = kind_of(stat.kind),
                    Err(cause) => {
                        on_error(&entry.name, Action::Stat, cause);
                        continue;
                    }
                }
            }
            if self.kinds.has(kind)
                && listing.push(&entry.name, kind).is_none()
            {
                return Err(Cause::Said("its names exceed 4 GiB".into()));
            }
        }
    }
}

/// Leaves out what is ignored. Files whose rules cost too much are left aside.
fn retain(
    matches: &mut Matches,
    entries: &Entries<'_>,
    rules: &Rules,
    on_error: OnError<'_>,
) {
    let mut files: Vec<_> = rules.files().map(Rc::clone).collect();
    loop {
        let rules: Vec<&RuleSet> = files.iter().map(|it| &it.rules).collect();
        let costly = match ignore::retain(matches, entries, &rules) {
            Ok(()) => return,
            Err(TooCostly(index)) => usize::try_from(index),
        };
        match costly.ok().filter(|index| *index < files.len()) {
            Some(index) => {
                let file = files.remove(index);
                let why = CostlyRules(file.path.as_bytes());
                let cause = Cause::Said(format!("{why}"));
                on_error("", Action::Filter, cause);
            }
            None => return,
        }
    }
}

/// The entries of a directory, in columns.
#[derive(Default)]
struct Listing {
    /// The names, end to end.
    names: String,
    /// Where each name ends.
    ends: Vec<u32>,
    /// What each entry is.
    kinds: Vec<EntryKind>,
}

impl Listing {
    fn of(items: &[Item]) -> Self {
        let mut listing = Self::default();
        for item in items {
            // They came out of a listing.
            let pushed = listing.push(&item.name, item.kind);
            debug_assert!(pushed.is_some(), "a part is larger than the whole");
        }
        listing
    }

    /// Appends an entry; one that does not fit is refused.
    fn push(&mut self, name: &str, kind: EntryKind) -> Option<()> {
        let length = self.names.len().checked_add(name.len())?;
        let end = u32::try_from(length).ok()?;
        self.names.push_str(name);
        self.ends.push(end);
        self.kinds.push(kind);
        Some(())
    }

    /// The names, and what they are of.
    fn entries(&self) -> impl Iterator<Item = (&[u8], EntryKind)> {
        let entries = (0..).map_while(|index| self.get(index));
        entries.map(|(name, kind)| (name.as_bytes(), kind))
    }

    /// An entry's name, and what it is.
    fn get(&self, index: u32) -> Option<(&str, EntryKind)> {
        let index = usize::try_from(index).ok()?;
        let start = match index.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        Some((self.names.get(start..end)?, *self.kinds.get(index)?))
    }
}

/// Reads the metadata of entries; those that have none are left out, and what
/// is no longer what it was.
fn measure(items: &mut Vec<Item>, folder: &Descriptor, on_error: OnError<'_>) {
    items.retain_mut(|item| {
        let stat = Stat::at(folder, &item.name, PathFlags::empty());
        let cause = match stat {
            Ok(stat) => match kind_of(stat.kind) {
                found if found == item.kind => {
                    item.stat = Some(stat);
                    return true;
                }
                EntryKind::Symlink => Problem::BecameLink.into(),
                // It was a file, as nearly all are that are asked about.
                other => Problem::NotRegular(other.describe()).into(),
            },
            Err(cause) => cause,
        };
        on_error(&item.name, Action::Stat, cause);
        false
    });
}
