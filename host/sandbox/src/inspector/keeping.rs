//! Which of equal or similar files stays.

use sanchay_core::keep::{Choice, Files};

use super::Inspector;
use super::Instance;
use crate::Fault;
use crate::wire::keeping as wire;

/// Groups of equal or similar files, in columns that are filled one file after
/// the other.
#[derive(Clone, Debug, Default)]
pub struct KeepColumns {
    /// The files' paths, end to end.
    pub paths: Vec<u8>,
    /// Where each path ends.
    pub ends: Vec<u32>,
    /// The number of the root that each file is in.
    pub roots: Vec<u32>,
    /// When each file was modified, in seconds since 1970.
    pub seconds: Vec<i64>,
    /// The nanoseconds after that second.
    pub nanoseconds: Vec<u32>,
    /// The size of each file in bytes.
    pub sizes: Vec<u64>,
    /// How many pixels each picture has; 0 of any other file.
    pub pixels: Vec<u64>,
    /// Where each group ends, in files.
    pub groups: Vec<u32>,
}

impl KeepColumns {
    /// As the logic takes them, which is the same in the sandbox.
    ///
    /// # Errors
    ///
    /// What is wrong with the paths.
    pub fn files(&self) -> Result<Files<'_>, sanchay_core::batch::BatchError> {
        Ok(Files {
            paths: sanchay_core::batch::Batch::new(&self.paths, &self.ends)?,
            roots: &self.roots,
            seconds: &self.seconds,
            nanoseconds: &self.nanoseconds,
            sizes: &self.sizes,
            pixels: &self.pixels,
            groups: &self.groups,
        })
    }
}

impl Inspector {
    /// Chooses the file of each group that stays, by rules that must have
    /// been parsed outside before, so that nothing can be wrong with them.
    ///
    /// # Errors
    ///
    /// [`Fault::Batch`] where the columns do not fit each other; otherwise any
    /// [`Fault`] of the instance.
    pub fn choose_kept(
        &mut self,
        rules: &[Vec<u8>],
        files: &KeepColumns,
    ) -> Result<Vec<Choice>, Fault> {
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            let files = wire::Candidates {
                paths: &files.paths,
                ends: &files.ends,
                roots: &files.roots,
                seconds: &files.seconds,
                nanoseconds: &files.nanoseconds,
                sizes: &files.sizes,
                pixels: &files.pixels,
                groups: &files.groups,
            };
            let (answer,) = exports.choose.call(store, (rules, files))?;
            Ok(answer)
        })?;
        let choices = match answer {
            Ok(choices) => choices,
            Err(wire::KeepingError::Batch(error)) => {
                return Err(Fault::Batch(error.into()));
            }
            Err(wire::KeepingError::Rules) => {
                let why = "it refuses the rules";
                return Err(self.caller.contract_violation(why));
            }
            Err(wire::KeepingError::Empty(group)) => {
                let why = format!("it finds group {group} empty");
                return Err(self.caller.contract_violation(why));
            }
        };
        checked(choices, files, rules.len())
            .ok_or("a choice that is none")
            .map_err(|what| self.caller.contract_violation(what))
    }
}

/// Choices of which each is a file of its group and a rule.
fn checked(
    choices: Vec<wire::Choice>,
    files: &KeepColumns,
    rules: usize,
) -> Option<Vec<Choice>> {
    if choices.len() != files.groups.len() {
        return None;
    }
    let mut start = 0;
    let checked = choices.into_iter().zip(&files.groups).map(|it| {
        let (wire::Choice { kept, decided_by }, end) = it;
        let count = end.checked_sub(std::mem::replace(&mut start, *end))?;
        let decided_by = decided_by.map(usize::try_from).transpose().ok()?;
        let sound = kept < count && decided_by.is_none_or(|it| it < rules);
        let kept = usize::try_from(kept).ok()?;
        sound.then_some(Choice { kept, decided_by })
    });
    checked.collect()
}
