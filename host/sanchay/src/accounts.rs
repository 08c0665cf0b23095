//! The users and groups of this machine: their numbers, for filters that name
//! them, and their names, for records.

use nix::unistd::{Gid, Group, Uid, User};
use sanchay_core::filter::Accounts;

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
        user: |name| {
            let user = User::from_name(str::from_utf8(name).ok()?);
            user.ok().flatten().map(|user| user.uid.as_raw())
        },
        group: |name| {
            let group = Group::from_name(str::from_utf8(name).ok()?);
            group.ok().flatten().map(|group| group.gid.as_raw())
        },
    }
}

/// The name of a user; `None` where the system knows none. The system may have
/// to ask a server: look each number up once.
#[must_use]
pub fn user_name(uid: u32) -> Option<String> {
    let user = User::from_uid(Uid::from_raw(uid)).ok()?;
    user.map(|it| it.name)
}

/// The name of a group, likewise.
#[must_use]
pub fn group_name(gid: u32) -> Option<String> {
    let group = Group::from_gid(Gid::from_raw(gid)).ok()?;
    group.map(|it| it.name)
}

#[cfg(test)]
mod tests {
    use super::user_name;

    #[test]
    fn the_user_0_has_a_name_and_a_number_without_one_has_none() {
        assert_eq!(user_name(0).as_deref(), Some("root"));
        assert_eq!(user_name(u32::MAX - 7), None);
    }
}
