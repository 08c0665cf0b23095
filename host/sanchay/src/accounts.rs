//! The users and groups of this machine, for filters that name them.

use nix::unistd::{Group, User};
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
