//! Who asks, and what they may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// What a caller may do. Each includes those before it only where it is
/// given as well.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Right {
    /// Look at what there is.
    Read,
    /// Begin and cancel jobs that change no file.
    Run,
    /// Apply plans, and manage tokens.
    Write,
}

impl Right {
    const ALL: [Self; 3] = [Self::Read, Self::Run, Self::Write];

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Write => "write",
        }
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Rights(u8);

impl Rights {
    /// All of them.
    pub(crate) fn all() -> Self {
        Self::of(Right::ALL)
    }

    /// These.
    pub(crate) fn of(rights: impl IntoIterator<Item = Right>) -> Self {
        Self(rights.into_iter().fold(0, |all, it| all | 1 << it as u8))
    }

    /// Whether one is among them.
    pub(crate) fn has(self, right: Right) -> bool {
        self.0 & 1 << right as u8 != 0
    }

    /// Those that both have.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Them, one by one.
    pub(crate) fn list(self) -> Vec<Right> {
        Right::ALL.into_iter().filter(|it| self.has(*it)).collect()
    }

    /// As the database has them: `read,run`.
    pub(crate) fn text(self) -> String {
        let names: Vec<_> = self.list().into_iter().map(Right::name).collect();
        names.join(",")
    }

    /// Reads what [`Self::text`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let named = |name: &str| {
            Right::ALL.into_iter().find(|right| right.name() == name)
        };
        text.split(',').map(named).collect::<Option<Vec<_>>>().map(Self::of)
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The name of the token, or `page`.
    pub(crate) name: String,
    /// What it is called by where it is revoked.
    pub(crate) id: String,
    pub(crate) rights: Rights,
    /// When it ends, in milliseconds since 1970.
    pub(crate) expires: i64,
    /// Who it is as opposed to all others, whatever they are called: what is
    /// counted and remembered of callers goes by this.
    pub(crate) account: String,
    /// The token that a secret depends on which this caller makes: without
    /// that token, it is worth nothing. `None` for the page.
    pub(crate) source: Option<String>,
}

/// The account of the page: whoever has its address.
pub(crate) const PAGE: &str = "page";

impl Caller {
    /// Refuses what the caller may not do.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn needs(&self, right: Right) -> Result<(), Problem> {
        if self.rights.has(right) {
            return Ok(());
        }
        Err(Problem::forbidden(match right {
            Right::Write => {
                "This needs the right `write`. It is given by `sanchay serve \
                 --allow-write`, and by tokens that have it."
            }
            Right::Run => "This needs the right `run`; your token lacks it.",
            Right::Read => "This needs the right `read`; your token lacks it.",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_as_they_are_written() {
        for text in ["read", "read,run", "read,run,write", "write"] {
            assert_eq!(Rights::parse(text).unwrap().text(), text);
        }
        assert!(Rights::parse("read,rule").is_none());
        assert!(Rights::parse("").is_none());
        let both = Rights::all().and(Rights::of([Right::Read]));
        assert_eq!(both.text(), "read");
    }
}
