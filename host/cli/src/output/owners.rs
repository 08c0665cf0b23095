//! The names of owners and groups, each looked up once: the system may have
//! to ask a server for them.

use std::collections::HashMap;

use sanchay::{Metadata, group_name, user_name};
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
        let user = self.users.entry(file.uid);
        let user = user.or_insert_with(|| user_name(file.uid));
        let group = self.groups.entry(file.gid);
        let group = group.or_insert_with(|| group_name(file.gid));
        Owners { user: user.as_deref(), group: group.as_deref() }
    }
}
