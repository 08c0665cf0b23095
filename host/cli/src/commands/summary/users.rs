//! The names of users, as the system knows them.

use nix::unistd::{Uid, User};

/// The name of a user; `None` where the system knows none.
pub(super) fn name(uid: u32) -> Option<String> {
    let user = User::from_uid(Uid::from_raw(uid)).ok()?;
    user.map(|it| it.name)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_user_0_has_a_name_and_a_number_without_one_has_none() {
        assert_eq!(name(0).as_deref(), Some("root"));
        assert_eq!(name(u32::MAX - 7), None);
    }
}
