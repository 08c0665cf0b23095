//! What can go wrong with a store.

use sanchay::{describe_io_error, escaped};
use sanchay_core::store::{Address, Damage};

use crate::backend::BackendError;

/// Why a store cannot be used, or not for what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file of the store cannot be read, written or deleted.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Where it is cannot be used.
    #[error("{why}")]
    Place {
        /// Why not.
        why: String,
    },
    /// It is no store.
    #[error(
        "it is no store: there is no file sanchay-store in it; `sanchay store \
         init` makes one"
    )]
    NoStore,
    /// There is a store already.
    #[error("it is a store already")]
    Exists,
    /// There is something else in the folder.
    #[error("it is not empty, and no store: name another folder")]
    NotEmpty,
    /// A file of the store is damaged.
    #[error("{}: {damage}", escaped(.key.as_bytes()))]
    Damaged {
        /// The file.
        key: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// An object is damaged.
    #[error("object {address}: {damage}; `sanchay store check` tells more")]
    Object {
        /// The object.
        address: Address,
        /// What is wrong with it.
        damage: Damage,
    },
    /// An object is not there.
    #[error(
        "object {address} is not in the store; `sanchay store check` tells \
         what else is missing"
    )]
    Missing {
        /// The object.
        address: Address,
    },
    /// There is no such snapshot.
    #[error(
        "there is no snapshot {wanted}: `sanchay store ls` lists what there \
         is"
    )]
    NoSnapshot {
        /// What was asked for, escaped.
        wanted: String,
    },
    /// Several snapshots are called so.
    #[error("several snapshots are called {wanted}: give more of its digits")]
    Ambiguous {
        /// What was asked for, escaped.
        wanted: String,
    },
    /// A name that cannot be one.
    #[error("a snapshot cannot be called {name}: {why}")]
    BadName {
        /// The name, escaped.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// Rows of a snapshot contradict each other.
    #[error("snapshot {snapshot}: {damage}")]
    Rows {
        /// The snapshot.
        snapshot: String,
        /// What is wrong.
        damage: Damage,
    },
    /// The rows of a snapshot are very many more bytes than they take.
    #[error(
        "snapshot {snapshot}: its rows unpack to more than 64 MiB and to more \
         than 250 times what they take in the store: no sanchay wrote that"
    )]
    Bomb {
        /// The snapshot.
        snapshot: String,
    },
    /// Garbage collection took away what the snapshot was built on, and it is
    /// not there to be put again.
    #[error(
        "what the snapshot was built on was removed meanwhile, and the \
         snapshot was dropped: put it again"
    )]
    Overtaken,
    /// Bytes could not be compressed.
    #[error("cannot compress: {}", describe_io_error(.0))]
    Compress(#[source] std::io::Error),
    /// The clock is beyond what a name can say.
    #[error("the system's clock is beyond the year 9999")]
    Clock,
    /// The run could not be carried out, or was cancelled.
    #[error(transparent)]
    Run(#[from] sanchay::Error),
}

impl StoreError {
    pub(crate) fn damaged(key: impl ToString) -> impl FnOnce(Damage) -> Self {
        let key = key.to_string();
        move |damage| Self::Damaged { key, damage }
    }

    /// Whether others got in the way, so that it can be tried again.
    pub(crate) const fn is_overtaken(&self) -> bool {
        matches!(self, Self::Overtaken) || self.is_missing()
    }

    /// Whether a file or an object is not there.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Backend(BackendError::NotFound { .. })
        )
    }
}
