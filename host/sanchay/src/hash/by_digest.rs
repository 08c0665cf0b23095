//! The last step of a match, where the filter tests digests: of files that
//! were hashed, with all else that it asks for.

use sanchay_core::filter::{
    Columns, ContentColumn, Facts, Program, Slot, ValueColumns,
};
use sanchay_core::media::MediaField;
use sanchay_sandbox::{EntryKind, Fault, Listing, plugin::Value};

use super::HashResult;
use crate::{inspect::Inspect, plugins::Plugins, span::offset};

/// A filter that tests digests.
pub(super) struct ByDigest {
    /// What it looks at.
    columns: Columns,
    slots: Vec<(Slot, Place)>,
    /// Where the values are that pictures and films say of themselves.
    media: usize,
}

/// Where the value for a slot is.
#[derive(Clone, Copy)]
enum Place {
    Digest,
    /// Among the values of extractors.
    Value(usize),
}

/// A file that was hashed.
pub(super) struct Hashed<'f> {
    pub(super) name: &'f [u8],
    pub(super) result: &'f HashResult,
    /// What the extractors told of it.
    pub(super) values: &'f [Option<Value>],
}

impl ByDigest {
    /// The filter of a program that looks at these columns, if it tests
    /// digests.
    pub(super) fn new(
        columns: Columns,
        program: &Program,
        plugins: &Plugins,
    ) -> Option<Self> {
        if program.results().is_empty() {
            return None;
        }
        let all = plugins.columns();
        let place = |(slot, name): (Slot, &str)| {
            if name == ValueColumns::DIGEST {
                return Some((slot, Place::Digest));
            }
            let at = all.iter().position(|it| *it.name == *name)?;
            Some((slot, Place::Value(at)))
        };
        let slots = program.slots().into_iter().filter_map(place).collect();
        Some(Self { columns, slots, media: all.len() })
    }

    /// Asks about files of a directory, whose path below the root this is, or
    /// about one that the caller named, whose name does not count. Returns
    /// the indices of those that are wanted, ascending.
    pub(super) fn ask(
        &self,
        inspector: &mut dyn Inspect,
        directory: Option<&[u8]>,
        files: &[Hashed<'_>],
    ) -> Result<Vec<u32>, Fault> {
        let named = directory.filter(|_| self.columns.has(Columns::NAME));
        let columns = match named {
            Some(_) => self.columns,
            None => self.columns.without(Columns::NAME),
        };
        let mut numbers = Vec::new();
        let facts = files.iter().map(|file| match &file.result.metadata {
            Some(metadata) => Facts::from(metadata),
            None => Facts { size: file.result.size, ..Facts::default() },
        });
        columns.of_metadata().push(facts, &mut numbers);
        let digest = |file: &Hashed<'_>| {
            Value::Text(file.result.content.to_string().into())
        };
        let digests: Vec<Value> = files.iter().map(digest).collect();
        let value = |file: usize, column| match self.place(column)? {
            Place::Digest => digests.get(file),
            Place::Value(at) => files.get(file)?.values.get(at)?.as_ref(),
        };
        let contents = columns.of_contents();
        contents.push_contents(files.len(), &value, &mut numbers);
        let (mut names, mut ends) = (Vec::new(), Vec::new());
        for file in files {
            names.extend_from_slice(file.name);
            ends.push(offset(names.len()));
        }
        let kinds = vec![EntryKind::File; files.len()];
        let listing = named.map(|directory| Listing {
            directory,
            names: &names,
            ends: &ends,
            kinds: &kinds,
        });
        let mut wanted = Vec::new();
        inspector.match_metadata(
            files.len(),
            listing.as_ref(),
            columns.without(Columns::NAME),
            &numbers,
            &mut wanted,
        )?;
        Ok(wanted)
    }

    /// Where the value of a column is.
    fn place(&self, column: ContentColumn) -> Option<Place> {
        match column {
            ContentColumn::Slot(slot) => {
                let found = self.slots.iter().find(|it| it.0 == slot);
                found.map(|(_, place)| *place)
            }
            ContentColumn::Media(field) => {
                let all = MediaField::ALL.iter();
                let at = all.take_while(|it| **it != field).count();
                Some(Place::Value(self.media.saturating_add(at)))
            }
        }
    }
}
