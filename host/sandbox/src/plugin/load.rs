//! Taking a component as a plugin.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::describe::{Extraction, extraction, identity};
use super::exports::{ExtractingExports, JudgingExports};
use super::screen::{Screened, World, screen};
use super::{Compiler, Inner, Patience, Plugin, PluginError, Role, Stranger};
use crate::engine::{Source, layout_for};
use crate::exports::Exports;
use crate::link::{Cage, Link};
use crate::shared::Shared;
use crate::{Fault, Limits};

/// How a plugin is taken in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PluginOptions {
    /// What each instance may use; [`Limits::of_plugins`] by default.
    pub limits: Limits,
    /// How many instances there will be at once: one per worker thread.
    pub instances: usize,
    /// How long compiling may take; 60 seconds by default. A process is
    /// counted its processor's time, a thread all time that passes.
    pub compile_time: Duration,
    /// Who compiles.
    pub compiler: Compiler,
    /// A folder that keeps what was compiled, by the digest of the component:
    /// an absolute path. It is made if need be, and not used where anyone but
    /// this user and root could write to it, or to a folder on the way to it,
    /// or made a link on the way. By default nothing is kept.
    pub cache: Option<PathBuf>,
}

impl Default for PluginOptions {
    fn default() -> Self {
        Self {
            limits: Limits::of_plugins(),
            instances: 32,
            compile_time: Duration::from_secs(60),
            compiler: Compiler::default(),
            cache: None,
        }
    }
}

impl Plugin {
    /// Takes a component as a plugin: looks it over, compiles it unless that
    /// was done before, and asks it what it is.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a [`PluginError`].
    pub fn load(
        component: &[u8],
        options: &PluginOptions,
    ) -> Result<Self, PluginError> {
        let Screened { world, overhead } = screen(component, &options.limits)?;
        let stranger = Stranger::new(component, overhead, options);
        // Said here, an error keeps its kind.
        stranger.code(layout_for(options.instances))?;
        let plugin = match world {
            World::Filter => filter(&stranger, options),
            World::Extractor => extractor(&stranger, options),
        };
        stranger.forget();
        plugin
    }
}

fn filter(
    stranger: &Stranger,
    options: &PluginOptions,
) -> Result<Plugin, PluginError> {
    let shared = shared::<JudgingExports>(stranger, options)?;
    let (said,) = Link::new(Arc::clone(&shared))
        .enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.describe.call(store, ())
        })
        .map_err(misfit)?;
    identity(&said.name, &said.version)?;
    let role = Role::Filter { shared, metadata: said.metadata };
    Ok(plugin(said.name, said.version, role, options))
}

fn extractor(
    stranger: &Stranger,
    options: &PluginOptions,
) -> Result<Plugin, PluginError> {
    let shared = shared::<ExtractingExports>(stranger, options)?;
    let (mut said,) = Link::new(Arc::clone(&shared))
        .enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.describe.call(store, ())
        })
        .map_err(misfit)?;
    identity(&said.name, &said.version)?;
    let name = std::mem::take(&mut said.name);
    let version = std::mem::take(&mut said.version);
    let memory = options.limits.memory_bytes();
    let Extraction { columns, extensions, portion } =
        extraction(said, memory)?;
    let role = Role::Extractor { shared, columns, extensions, portion };
    Ok(plugin(name, version, role, options))
}

fn plugin(
    name: String,
    version: String,
    role: Role,
    options: &PluginOptions,
) -> Plugin {
    let patience = Patience::new(&options.limits);
    Plugin(Arc::new(Inner { name, version, role, patience }))
}

fn shared<E: Exports>(
    stranger: &Stranger,
    options: &PluginOptions,
) -> Result<Arc<Shared<E>>, PluginError> {
    let source = Source::Stranger(stranger.clone());
    Shared::new(source, options.instances, options.limits.clone())
        .map_err(misfit)
}

/// An instance that cannot be set up is one of another world.
fn misfit(fault: Fault) -> PluginError {
    match fault {
        Fault::Setup(why) => PluginError::World(why),
        fault => PluginError::Fault(fault),
    }
}
