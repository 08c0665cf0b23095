//! What became of the steps of a run, in numbers: at the end of its journal, so
//! that whoever lists runs need not read all of it.

use std::{fmt, str::FromStr};

/// So many steps of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Were done, be they undone by now or not.
    pub(super) done: u64,
    /// Could not be done.
    pub(super) failed: u64,
    /// Were undone.
    pub(super) undone: u64,
    /// Could not be undone.
    pub(super) kept: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, failed, undone, kept } = self;
        write!(f, "{done} done, {failed} failed, {undone} undone, {kept} kept")
    }
}

impl FromStr for Totals {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(", ");
        let mut number = |word: &str| {
            let (number, found) =
                parts.next().and_then(|it| it.split_once(' ')).ok_or(())?;
            match found == word {
                true => number.parse().map_err(drop),
                false => Err(()),
            }
        };
        let (done, failed) = (number("done")?, number("failed")?);
        let (undone, kept) = (number("undone")?, number("kept")?);
        match parts.next() {
            None => Ok(Self { done, failed, undone, kept }),
            Some(_) => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn totals_are_read_as_they_were_written() {
        let totals = Totals { done: 7, failed: 1, undone: u64::MAX, kept: 0 };
        assert_eq!(totals.to_string().parse(), Ok(totals));
        for text in ["", "1 done", "1 done, 2 failed, 3 undone, x kept"] {
            assert_eq!(text.parse::<Totals>(), Err(()), "{text}");
        }
    }
}
