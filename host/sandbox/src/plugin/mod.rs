//! Components of the user's own, in the same cage as ours.
//!
//! A [`Plugin`] implements one of the worlds `filter-plugin` and
//! `extractor-plugin` of the WIT package. It comes from a stranger: it is
//! screened before anything else is done with it, compiled in bounded time,
//! asked once what it is, and everything that it says is checked.
//!
//! A plugin whose failures have taken too long is given up, so that one that
//! does not answer does not cost its whole budget of time for each of a million
//! files.
#![cfg_attr(
    not(feature = "compile"),
    allow(dead_code, reason = "what is loaded must be compiled")
)]

#[cfg(feature = "compile")]
mod cache;
#[cfg(feature = "compile")]
mod census;
#[cfg(feature = "compile")]
mod compile;
mod describe;
mod error;
mod exports;
mod extractor;
mod filter;
#[cfg(feature = "compile")]
mod load;
mod patience;
#[cfg(feature = "compile")]
mod process;
#[cfg(feature = "compile")]
mod screen;
#[cfg(feature = "compile")]
mod stranger;
#[cfg(feature = "compile")]
mod trusted_folder;
mod value;
mod wire;

use std::fmt;
use std::sync::Arc;

use crate::exports::Exports;
use crate::link::Link;
use crate::shared::Shared;
use crate::{Fault, Limits};
use exports::{ExtractingExports, JudgingExports};
use patience::Patience;

#[cfg(feature = "compile")]
pub(crate) use census::nesting;
#[cfg(feature = "compile")]
pub use compile::{Compiler, compile_for};
pub use describe::{Column, Portion};
pub use error::PluginError;
pub use extractor::{Extractor, Sample};
pub use filter::{Judge, NameBatch};
#[cfg(feature = "compile")]
pub use load::PluginOptions;
#[cfg(feature = "compile")]
pub(crate) use stranger::Stranger;
pub use value::{Moment, Value, ValueType};

/// A plugin, ready to be instantiated. Clones share it.
#[derive(Clone)]
pub struct Plugin(Arc<Inner>);

struct Inner {
    name: String,
    version: String,
    role: Role,
    patience: Patience,
}

/// What a plugin does.
enum Role {
    Filter {
        shared: Arc<Shared<JudgingExports>>,
        metadata: bool,
    },
    Extractor {
        shared: Arc<Shared<ExtractingExports>>,
        columns: Arc<[Column]>,
        extensions: Vec<Vec<u8>>,
        portion: Portion,
    },
}

impl Plugin {
    /// What the plugin calls itself, 1 to 64 ASCII letters, digits, hyphens
    /// and underscores; or what [`Self::set_name`] calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Calls it something else in messages, where plugins that call themselves
    /// the same are to be told apart. Nothing happens once it has clones.
    pub fn set_name(&mut self, name: impl Into<String>) {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.name = name.into();
        }
    }

    /// Its version, for people.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The world that it implements.
    #[must_use]
    pub fn world(&self) -> &'static str {
        match self.0.role {
            Role::Filter { .. } => "filter-plugin",
            Role::Extractor { .. } => "extractor-plugin",
        }
    }

    /// The columns that it fills; none for a filter.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        match &self.0.role {
            Role::Filter { .. } => &[],
            Role::Extractor { columns, .. } => columns,
        }
    }

    /// The extensions of the files that it knows, in lower case and without
    /// their leading dots; where there is none, it knows all.
    #[must_use]
    pub fn extensions(&self) -> &[Vec<u8>] {
        match &self.0.role {
            Role::Filter { .. } => &[],
            Role::Extractor { extensions, .. } => extensions,
        }
    }

    /// Which bytes of a file it asks for; none for a filter.
    #[must_use]
    pub fn portion(&self) -> Portion {
        match &self.0.role {
            Role::Filter { .. } => Portion::Nothing,
            Role::Extractor { portion, .. } => *portion,
        }
    }

    /// Whether it is a filter that judges files by their sizes and times.
    #[must_use]
    pub fn wants_metadata(&self) -> bool {
        matches!(self.0.role, Role::Filter { metadata: true, .. })
    }

    /// What each of its instances may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        match &self.0.role {
            Role::Filter { shared, .. } => shared.limits(),
            Role::Extractor { shared, .. } => shared.limits(),
        }
    }

    /// An instance of a filter, for one thread at a time. It is made when it
    /// is first called.
    #[must_use]
    pub fn judge(&self) -> Option<Judge> {
        match &self.0.role {
            Role::Filter { shared, .. } => {
                Some(Judge::new(self.clone(), Arc::clone(shared)))
            }
            Role::Extractor { .. } => None,
        }
    }

    /// An instance of an extractor, for one thread at a time. It is made when
    /// it is first called.
    #[must_use]
    pub fn extractor(&self) -> Option<Extractor> {
        match &self.0.role {
            Role::Extractor { shared, .. } => {
                Some(Extractor::new(self.clone(), Arc::clone(shared)))
            }
            Role::Filter { .. } => None,
        }
    }

    /// Forgets earlier failures: a plugin that was given up gets another
    /// chance. To be called when a run begins.
    pub fn forgive(&self) {
        self.0.patience.restore();
    }

    /// Calls it, unless it was given up.
    fn attempt<E: Exports, R>(
        &self,
        link: &mut Link<E>,
        call: impl FnOnce(&mut Link<E>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let patience = &self.0.patience;
        if patience.is_at_its_end() {
            return Err(patience.over());
        }
        let answer = call(link);
        patience.lose(link.take_lost());
        answer
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.0.name)
            .field("version", &self.0.version)
            .field("world", &self.world())
            .field("columns", &self.columns())
            .finish_non_exhaustive()
    }
}
