//! Taking a component as a plugin.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::describe::{self, extraction, identity};
use super::error::shortened;
use super::exports::{ExtractingExports, MatchingExports};
use super::settings::{Configurable, Settings};
use super::validate::{Validated, World, validate};
use super::{
    FailureBudget, Inner, Plugin, PluginError, PluginOptions, Role,
    UntrustedComponent, wire,
};
use crate::Fault;
use crate::caller::{Caller, Instance};
use crate::engine::layout_for;
use crate::exports::Exports;
use crate::shared::Shared;

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
        if let Some(expected) = options.digest {
            let is: [u8; 32] = Sha256::digest(component).into();
            if is != expected {
                return Err(PluginError::Digest { is, expected });
            }
        }
        let Validated { world, overhead } =
            validate(component, &options.limits)?;
        let untrusted = UntrustedComponent::new(component, overhead, options);
        // Compiles now, so that an error keeps its kind.
        untrusted.code(layout_for(options.instances))?;
        let plugin = match world {
            World::Filter => filter(&untrusted, options),
            World::Extractor => extractor(&untrusted, options),
        };
        untrusted.forget();
        plugin
    }
}

fn filter(
    untrusted: &UntrustedComponent,
    options: &PluginOptions,
) -> Result<Plugin, PluginError> {
    let shared = shared::<MatchingExports>(untrusted, options)?;
    let mut caller = Caller::new(Arc::clone(&shared));
    let (said,) = caller
        .call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.describe.call(store, ())
        })
        .map_err(misfit)?;
    identity(&said.name, &said.version)?;
    let name = named(said.name, options)?;
    let settings = set_up(said.settings, &mut caller, options)?;
    let role = Role::Filter { shared, metadata: said.metadata };
    Ok(plugin(name, said.version, role, settings, options))
}

fn extractor(
    untrusted: &UntrustedComponent,
    options: &PluginOptions,
) -> Result<Plugin, PluginError> {
    let shared = shared::<ExtractingExports>(untrusted, options)?;
    let mut caller = Caller::new(Arc::clone(&shared));
    let (mut said,) = caller
        .call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.describe.call(store, ())
        })
        .map_err(misfit)?;
    identity(&said.name, &said.version)?;
    let name = named(std::mem::take(&mut said.name), options)?;
    let version = std::mem::take(&mut said.version);
    let declared = std::mem::take(&mut said.settings);
    let memory = options.limits.memory_bytes();
    let facts = said.facts;
    let (columns, selections) = extraction(said, &name, memory)?;
    let settings = set_up(declared, &mut caller, options)?;
    let most = describe::most(memory);
    let role = Role::Extractor { shared, columns, selections, facts, most };
    Ok(plugin(name, version, role, settings, options))
}

/// A plugin's name: the user's, or its own.
fn named(own: String, options: &PluginOptions) -> Result<String, PluginError> {
    match &options.name {
        None => Ok(own),
        Some(name) if describe::is_name(name) => Ok(name.clone()),
        Some(_) => Err(PluginError::Setting(
            "a name has 1 to 64 ASCII letters, digits, hyphens and \
             underscores"
                .into(),
        )),
    }
}

/// Sets the plugin's settings and lets it reject them.
fn set_up<E: Configurable>(
    declared: Vec<wire::Setting>,
    caller: &mut Caller<E>,
    options: &PluginOptions,
) -> Result<Settings, PluginError> {
    let settings = Settings::declared(declared)?.set(&options.settings)?;
    settings
        .tell(caller)?
        .map_err(|complaint| PluginError::Setting(shortened(&complaint)))?;
    Ok(settings)
}

fn plugin(
    name: String,
    version: String,
    role: Role,
    settings: Settings,
    options: &PluginOptions,
) -> Plugin {
    let failure_budget = FailureBudget::new(&options.limits);
    Plugin(Arc::new(Inner { name, version, role, settings, failure_budget }))
}

fn shared<E: Exports>(
    untrusted: &UntrustedComponent,
    options: &PluginOptions,
) -> Result<Arc<Shared<E>>, PluginError> {
    let source = Box::new(untrusted.clone());
    Shared::new(source, options.instances, options.limits.clone())
        .map_err(misfit)
}

/// A component that cannot be set up belongs to another world.
fn misfit(fault: Fault) -> PluginError {
    match fault {
        Fault::Setup(why) => PluginError::World(why),
        fault => PluginError::Fault(fault),
    }
}
