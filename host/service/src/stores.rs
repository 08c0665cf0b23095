//! The stores that the service was started with: nothing else is put into, or
//! got from.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use sanchay::{LocalStorage, escaped};
use sanchay_store::{FolderBackend, Store, StoreError};

use crate::{error::ServiceError, problem::Problem};

/// Stores by their names.
#[derive(Clone, Debug)]
pub(crate) struct Stores(Arc<BTreeMap<String, PathBuf>>);

impl Stores {
    /// Those of the configuration, each of which must be one.
    pub(crate) fn open(
        given: &[(String, PathBuf)],
    ) -> Result<Self, ServiceError> {
        let mut all = BTreeMap::new();
        for (name, path) in given {
            let wrong = |why: String| ServiceError::Store {
                name: escaped(name.as_bytes()).to_string(),
                path: path.clone(),
                why,
            };
            let whole = sanchay::storage::absolute(path)
                .map_err(|error| wrong(sanchay::describe_io_error(&error)))?;
            open(&whole).map_err(|error| wrong(error.to_string()))?;
            if all.insert(name.clone(), whole).is_some() {
                return Err(wrong("two stores have that name".to_owned()));
            }
        }
        Ok(Self(Arc::new(all)))
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Refuses a name that is none.
    ///
    /// # Errors
    /// 404 where there is no such store.
    pub(crate) fn check(&self, name: &str) -> Result<(), Problem> {
        self.path(name).map(drop)
    }

    /// Opens the store of that name.
    ///
    /// # Errors
    /// 404 where there is none, 409 where it cannot be opened.
    pub(crate) fn find(&self, name: &str) -> Result<Store, Problem> {
        open(self.path(name)?).map_err(|error| unusable(&error))
    }

    fn path(&self, name: &str) -> Result<&PathBuf, Problem> {
        self.0.get(name).ok_or_else(|| {
            Problem::not_found(
                "There is no store of that name; GET /api/v1/stores lists \
                 them.",
            )
        })
    }
}

fn open(path: &std::path::Path) -> Result<Store, StoreError> {
    let backend = FolderBackend::open(&LocalStorage::new(), path)?;
    Store::open(Arc::new(backend))
}

/// What is told of a store that does not do what is asked; its path stays in
/// the log.
pub(crate) fn unusable(error: &StoreError) -> Problem {
    tracing::error!(%error, "a store cannot be used");
    match error {
        StoreError::NoSnapshot { .. } | StoreError::Ambiguous { .. } => {
            Problem::not_found(format!("{error}."))
        }
        _ => Problem::conflict(
            "The store cannot be used; the log of the service says why.",
        )
        .of_kind("store"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_starts_with_stores_that_are_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let backend =
            FolderBackend::create(&LocalStorage::new(), &path).unwrap();
        Store::init(Arc::new(backend)).unwrap();
        let named = |name: &str| (name.to_owned(), path.clone());
        let stores = Stores::open(&[named("a"), named("b")]).unwrap();
        assert_eq!(stores.names().collect::<Vec<_>>(), ["a", "b"]);
        assert!(stores.find("a").is_ok());
        for name in ["", "c", "..", "/"] {
            assert_eq!(stores.check(name).unwrap_err().status(), 404);
        }
        assert!(Stores::open(&[named("a"), named("a")]).is_err());
        let none = ("n".to_owned(), folder.path().join("none"));
        assert!(Stores::open(&[none]).is_err());
        let no_store = ("n".to_owned(), folder.path().to_owned());
        assert!(Stores::open(&[no_store]).is_err());
    }
}
