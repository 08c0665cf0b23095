//! In which order groups come.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use crate::escape::escaped;

/// What groups are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKey {
    /// How many bytes would be free.
    Reclaimable,
    /// The size of each file.
    Size,
    /// How many files there are.
    Copies,
    /// The path of the first file.
    Path,
}

/// The names of the keys.
const NAMES: [(&str, GroupKey); 5] = [
    ("reclaimable", GroupKey::Reclaimable),
    ("size", GroupKey::Size),
    ("copies", GroupKey::Copies),
    ("count", GroupKey::Copies),
    ("path", GroupKey::Path),
];

/// The order of groups: by these keys, each ascending or descending, and by
/// the paths of their first files where these are equal. The default is what
/// would free most first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOrder(Vec<(GroupKey, bool)>);

impl Default for GroupOrder {
    fn default() -> Self {
        Self(alloc::vec![(GroupKey::Reclaimable, true)])
    }
}

impl GroupOrder {
    /// Compares two groups by what `of` tells of a key.
    pub fn compare(
        &self,
        mut of: impl FnMut(GroupKey) -> Ordering,
    ) -> Ordering {
        let keys = self.0.iter().chain(&[(GroupKey::Path, false)]);
        for (key, descending) in keys {
            let order = match descending {
                true => of(*key).reverse(),
                false => of(*key),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// Why a text is no order of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOrderError(String);

impl fmt::Display for GroupOrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = escaped(self.0.as_bytes());
        write!(
            f,
            "'{text}' is not reclaimable, size, copies or path, with or \
             without :asc or :desc"
        )
    }
}

impl core::error::Error for GroupOrderError {}

impl FromStr for GroupOrder {
    type Err = GroupOrderError;

    /// `KEY[:desc],...`
    fn from_str(text: &str) -> Result<Self, GroupOrderError> {
        let key = |part: &str| {
            let (name, descending) = match part.split_once(':') {
                None => (part, false),
                Some((name, "asc")) => (name, false),
                Some((name, "desc")) => (name, true),
                Some(_) => return Err(GroupOrderError(part.to_string())),
            };
            let known = NAMES.iter().find(|(known, _)| *known == name);
            let unknown = || GroupOrderError(part.to_string());
            known.map(|(_, key)| (*key, descending)).ok_or_else(unknown)
        };
        text.split(',').map(key).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupKey, GroupOrder};

    #[test]
    fn an_order_is_a_list_of_keys() {
        let order: GroupOrder = "size:desc,count,path:asc".parse().unwrap();
        let expected = [
            (GroupKey::Size, true),
            (GroupKey::Copies, false),
            (GroupKey::Path, false),
        ];
        assert_eq!(order.0, expected);
        let default: GroupOrder = "reclaimable:desc".parse().unwrap();
        assert_eq!(GroupOrder::default(), default);
        for wrong in ["", "name", "size:", "size:down", "size,,path"] {
            let why = wrong.parse::<GroupOrder>().unwrap_err().to_string();
            assert!(why.contains("is not reclaimable, size"), "{why}");
        }
    }
}
