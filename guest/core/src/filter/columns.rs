//! The columns of values that a run's expressions can test: those of its
//! plugins, and of its results.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::slot::{Slot, is_text};
use crate::value::ValueType;

/// The columns that the plugins of a run tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueColumns(Vec<(String, ValueType)>);

impl FromIterator<(String, ValueType)> for ValueColumns {
    /// Columns by their names, `PLUGIN.COLUMN`, and the types of their values.
    fn from_iter<I: IntoIterator<Item = (String, ValueType)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl ValueColumns {
    /// What the column is called that has the digests of files.
    pub const DIGEST: &str = "hash";

    /// These and, in a run that makes digests, that of the digests: texts in
    /// their canonical form.
    #[must_use]
    pub fn with_digest(mut self) -> Self {
        self.0.push((Self::DIGEST.into(), ValueType::Text));
        self
    }

    /// What the column is called that has how alike files are.
    pub const SIMILARITY: &str = "similarity";

    /// These and, in a run that compares files, how alike they are: from 0 to
    /// 1.
    #[must_use]
    pub fn with_similarity(mut self) -> Self {
        self.0.push((Self::SIMILARITY.into(), ValueType::Float));
        self
    }

    /// Whether a column is of results: its values are known at the end of a
    /// run, when everything else has been decided.
    pub(super) fn is_result(name: &str) -> bool {
        let results = [Self::DIGEST, Self::SIMILARITY];
        results.iter().any(|it| name.eq_ignore_ascii_case(it))
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// The slots that expressions have given to columns.
#[derive(Debug)]
pub(super) struct Slots<'c> {
    columns: &'c ValueColumns,
    numbers: Vec<usize>,
    texts: Vec<usize>,
}

/// A column that has a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlottedColumn<'c> {
    pub(super) slot: Slot,
    pub(super) name: &'c str,
    pub(super) value_type: ValueType,
}

impl<'c> Slots<'c> {
    /// None of the columns has one yet.
    pub(super) fn new(columns: &'c ValueColumns) -> Self {
        Self { columns, numbers: Vec::new(), texts: Vec::new() }
    }

    /// The columns.
    pub(super) fn columns(&self) -> &'c ValueColumns {
        self.columns
    }

    /// The column of a name, in any case, which gets a slot if it has none.
    ///
    /// # Errors
    ///
    /// There are no more slots.
    pub(super) fn named(
        &mut self,
        name: &str,
    ) -> Option<Result<SlottedColumn<'c>, String>> {
        let all = &self.columns.0;
        let exact = all.iter().position(|(it, _)| it == name);
        let index = exact.or_else(|| {
            all.iter().position(|(it, _)| it.eq_ignore_ascii_case(name))
        })?;
        let (name, value_type) = all.get(index)?;
        let (slots, what) = match is_text(*value_type) {
            true => (&mut self.texts, "texts"),
            false => (&mut self.numbers, "numbers and times"),
        };
        let at = slots.iter().position(|it| *it == index);
        let at = at.unwrap_or_else(|| {
            slots.push(index);
            slots.len().saturating_sub(1)
        });
        let slot = Slot::new(at, *value_type).ok_or_else(|| {
            let most = Slot::EACH;
            format!("a filter tests at most {most} columns of {what}")
        });
        let value_type = *value_type;
        Some(slot.map(|slot| SlottedColumn { slot, name, value_type }))
    }
}
