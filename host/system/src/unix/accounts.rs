//! Users and groups: their numbers and their names.

use nix::unistd::{Gid, Group, Uid, User};

/// The number of the user that this process acts as.
#[must_use]
pub fn user() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

/// The security identifier of a user, which only Windows has.
#[must_use]
pub fn security_identifier() -> Option<String> {
    None
}

/// The numbers of the user and of the group that started this process.
#[must_use]
pub fn user_and_group() -> Option<(u32, u32)> {
    let user = rustix::process::getuid().as_raw();
    Some((user, rustix::process::getgid().as_raw()))
}

/// The number of a user.
#[must_use]
pub fn user_number(name: &str) -> Option<u32> {
    let user = User::from_name(name).ok().flatten();
    user.map(|user| user.uid.as_raw())
}

/// The number of a group.
#[must_use]
pub fn group_number(name: &str) -> Option<u32> {
    let group = Group::from_name(name).ok().flatten();
    group.map(|group| group.gid.as_raw())
}

/// The name of a user; `None` where the system knows none. The system may have
/// to ask a server: look each number up once.
#[must_use]
pub fn user_name(number: u32) -> Option<String> {
    let user = User::from_uid(Uid::from_raw(number)).ok()?;
    user.map(|it| it.name)
}

/// The name of a group, likewise.
#[must_use]
pub fn group_name(number: u32) -> Option<String> {
    let group = Group::from_gid(Gid::from_raw(number)).ok()?;
    group.map(|it| it.name)
}
