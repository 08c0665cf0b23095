//! Many groups of equal or similar files in columns, so that one call decides them all.

use alloc::vec::Vec;
use core::ops::Range;

use super::{Candidate, Choice, KeepRules};
use crate::batch::{Batch, BatchError};
use crate::time::Timestamp;

/// What is wrong with columns of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnsError {
    /// They do not fit each other.
    Batch(BatchError),
    /// The group of this index is empty.
    Empty(u32),
}

impl From<BatchError> for ColumnsError {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

/// Groups of equal or similar files, in columns.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// Their paths.
    pub paths: Batch<'a>,
    /// The number of the root that each is in.
    pub roots: &'a [u32],
    /// When each was modified: seconds since 1970.
    pub seconds: &'a [i64],
    /// The nanoseconds after that.
    pub nanoseconds: &'a [u32],
    /// The size of each in bytes.
    pub sizes: &'a [u64],
    /// How many pixels each picture has; 0 of any other file.
    pub pixels: &'a [u64],
    /// Where each group ends, in files.
    pub groups: &'a [u32],
}

impl Files<'_> {
    /// Chooses the file of each group that stays.
    ///
    /// ```
    /// use sanchay_core::batch::Batch;
    /// use sanchay_core::keep::{Files, KeepRules};
    ///
    /// let files = Files {
    ///     paths: Batch::new(b"/a/b/b", &[2, 4, 6])?,
    ///     roots: &[0, 0, 0],
    ///     seconds: &[5, 4, 9],
    ///     nanoseconds: &[0, 0, 0],
    ///     sizes: &[7, 7, 7],
    ///     pixels: &[0, 0, 0],
    ///     groups: &[2, 3],
    /// };
    /// let oldest = KeepRules::new(&["oldest"]).unwrap();
    /// let choices = files.choose(&oldest).unwrap();
    /// assert_eq!((choices[0].kept, choices[1].kept), (1, 0));
    /// # Ok::<(), sanchay_core::batch::BatchError>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the columns.
    pub fn choose(
        &self,
        rules: &KeepRules,
    ) -> Result<Vec<Choice>, ColumnsError> {
        self.paths.same_length(self.roots)?;
        self.paths.same_length(self.seconds)?;
        self.paths.same_length(self.nanoseconds)?;
        self.paths.same_length(self.sizes)?;
        self.paths.same_length(self.pixels)?;
        let mut start = 0;
        let mut files = Vec::new();
        let mut choices = Vec::with_capacity(self.groups.len());
        for (index, end) in (0_u32..).zip(self.groups) {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            if end > self.paths.len() {
                return Err(BatchError::EndPastData(index).into());
            }
            files.clear();
            files.extend(self.range(start..end));
            let choice = rules.choose(&files);
            choices.push(choice.ok_or(ColumnsError::Empty(index))?);
            start = end;
        }
        match self.paths.len().saturating_sub(start) {
            0 => Ok(choices),
            rest => {
                let rest = u32::try_from(rest).unwrap_or(u32::MAX);
                Err(BatchError::TrailingData(rest).into())
            }
        }
    }

    fn range(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = Candidate<'_>> {
        range.filter_map(|at| {
            let seconds = *self.seconds.get(at)?;
            let nanoseconds = *self.nanoseconds.get(at)?;
            Some(Candidate {
                path: self.paths.get(at)?,
                root: *self.roots.get(at)?,
                modified: Timestamp { seconds, nanoseconds },
                size: *self.sizes.get(at)?,
                pixels: *self.pixels.get(at)?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnsError, Files};
    use crate::batch::{Batch, BatchError};
    use crate::keep::KeepRules;

    fn choose(
        groups: &[u32],
        roots: &[u32],
    ) -> Result<Vec<usize>, ColumnsError> {
        let files = Files {
            paths: Batch::new(b"bcaa", &[1, 2, 3, 4]).unwrap(),
            roots,
            seconds: &[0; 4],
            nanoseconds: &[0; 4],
            sizes: &[0; 4],
            pixels: &[0; 4],
            groups,
        };
        let choices = files.choose(&KeepRules::default())?;
        Ok(choices.into_iter().map(|it| it.kept).collect())
    }

    #[test]
    fn each_group_is_decided_by_itself() {
        let roots = [0; 4];
        assert_eq!(choose(&[2, 4], &roots), Ok(vec![0, 0]));
        assert_eq!(choose(&[3, 4], &roots), Ok(vec![2, 0]));
        assert_eq!(choose(&[4], &roots), Ok(vec![2]));
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let roots = [0; 4];
        assert_eq!(choose(&[2, 2, 4], &roots), Err(ColumnsError::Empty(1)));
        assert_eq!(choose(&[3, 2, 4], &roots), Err(ColumnsError::Empty(1)));
        let past = BatchError::EndPastData(1);
        assert_eq!(choose(&[3, 5], &roots), Err(past.into()));
        let trailing = BatchError::TrailingData(1);
        assert_eq!(choose(&[3], &roots), Err(trailing.into()));
        let column = BatchError::ColumnLength(3);
        assert_eq!(choose(&[4], &roots[..3]), Err(column.into()));
    }
}
