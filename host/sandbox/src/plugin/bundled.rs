//! The extractors that are embedded beside the inspector: what pictures and
//! films say of themselves, and what pictures look like.

use std::sync::{Arc, OnceLock};

use super::describe::{self, extraction};
use super::exports::ExtractingExports;
#[cfg(feature = "images")]
use super::preview_size::PreviewSize;
use super::settings::Settings;
use super::{FailureBudget, Inner, Plugin, Role};
use crate::caller::{Caller, Instance};
use crate::component::{Bundle, MEDIA};
use crate::engine::Embedded;
use crate::shared::Shared;
use crate::{Fault, Limits};

/// How many instances there may be at once; more make do with little address
/// space.
const INSTANCES: usize = 32;

/// How large a picture may be as a file, in bytes.
#[cfg(feature = "images")]
const PICTURE: u64 = 128 << 20;

/// The same of one of which a small copy is wanted.
#[cfg(feature = "images")]
const PREVIEWED: u64 = 64 << 20;

impl Plugin {
    /// The bundled extractor, whose code is a part of the program. It is set
    /// up when it is first asked for, once for the whole process.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`]; and what else went wrong when it was first asked for.
    pub fn media() -> Result<Self, Fault> {
        static BUNDLED: OnceLock<Result<Plugin, Fault>> = OnceLock::new();
        let set_up = || {
            let limits = Limits::of_plugins();
            let most = describe::most(limits.memory_bytes());
            load(&MEDIA, limits, most, &[])
        };
        BUNDLED.get_or_init(set_up).clone()
    }

    /// The bundled extractor of thumbnails: its columns are the width, the
    /// height and the thumbnail of a picture. An instance may use 768 MiB of
    /// memory, and 30 seconds for a picture. It is set up when it is first
    /// asked for, once for the whole process.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`]; and what else went wrong when it was first asked for.
    #[cfg(feature = "images")]
    pub fn pictures() -> Result<Self, Fault> {
        use std::time::Duration;

        use crate::component::PICTURES;

        static BUNDLED: OnceLock<Result<Plugin, Fault>> = OnceLock::new();
        let set_up = || {
            // A picture of 100 million pixels, its file, and what decodes it.
            let limits = Limits::of_plugins()
                .memory(768 << 20)
                .stack(1 << 20)
                .call_budget(Duration::from_secs(30));
            load(&PICTURES, limits, PICTURE, &[])
        };
        BUNDLED.get_or_init(set_up).clone()
    }

    /// The same, which tells small copies of pictures for people as well: its
    /// last column. An instance may use 512 MiB of memory, and eight seconds
    /// for a picture, of whose file it is passed at most 64 MiB. Each size of
    /// copies is set up when it is first asked for, once for the whole process.
    ///
    /// # Errors
    ///
    /// As [`pictures`](Self::pictures).
    #[cfg(feature = "images")]
    pub fn previews(size: PreviewSize) -> Result<Self, Fault> {
        use std::time::Duration;

        use crate::component::PICTURES;

        static SMALL: OnceLock<Result<Plugin, Fault>> = OnceLock::new();
        static LARGE: OnceLock<Result<Plugin, Fault>> = OnceLock::new();
        let bundled = match size {
            PreviewSize::Small => &SMALL,
            PreviewSize::Large => &LARGE,
        };
        let set_up = || {
            let limits = Limits::of_plugins()
                .memory(512 << 20)
                .stack(1 << 20)
                .answer(size.answer())
                .call_budget(Duration::from_secs(8));
            let side = ("side".to_owned(), size.side().to_string());
            load(&PICTURES, limits, PREVIEWED, &[side])
        };
        bundled.get_or_init(set_up).clone()
    }
}

/// Sets an extractor up that is called with these limits, and passed at most so
/// many bytes of a file.
fn load(
    bundle: &'static Bundle,
    limits: Limits,
    most: u64,
    settings: &[(String, String)],
) -> Result<Plugin, Fault> {
    let source = Box::new(Embedded(bundle));
    let shared: Arc<Shared<ExtractingExports>> =
        Shared::new(source, INSTANCES, limits.clone())?;
    let mut caller = Caller::new(Arc::clone(&shared));
    let (mut said,) = caller.call(|instance| {
        let Instance { store, exports, .. } = instance;
        exports.describe.call(store, ())
    })?;
    let name = std::mem::take(&mut said.name);
    let version = std::mem::take(&mut said.version);
    let declared = std::mem::take(&mut said.settings);
    let (facts, memory) = (said.facts, limits.memory_bytes());
    let (columns, selections) = extraction(said, &name, memory)
        .map_err(|why| Fault::Setup(why.to_string()))?;
    let role = Role::Extractor { shared, columns, selections, facts, most };
    let failure_budget = FailureBudget::new(&limits);
    let settings = Settings::declared(declared)
        .and_then(|it| it.set(settings))
        .map_err(|why| Fault::Setup(why.to_string()))?;
    settings.tell(&mut caller)?.map_err(Fault::Setup)?;
    let inner = Inner { name, version, role, settings, failure_budget };
    Ok(Plugin(Arc::new(inner)))
}
