//! The names of owners and groups, each looked up once: the system may have
//! to ask a server for them.

use std::collections::HashMap;

use nix::unistd::{Gid, Group, Uid, User};
use sanchay::Metadata;
use sanchay_core::record::Owners;

/// Names by their numbers; `None` for a number that has none.
#[derive(Debug, Default)]
pub(super) struct OwnerNames {
    users: HashMap<u32, Option<String>>,
    groups: HashMap<u32, Option<String>>,
}

impl OwnerNames {
    /// The names that go with a file.
    pub(super) fn of(&mut self, file: &Metadata) -> Owners<'_> {
        let user =
            self.users.entry(file.uid).or_insert_with(|| user_name(file.uid));
        let group = self.groups.entry(file.gid).or_insert_with(|| {
            let group = Group::from_gid(Gid::from_raw(file.gid));
            group.ok().flatten().map(|it| it.name)
        });
        Owners { user: user.as_deref(), group: group.as_deref() }
    }
}

/// The name of a user; `None` where the system knows none.
pub(crate) fn user_name(uid: u32) -> Option<String> {
    let user = User::from_uid(Uid::from_raw(uid));
    user.ok().flatten().map(|it| it.name)
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
