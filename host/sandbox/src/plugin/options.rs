//! How a component is loaded as a plugin.

use std::path::PathBuf;
use std::time::Duration;

use super::Compiler;
use crate::Limits;

/// How a plugin is loaded.
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
    /// The SHA-256 that the component must have; any by default.
    pub digest: Option<[u8; 32]>,
    /// What it is called instead of what it calls itself, to distinguish
    /// plugins that call themselves the same.
    pub name: Option<String>,
    /// The settings that its user chose: keys, and values as they are
    /// written. Others have their defaults.
    pub settings: Vec<(String, String)>,
}

impl Default for PluginOptions {
    fn default() -> Self {
        Self {
            limits: Limits::of_plugins(),
            instances: 32,
            compile_time: Duration::from_secs(60),
            compiler: Compiler::default(),
            cache: None,
            digest: None,
            name: None,
            settings: Vec::new(),
        }
    }
}
