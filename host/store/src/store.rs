//! A store that is open: what it has, and the bytes of its objects.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use sanchay_core::store::{
    Address, Damage, FORMAT, FORMAT_KEY, Key, MAX_OBJECT, parse_format,
};
use sanchay_sync::lock;

use crate::{
    backend::Backend,
    codec,
    error::StoreError,
    state::{Packs, State},
};

/// A content-addressed store of trees. Clones share what they know of it.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
    /// What it had when that was last looked at.
    state: Arc<Mutex<Option<Arc<State>>>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Makes an empty store, where nothing is.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::NotEmpty`], and what the backend
    /// refused.
    pub fn init(backend: Arc<dyn Backend>) -> Result<Self, StoreError> {
        match backend.get(FORMAT_KEY, 4096) {
            Ok(_) => return Err(StoreError::Exists),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        if !backend.list("")?.is_empty() {
            return Err(StoreError::NotEmpty);
        }
        // Two of these at once write the same.
        backend.put(FORMAT_KEY, FORMAT.as_bytes())?;
        backend.flush()?;
        Ok(Self::new(backend))
    }

    /// Opens a store.
    ///
    /// # Errors
    /// [`StoreError::NoStore`], [`StoreError::Damaged`] with
    /// [`Damage::Version`] for one of a newer version, and what the backend
    /// refused.
    pub fn open(backend: Arc<dyn Backend>) -> Result<Self, StoreError> {
        match backend.get(FORMAT_KEY, 4096) {
            Ok(text) => {
                parse_format(&text)
                    .map_err(StoreError::damaged(FORMAT_KEY))?;
                Ok(Self::new(backend))
            }
            Err(error) if error.is_not_found() => Err(StoreError::NoStore),
            Err(error) => Err(error.into()),
        }
    }

    fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, state: Arc::default() }
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// What the store has, as far as that was looked at.
    pub(crate) fn state(&self) -> Result<Arc<State>, StoreError> {
        let mut state = lock(&self.state);
        match &*state {
            Some(state) => Ok(Arc::clone(state)),
            None => {
                let loaded =
                    Arc::new(State::load(&*self.backend, Packs::Indexed)?);
                *state = Some(Arc::clone(&loaded));
                Ok(loaded)
            }
        }
    }

    /// What the store has now.
    pub(crate) fn reload(&self) -> Result<Arc<State>, StoreError> {
        let loaded = Arc::new(State::load(&*self.backend, Packs::Indexed)?);
        *lock(&self.state) = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// The same, with packs that no index has.
    pub(crate) fn reload_all(&self) -> Result<Arc<State>, StoreError> {
        let loaded = Arc::new(State::load(&*self.backend, Packs::All)?);
        *lock(&self.state) = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// The bytes of an object, which have its digest.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Object`] for a damaged one, and
    /// what the backend refused.
    pub fn read(&self, address: &Address) -> Result<Vec<u8>, StoreError> {
        self.read_sized(address, MAX_OBJECT).map(|(bytes, _)| bytes)
    }

    /// The same of an object that has so many bytes at most, with how many it
    /// takes in the store.
    pub(crate) fn read_sized(
        &self,
        address: &Address,
        most: u64,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        let state = self.state()?;
        let read = |state: &State| self.read_within(state, address, most);
        match read(&state) {
            // It may have moved to another pack, or be newer than what is
            // known.
            Err(error) if error.is_missing() => {
                let known = lock(&self.state).clone();
                let fresh = match known {
                    // Another thread looked meanwhile.
                    Some(now) if !Arc::ptr_eq(&now, &state) => now,
                    _ => self.reload()?,
                };
                match read(&fresh) {
                    Err(error) if error.is_missing() => {
                        read(&*self.reload_all()?)
                    }
                    read => read,
                }
            }
            read => read,
        }
    }

    /// The bytes of an object by what is known of the store.
    pub(crate) fn read_by(
        &self,
        state: &State,
        address: &Address,
    ) -> Result<Vec<u8>, StoreError> {
        self.read_within(state, address, MAX_OBJECT).map(|(bytes, _)| bytes)
    }

    /// The same of one that has so many bytes at most.
    pub(crate) fn read_within(
        &self,
        state: &State,
        address: &Address,
        most: u64,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        let missing = || StoreError::Missing { address: *address };
        let damaged =
            |damage| StoreError::Object { address: *address, damage };
        let location = state.find(address).ok_or_else(missing)?;
        let pack = state.pack(location).ok_or_else(missing)?;
        if u64::from(location.size) > most {
            return Err(damaged(Damage::TooLarge));
        }
        let key = Key::Pack(pack.name).to_string();
        let (offset, length) =
            (location.offset.into(), location.length.into());
        let object = self.backend.get_range(&key, offset, length)?;
        if object.len() as u64 != length {
            return Err(damaged(Damage::Length));
        }
        let bytes = codec::decode(&object, address, most).map_err(damaged)?;
        Ok((bytes, length))
    }
}
