//! A store that is open: what it has, and the bytes of its objects.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex},
};

use sanchay_core::store::{
    Address, Damage, FORMAT, FORMAT_KEY, Key, parse_format,
};
use sanchay_sync::lock;

use crate::{
    backend::Backend,
    codec,
    error::StoreError,
    state::{Location, State},
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
                let loaded = Arc::new(State::load(&*self.backend)?);
                *state = Some(Arc::clone(&loaded));
                Ok(loaded)
            }
        }
    }

    /// What the store has now.
    pub(crate) fn reload(&self) -> Result<Arc<State>, StoreError> {
        let loaded = Arc::new(State::load(&*self.backend)?);
        *lock(&self.state) = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// The same, with packs that no index has.
    fn reload_all(&self) -> Result<Arc<State>, StoreError> {
        let loaded = Arc::new(State::load(&*self.backend)?);
        let loaded = self.with_unindexed(loaded)?;
        *lock(&self.state) = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// What was looked at, with packs that no index has.
    pub(crate) fn with_unindexed(
        &self,
        state: Arc<State>,
    ) -> Result<Arc<State>, StoreError> {
        if state.unindexed.is_empty() {
            return Ok(state);
        }
        let unindexed = self.unindexed(&state);
        let mut all = State::load(&*self.backend)?;
        let known: HashSet<Address> =
            all.packs.iter().map(|pack| pack.name).collect();
        for pack in unindexed {
            // An index may have it by now.
            if !known.contains(&pack.name) {
                all.add(pack, &HashSet::new());
            }
        }
        Ok(Arc::new(all))
    }

    /// The bytes of an object, which have its digest.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Object`] for a damaged one, and
    /// what the backend refused.
    pub fn read(&self, address: &Address) -> Result<Vec<u8>, StoreError> {
        let state = self.state()?;
        match self.read_by(&state, address) {
            // It may have moved to another pack, or be newer than what is
            // known.
            Err(error) if error.is_missing() => {
                let known = lock(&self.state).clone();
                let fresh = match known {
                    // Another thread looked meanwhile.
                    Some(now) if !Arc::ptr_eq(&now, &state) => now,
                    _ => self.reload()?,
                };
                match self.read_by(&fresh, address) {
                    Err(error) if error.is_missing() => {
                        self.read_by(&*self.reload_all()?, address)
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
        let location = state.find(address);
        let location =
            location.ok_or(StoreError::Missing { address: *address })?;
        self.read_at(state, location, address)
    }

    fn read_at(
        &self,
        state: &State,
        location: Location,
        address: &Address,
    ) -> Result<Vec<u8>, StoreError> {
        let pack = state.pack(location);
        let pack = pack.ok_or(StoreError::Missing { address: *address })?;
        let key = Key::Pack(pack.name).to_string();
        let (offset, length) = (location.offset, location.length);
        let object =
            self.backend.get_range(&key, offset.into(), length.into())?;
        let damaged =
            |damage| StoreError::Object { address: *address, damage };
        if object.len() as u64 != u64::from(length) {
            return Err(damaged(Damage::Length));
        }
        codec::decode(&object, address).map_err(damaged)
    }
}
