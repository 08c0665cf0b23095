//! The names of users, as the system knows them.

/// The name of a user; `None` where the system knows none, or it is not
/// UTF-8.
pub(super) fn name(uid: u32) -> Option<String> {
    let user = uzers::get_user_by_uid(uid)?;
    user.name().to_str().map(str::to_owned)
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
