//! Components of the user's own, in the same sandbox as ours.
//!
//! A [`Plugin`] implements one of the worlds `filter-plugin` and
//! `extractor-plugin` of the WIT package. It is not trusted: it is
//! validated before anything else is done with it, compiled in bounded time,
//! asked once what it is, and everything that it says is checked.
//!
//! A plugin whose failures have taken too long is disabled, so that one that
//! does not answer does not use its whole time budget for each of a million
//! files.
#![cfg_attr(
    not(feature = "compile"),
    allow(dead_code, reason = "what is loaded must be compiled")
)]

mod bundled;
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
mod failure_budget;
mod filter;
#[cfg(feature = "compile")]
mod load;
#[cfg(feature = "compile")]
mod options;
mod pattern;
mod pieces;
#[cfg(feature = "images")]
mod preview_size;
#[cfg(feature = "compile")]
mod process;
mod settings;
#[cfg(feature = "compile")]
mod source;
#[cfg(all(feature = "compile", unix))]
mod trusted_folder;
#[cfg(feature = "compile")]
mod untrusted;
#[cfg(feature = "compile")]
mod validate;
mod wire;

use std::fmt;
use std::sync::Arc;

use crate::caller::Caller;
use crate::exports::Exports;
use crate::shared::Shared;
use crate::{Fault, Limits};
use exports::{ExtractingExports, MatchingExports};
use failure_budget::FailureBudget;
use settings::Settings;

#[cfg(feature = "compile")]
pub(crate) use census::nesting;
#[cfg(feature = "compile")]
pub use compile::{Compiler, CompilerProgram, compile_for};
pub use describe::{ByteRange, Column, Selection};
pub use error::PluginError;
pub use extractor::{ExtractError, Extractor, Interest, Sample};
pub use filter::{NameBatch, PluginFilter};
#[cfg(feature = "compile")]
pub use options::PluginOptions;
pub use pattern::Pattern;
pub use pieces::Source;
#[cfg(feature = "images")]
pub use preview_size::PreviewSize;
pub use sanchay_core::time::Timestamp;
pub use sanchay_core::value::{Value, ValueType};
pub use settings::{Setting, SettingType, SettingValue};
#[cfg(feature = "compile")]
pub(crate) use untrusted::UntrustedComponent;
pub use wire::Facts;

/// A plugin, ready to be instantiated. Clones share it.
#[derive(Clone)]
pub struct Plugin(Arc<Inner>);

struct Inner {
    name: String,
    version: String,
    role: Role,
    settings: Settings,
    failure_budget: FailureBudget,
}

/// What a plugin does.
enum Role {
    Filter {
        shared: Arc<Shared<MatchingExports>>,
        metadata: bool,
    },
    Extractor {
        shared: Arc<Shared<ExtractingExports>>,
        columns: Arc<[Column]>,
        selections: Vec<Selection>,
        facts: Facts,
        /// How many bytes of one file it may be passed.
        most: u64,
    },
}

impl Plugin {
    /// What the plugin calls itself, or what [`PluginOptions::name`] calls it:
    /// 1 to 64 ASCII letters, digits, hyphens and underscores. It is the
    /// prefix of its columns.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
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

    /// The columns that it fills, with its name before theirs; none for a
    /// filter.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        match &self.0.role {
            Role::Filter { .. } => &[],
            Role::Extractor { columns, .. } => columns,
        }
    }

    /// The files that it takes; none for a filter.
    #[must_use]
    pub fn selections(&self) -> &[Selection] {
        match &self.0.role {
            Role::Filter { .. } => &[],
            Role::Extractor { selections, .. } => selections,
        }
    }

    /// The facts that it wants about a file besides its size and contents. If
    /// it wants none, a file's values depend only on its contents, the
    /// settings and the component.
    #[must_use]
    pub fn facts(&self) -> Facts {
        match &self.0.role {
            Role::Filter { .. } => Facts::default(),
            Role::Extractor { facts, .. } => *facts,
        }
    }

    /// Its settings and their values.
    pub fn settings(&self) -> impl Iterator<Item = (&Setting, &SettingValue)> {
        let settings = &self.0.settings;
        settings.all().iter().zip(settings.values())
    }

    /// Whether it is a filter that matches files by their sizes and times.
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
    pub fn filter(&self) -> Option<PluginFilter> {
        match &self.0.role {
            Role::Filter { shared, .. } => {
                Some(PluginFilter::new(self.clone(), Arc::clone(shared)))
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

    /// Forgets earlier failures: a disabled plugin gets another chance. To be
    /// called when a run begins.
    pub fn forgive(&self) {
        self.0.failure_budget.reset();
    }

    /// Calls it, unless it is disabled.
    fn attempt<E: Exports, R>(
        &self,
        caller: &mut Caller<E>,
        call: impl FnOnce(&mut Caller<E>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let failure_budget = &self.0.failure_budget;
        if failure_budget.is_exhausted() {
            return Err(failure_budget.fault());
        }
        let answer = call(caller);
        failure_budget.record(caller.take_lost());
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
