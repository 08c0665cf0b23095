//! Which of the parts of a job this process has, as Kubernetes says it.

use std::env;

use crate::failure::Failure;

/// The variable by which Kubernetes tells a pod which of the parts of an
/// indexed job it has.
const VARIABLE: &str = "JOB_COMPLETION_INDEX";

/// Whether it is said.
pub(super) fn is_given() -> bool {
    env::var_os(VARIABLE).is_some_and(|value| !value.is_empty())
}

/// The part, if it is said: a number from 0 to `most`.
pub(super) fn job_index(most: u64) -> Result<Option<u64>, Failure> {
    if !is_given() {
        return Ok(None);
    }
    let index = env::var(VARIABLE).ok().and_then(|it| it.parse().ok());
    match index.filter(|it| *it <= most) {
        Some(index) => Ok(Some(index)),
        None => Err(Failure::Environment {
            name: VARIABLE,
            why: match most {
                u64::MAX => "it is no number from 0".to_owned(),
                most => format!("it is no number from 0 to {most}"),
            },
        }),
    }
}
