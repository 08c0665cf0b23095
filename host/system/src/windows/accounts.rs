//! Users and groups: they have no numbers there, but identifiers of any
//! length, which no record holds.

/// The number of the user that this process acts as: there is none.
#[must_use]
pub fn user() -> Option<u32> {
    None
}

/// The numbers of the user and of the group that started this process: there
/// are none.
#[must_use]
pub fn user_and_group() -> Option<(u32, u32)> {
    None
}

/// The number of a user: there is none.
#[must_use]
pub fn user_number(_: &str) -> Option<u32> {
    None
}

/// The number of a group: there is none.
#[must_use]
pub fn group_number(_: &str) -> Option<u32> {
    None
}

/// The name of a user with a number: there is none.
#[must_use]
pub fn user_name(_: u32) -> Option<String> {
    None
}

/// The name of a group with a number: there is none.
#[must_use]
pub fn group_name(_: u32) -> Option<String> {
    None
}
