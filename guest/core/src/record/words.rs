//! The words that columns have: a record that is put aside keeps their number.

use super::{Change, Verdict};
use crate::grouping::Role;
use crate::hashing::Algorithm;
use crate::kind::EntryKind;

/// All words, in an order that one run keeps.
fn words() -> impl Iterator<Item = &'static str> {
    let kinds = EntryKind::ALL.into_iter().chain([EntryKind::Unknown]);
    let algorithms = Algorithm::ALL.into_iter().map(Algorithm::name);
    let verdicts = Verdict::ALL.into_iter().map(Verdict::name);
    let changes = Change::ALL.into_iter().map(Change::name);
    let roles = [Role::Reference, Role::Duplicate].map(Role::name);
    let kinds = kinds.map(EntryKind::name);
    let states = verdicts.chain(changes).chain(roles);
    kinds.chain(algorithms).chain(states)
}

/// The number of a word, from 1.
pub(super) fn number(word: &str) -> Option<u8> {
    let at = words().position(|it| it == word)?;
    u8::try_from(at).ok()?.checked_add(1)
}

/// The word of a number.
pub(super) fn word(number: u8) -> Option<&'static str> {
    words().nth(usize::from(number.checked_sub(1)?))
}
