//! The users and groups of this machine: their numbers, for filters that name
//! them, and their names, for records.

use sanchay_core::filter::Accounts;
pub use sanchay_system::accounts::{group_name, user_name};
use sanchay_system::accounts::{group_number, user_number};

/// The users and groups of this machine.
///
/// ```
/// use sanchay::{Clock, Expr, Timestamp, accounts};
///
/// let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
/// let clock = Clock::utc(now).with_accounts(accounts());
/// let of_root = Expr::parse("user = root", &clock);
/// assert_eq!(of_root, Expr::parse("uid = 0", &clock));
/// ```
#[must_use]
pub fn accounts() -> Accounts {
    Accounts {
        user: |name| user_number(str::from_utf8(name).ok()?),
        group: |name| group_number(str::from_utf8(name).ok()?),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::user_name;

    #[test]
    fn the_user_0_has_a_name_and_a_number_without_one_has_none() {
        assert_eq!(user_name(0).as_deref(), Some("root"));
        assert_eq!(user_name(u32::MAX - 7), None);
    }
}
