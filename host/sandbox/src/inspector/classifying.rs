//! Kinds of content, of a batch of files.

use super::Inspector;
use super::Instance;
use crate::{ContentKind, Fault};

impl Inspector {
    /// The kinds of content of many files whose first bytes `fill` writes
    /// straight into the memory of the instance, in one crossing.
    ///
    /// `fill` gets the memory, of `room` bytes, and an empty list. It writes
    /// the first bytes of the files end to end, appends to the list where
    /// each ends, and returns how many bytes it wrote; its time does not
    /// count. Afterwards `out` holds their kinds in the same order, and
    /// nothing else; on an error it is empty.
    ///
    /// # Errors
    ///
    /// [`Fault::Batch`] where the ends do not fit the bytes; otherwise any
    /// [`Fault`] of the instance.
    pub fn classify_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<ContentKind>,
    ) -> Result<(), Fault> {
        out.clear();
        let (answer,) = self.pour(room, fill, |instance, data, ends| {
            let Instance { store, exports, .. } = instance;
            exports.classify.call(store, (data, ends))
        })?;
        let kinds = answer.map_err(|error| Fault::Batch(error.into()))?;
        if kinds.len() != self.ends.len() {
            return Err(self.caller.contract_violation(format!(
                "{} kinds of content for {} files",
                kinds.len(),
                self.ends.len(),
            )));
        }
        out.extend(kinds.into_iter().map(ContentKind::from));
        Ok(())
    }
}
