//! The interface `keeping`.

use alloc::vec::Vec;

use sanchay_core::batch::Batch;
use sanchay_core::keep as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::keeping as wit;

impl wit::Guest for Inspector {
    fn choose(
        rules: Vec<Vec<u8>>,
        files: wit::Candidates,
    ) -> Result<Vec<wit::Choice>, wit::KeepingError> {
        let rules = logic::KeepRules::new(&rules);
        let rules = rules.map_err(|_| wit::KeepingError::Rules)?;
        let paths = Batch::new(&files.paths, &files.ends);
        let files = logic::Files {
            paths: paths.map_err(logic::ColumnsError::Batch)?,
            roots: &files.roots,
            seconds: &files.seconds,
            nanoseconds: &files.nanoseconds,
            sizes: &files.sizes,
            pixels: &files.pixels,
            groups: &files.groups,
        };
        let choices = files.choose(&rules)?;
        Ok(choices.into_iter().map(wit::Choice::from).collect())
    }
}

impl From<logic::ColumnsError> for wit::KeepingError {
    fn from(error: logic::ColumnsError) -> Self {
        match error {
            logic::ColumnsError::Batch(error) => Self::Batch(error.into()),
            logic::ColumnsError::Empty(group) => Self::Empty(group),
        }
    }
}

impl From<logic::Choice> for wit::Choice {
    fn from(choice: logic::Choice) -> Self {
        let short = |it| u32::try_from(it).unwrap_or(u32::MAX);
        Self {
            kept: short(choice.kept),
            decided_by: choice.decided_by.map(short),
        }
    }
}
