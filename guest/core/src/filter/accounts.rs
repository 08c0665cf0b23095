//! Who is who on the caller's machine, for filters that name users and groups.

use alloc::format;
use alloc::string::{String, ToString as _};

use crate::escape::escaped;

/// The numbers of users and groups by their names, as the caller's machine
/// knows them.
#[derive(Clone, Copy, Debug)]
pub struct Accounts {
    /// The number of a user.
    pub user: Lookup,
    /// The number of a group.
    pub group: Lookup,
}

/// The number that a name has, if there is one of that name.
pub type Lookup = fn(&[u8]) -> Option<u32>;

impl Default for Accounts {
    /// Nobody is known.
    fn default() -> Self {
        Self { user: |_| None, group: |_| None }
    }
}

impl Accounts {
    /// The number of a user, by name or as that number.
    pub(super) fn user(&self, name: &[u8]) -> Result<u64, String> {
        number("user", self.user, name)
    }

    /// The number of a group, by name or as that number.
    pub(super) fn group(&self, name: &[u8]) -> Result<u64, String> {
        number("group", self.group, name)
    }
}

/// A name comes before a number, since there may be a user called 1000.
fn number(what: &str, find: Lookup, name: &[u8]) -> Result<u64, String> {
    if name.is_empty() {
        return Err(format!("expected a {what}, by name or number"));
    }
    if let Some(number) = find(name) {
        return Ok(number.into());
    }
    let digits = str::from_utf8(name).ok();
    let digits = digits.filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse::<u32>().ok());
    number.map(u64::from).ok_or_else(|| {
        let name = escaped(name).to_string();
        format!("no {what} called '{name}' is known here")
    })
}
