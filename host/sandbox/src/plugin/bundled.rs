//! The extractor that is embedded beside the inspector: what pictures and
//! films say of themselves.

use std::sync::{Arc, OnceLock};

use super::describe::{self, extraction};
use super::exports::ExtractingExports;
use super::settings::Settings;
use super::{FailureBudget, Inner, Plugin, Role};
use crate::caller::{Caller, Instance};
use crate::component::MEDIA;
use crate::engine::Embedded;
use crate::shared::Shared;
use crate::{Fault, Limits};

/// How many instances there may be at once; more make do with little address
/// space.
const INSTANCES: usize = 32;

impl Plugin {
    /// The bundled extractor, whose code is a part of the program. It is set
    /// up when it is first asked for, once for the whole process.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`]; and what else went wrong when it was first asked for.
    pub fn media() -> Result<Self, Fault> {
        static BUNDLED: OnceLock<Result<Plugin, Fault>> = OnceLock::new();
        BUNDLED.get_or_init(load).clone()
    }
}

fn load() -> Result<Plugin, Fault> {
    let limits = Limits::of_plugins();
    let source = Box::new(Embedded(&MEDIA));
    let shared: Arc<Shared<ExtractingExports>> =
        Shared::new(source, INSTANCES, limits.clone())?;
    let mut caller = Caller::new(Arc::clone(&shared));
    let (mut said,) = caller.call(|instance| {
        let Instance { store, exports, .. } = instance;
        exports.describe.call(store, ())
    })?;
    let name = std::mem::take(&mut said.name);
    let version = std::mem::take(&mut said.version);
    let (facts, memory) = (said.facts, limits.memory_bytes());
    let (columns, selections) = extraction(said, &name, memory)
        .map_err(|why| Fault::Setup(why.to_string()))?;
    let most = describe::most(memory);
    let role = Role::Extractor { shared, columns, selections, facts, most };
    let failure_budget = FailureBudget::new(&limits);
    let settings = Settings::default();
    let inner = Inner { name, version, role, settings, failure_budget };
    Ok(Plugin(Arc::new(inner)))
}
