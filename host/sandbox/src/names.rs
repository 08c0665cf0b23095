//! Names for many files.

use sanchay_core::naming::Refusal;

/// Names for many files, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub(crate) data: Vec<u8>,
    pub(crate) ends: Vec<u32>,
    pub(crate) refusals: Vec<Option<Refusal>>,
}

impl Names {
    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.refusals.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refusals.is_empty()
    }

    /// Appends what became of a file.
    pub fn push(&mut self, outcome: Result<&[u8], Refusal>) {
        if let Ok(name) = outcome {
            self.data.extend_from_slice(name);
        }
        let end = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        self.ends.push(end);
        self.refusals.push(outcome.err());
    }

    /// The files' names, or why they have none.
    pub fn iter(&self) -> impl Iterator<Item = Result<&[u8], Refusal>> {
        let mut start = 0;
        self.ends.iter().zip(&self.refusals).map(move |(end, refusal)| {
            let end = *end as usize;
            let name = self.data.get(start..end).unwrap_or_default();
            start = end;
            refusal.map_or(Ok(name), Err)
        })
    }
}
