//! An expression that tests columns of plugins. It is kept as text until it is
//! known which columns a run has, and what their values are.

use alloc::string::{String, ToString as _};

use super::clock::Clock;
use super::columns::Slots;
use super::expr::Expr;
use super::language::Refused;
use super::options::FilterError;

/// An expression that is parsed when the columns of its run are known.
#[derive(Clone, Debug)]
pub(super) struct Later {
    option: &'static str,
    text: String,
    /// The time at which it was written: the same for whoever parses it.
    clock: Clock,
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Later {
    /// A text that is the value of an option, if it is one that waits for
    /// columns which the clock expects.
    pub(super) fn of(
        option: &'static str,
        value: &[u8],
        clock: &Clock,
    ) -> Option<Self> {
        if !clock.expects_columns() {
            return None;
        }
        let text = str::from_utf8(value).ok()?;
        let refused = Expr::parse_with(text, clock, None).err()?;
        refused.is_of_column.then(|| {
            let text = text.to_string();
            Self { option, text, clock: clock.stopped() }
        })
    }

    /// The expression, now that columns are known.
    pub(super) fn parse(
        &self,
        slots: &mut Slots<'_>,
    ) -> Result<Expr, FilterError> {
        let parsed = Expr::parse_with(&self.text, &self.clock, Some(slots));
        parsed.map_err(|Refused { error, .. }| FilterError {
            option: self.option,
            why: error.to_string(),
        })
    }
}
