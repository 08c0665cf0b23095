//! An untrusted component and its machine code: out of the cache, or made and
//! put there.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sanchay_sandbox_config::{self as config, Layout};
use sanchay_sync::lock;
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use super::cache::Cache;
use super::compile::{Compiler, unusable};
use super::{PluginError, PluginOptions};

/// A component that is not ours. Clones share it.
#[derive(Clone)]
pub(crate) struct UntrustedComponent(Arc<Inner>);

struct Inner {
    component: Box<[u8]>,
    digest: [u8; 32],
    overhead: usize,
    compiler: Compiler,
    time: Duration,
    cache: Option<PathBuf>,
    /// Machine code that was made and is about to be used.
    ready: Mutex<Option<(Layout, Arc<[u8]>)>>,
}

impl UntrustedComponent {
    /// A component that was validated, for each instance of which the host has
    /// `overhead` bytes.
    pub(super) fn new(
        component: &[u8],
        overhead: usize,
        options: &PluginOptions,
    ) -> Self {
        Self(Arc::new(Inner {
            component: component.into(),
            overhead,
            digest: Sha256::digest(component).into(),
            compiler: options.compiler.clone(),
            time: options.compile_time,
            cache: options.cache.clone(),
            ready: Mutex::new(None),
        }))
    }

    /// What the host has for each instance, in bytes.
    pub(crate) fn overhead(&self) -> usize {
        self.0.overhead
    }

    /// The component's machine code for this processor.
    pub(crate) fn code(
        &self,
        layout: Layout,
    ) -> Result<Arc<[u8]>, PluginError> {
        let inner = &*self.0;
        let mut ready = lock(&inner.ready);
        if let Some((_, code)) = ready.as_ref().filter(|it| it.0 == layout) {
            return Ok(Arc::clone(code));
        }
        let key = self.key(layout)?;
        let cache = inner.cache.as_deref().and_then(Cache::open);
        let known = cache.as_ref().and_then(|cache| cache.get(&key));
        let code: Arc<[u8]> = match known {
            Some(code) => code.into(),
            None => {
                let Inner { component, compiler, time, .. } = inner;
                let code = compiler.compile(component, layout, *time)?;
                if let Some(cache) = cache {
                    cache.put(&key, &code);
                }
                code.into()
            }
        };
        *ready = Some((layout, Arc::clone(&code)));
        Ok(code)
    }

    /// Lets go of machine code that was not used.
    pub(super) fn forget(&self) {
        let mut ready = lock(&self.0.ready);
        *ready = None;
    }

    /// What the machine code is kept under: the component's digest, and
    /// everything about the engine that decides whether it can run it.
    fn key(&self, layout: Layout) -> Result<String, PluginError> {
        let engine = Engine::new(&config::shared(layout)).map_err(unusable)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let mut key = String::with_capacity(81);
        for byte in self.0.digest {
            key.push_str(&format!("{byte:02x}"));
        }
        key.push_str(&format!("-{:016x}", hasher.finish()));
        Ok(key)
    }
}
