//! The lists of packs that are to be deleted.

use std::collections::HashSet;

use sanchay_core::store::{
    Address, Key, StampedName, parse_condemned, push_condemned,
};

use crate::{backend::Backend, error::StoreError, names};

/// The longest list, in bytes.
const MAX_LIST: u64 = 1 << 30;

/// The lists that there are.
pub(crate) fn lists(
    backend: &dyn Backend,
) -> Result<Vec<StampedName>, StoreError> {
    let keys = backend.list("condemned/")?;
    let mut names: Vec<StampedName> = keys
        .iter()
        .filter_map(|key| match Key::parse(key) {
            Some(Key::Condemned(name)) => Some(name),
            _ => None,
        })
        .collect();
    names.sort();
    Ok(names)
}

/// The packs of a list; none if it is gone, since all of them are then.
pub(crate) fn read(
    backend: &dyn Backend,
    name: &StampedName,
) -> Result<Vec<Address>, StoreError> {
    let key = Key::Condemned(name.clone()).to_string();
    match backend.get(&key, MAX_LIST) {
        Ok(text) => parse_condemned(&text).map_err(StoreError::damaged(&key)),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// All packs that are to be deleted.
pub(crate) fn all(
    backend: &dyn Backend,
) -> Result<HashSet<Address>, StoreError> {
    let mut packs = HashSet::new();
    for name in lists(backend)? {
        packs.extend(read(backend, &name)?);
    }
    Ok(packs)
}

/// Puts a list.
pub(crate) fn put(
    backend: &dyn Backend,
    packs: &[Address],
) -> Result<StampedName, StoreError> {
    let name = names::stamped(names::now())?;
    let mut text = Vec::new();
    push_condemned(packs, &mut text);
    backend.put(&Key::Condemned(name.clone()).to_string(), &text)?;
    backend.flush()?;
    Ok(name)
}
