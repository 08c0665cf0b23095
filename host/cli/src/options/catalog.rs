//! Digests that are remembered from one run to the next.

#[cfg(feature = "catalog")]
use std::path::Path;
use std::path::PathBuf;
#[cfg(any(feature = "catalog", feature = "store"))]
use std::sync::Arc;

use clap::Args;
#[cfg(feature = "catalog")]
use clap::{ValueEnum, ValueHint, builder::PossibleValue};
use sanchay::WalkOptions;
#[cfg(feature = "catalog")]
use sanchay_catalog::{
    Catalog, CatalogError, CatalogOptions, Trust, find_user_catalog,
    user_catalog,
};

use crate::{failure::Failure, messages::Messages};

/// Which catalog, and what it is trusted with.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Catalog")]
pub(crate) struct CatalogArgs {
    /// Remember digests in FILE, and read no file again that is as it was
    ///
    /// Without FILE, the catalog is $XDG_DATA_HOME/sanchay/catalog.db; give
    /// --catalog behind the paths then. What is remembered of a file counts
    /// while its inode, size, modification and change time are the same. Files
    /// on network file systems, FUSE and FAT are always read.
    #[cfg(feature = "catalog")]
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        value_hint = ValueHint::FilePath
    )]
    catalog: Option<Option<PathBuf>>,

    /// What shows that a file is as it was
    #[cfg(feature = "catalog")]
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "changed",
        hide_short_help = true
    )]
    catalog_trust: TrustArg,
}

/// What shows that a file is as it was.
#[cfg(feature = "catalog")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TrustArg {
    /// Its size, and its times of modification and change.
    #[default]
    Changed,
    /// Its size, and its time of modification.
    Modified,
}

#[cfg(feature = "catalog")]
impl ValueEnum for TrustArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Changed, Self::Modified]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Changed => PossibleValue::new("changed").help(
                "size, modification time and change time: no program can set \
                 the last",
            ),
            Self::Modified => PossibleValue::new("modified").help(
                "size and modification time: renamed files are not read \
                 again, and neither are files whose time was set back",
            ),
        })
    }
}

/// The catalog of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct OpenCatalog {
    #[cfg(feature = "catalog")]
    catalog: Option<Arc<Catalog>>,
}

impl CatalogArgs {
    /// Opens the catalog, if there is to be one. One that cannot be opened for
    /// want of rights or room costs a message, and all files are read.
    pub(crate) fn open(
        &self,
        messages: &Messages,
    ) -> Result<OpenCatalog, Failure> {
        #[cfg(feature = "catalog")]
        if let Some(given) = &self.catalog {
            let path = match given {
                Some(path) => path.clone(),
                None => user_catalog()?,
            };
            let catalog = match self.open_at(&path, messages) {
                Ok(catalog) => Some(Arc::new(catalog)),
                Err(
                    error @ (CatalogError::Sqlite { .. }
                    | CatalogError::Io { .. }),
                ) => {
                    messages.say(format_args!("{error}; every file is read"));
                    None
                }
                Err(error) => return Err(error.into()),
            };
            return Ok(OpenCatalog { catalog });
        }
        let _ = messages;
        Ok(OpenCatalog::default())
    }

    /// The catalog that a command is about: the one that was given, or the
    /// user's own.
    #[cfg(feature = "catalog")]
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        match &self.catalog {
            Some(Some(path)) => Ok(path.clone()),
            Some(None) | None => Ok(user_catalog()?),
        }
    }

    /// Opens the catalog that a command is about.
    #[cfg(feature = "catalog")]
    pub(crate) fn require(
        &self,
        messages: &Messages,
    ) -> Result<OpenCatalog, Failure> {
        let path = self.path()?;
        let catalog = self.open_at(&path, messages)?;
        Ok(OpenCatalog { catalog: Some(Arc::new(catalog)) })
    }

    /// The same for a command that only looks: one that is not there is not
    /// made.
    #[cfg(feature = "catalog")]
    pub(crate) fn require_existing(
        &self,
        messages: &Messages,
    ) -> Result<OpenCatalog, Failure> {
        let path = self.path()?;
        if let Err(source) = std::fs::metadata(&path) {
            let action = "open it";
            return Err(CatalogError::Io { path, action, source }.into());
        }
        self.require(messages)
    }

    /// Opens what a command looks in that need not have a catalog: the one
    /// that was given; and where a snapshot may be named, the user's own if
    /// there is one.
    #[cfg(feature = "catalog")]
    pub(crate) fn to_look_in(
        &self,
        names_snapshot: bool,
        messages: &Messages,
    ) -> Result<OpenCatalog, Failure> {
        let is_there = || match &self.catalog {
            Some(Some(path)) => path.exists(),
            Some(None) | None => find_user_catalog().is_some(),
        };
        match names_snapshot && is_there() {
            true => self.require(messages),
            false => self.open(messages),
        }
    }

    #[cfg(feature = "catalog")]
    fn open_at(
        &self,
        path: &Path,
        messages: &Messages,
    ) -> Result<Catalog, CatalogError> {
        let trust = match self.catalog_trust {
            TrustArg::Changed => Trust::Changed,
            TrustArg::Modified => Trust::Modified,
        };
        let notice = Some(messages.notices());
        Catalog::open(path, CatalogOptions { trust, notice })
    }
}

impl OpenCatalog {
    /// The catalog of a command that is about one.
    #[cfg(feature = "catalog")]
    pub(crate) fn get(&self) -> Result<Arc<Catalog>, Failure> {
        self.catalog.clone().ok_or(Failure::NoCatalogFolder)
    }

    /// The catalog, or one that has nothing.
    #[cfg(feature = "catalog")]
    pub(crate) fn get_or_empty(&self) -> Arc<Catalog> {
        let empty = || Arc::new(Catalog::empty());
        self.catalog.clone().unwrap_or_else(empty)
    }

    /// An engine that asks the catalog.
    pub(crate) fn remembered_by(
        &self,
        builder: sanchay::EngineBuilder,
    ) -> sanchay::EngineBuilder {
        #[cfg(feature = "catalog")]
        if let Some(catalog) = &self.catalog {
            return builder.cache(Arc::clone(catalog) as _);
        }
        builder
    }

    /// What knows digests, for who reads files by itself.
    #[cfg(feature = "store")]
    pub(crate) fn cache(&self) -> Option<Arc<dyn sanchay::DigestCache>> {
        #[cfg(feature = "catalog")]
        if let Some(catalog) = &self.catalog {
            return Some(Arc::clone(catalog) as _);
        }
        None
    }

    /// The catalog's file, which the output must not replace.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        #[cfg(feature = "catalog")]
        if let Some(catalog) = &self.catalog {
            return vec![catalog.path().to_owned()];
        }
        Vec::new()
    }

    /// A walk that leaves out the catalog's own files.
    pub(crate) fn left_out(&self, walk: WalkOptions) -> WalkOptions {
        #[cfg(feature = "catalog")]
        if let Some(catalog) = &self.catalog {
            let mut walk = walk;
            let others = !walk.leave_out.is_empty();
            let within = catalog.directory_id().filter(|_| !others);
            walk.leave_out_within = within.into_iter().collect();
            walk.leave_out.extend(catalog.ids());
            return walk;
        }
        walk
    }
}
