//! `sanchay plugin wit`: writes out the WIT package that plugins are compiled
//! against.

use std::path::PathBuf;

use clap::Args;
use sanchay_plugin_templates::wit::FILES;

use super::folder;
use crate::{context::Context, exit::Exit, failure::Failure};

/// Write the interfaces of plugins as WIT files.
///
/// Tools for other languages need these files, among them wit-bindgen, jco and
/// componentize-py. sanchay plugin new writes them, too.
#[derive(Args, Debug)]
pub(crate) struct WitArgs {
    /// The folder; it is created, and must not exist, or be empty
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl WitArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let count = FILES.len();
        let what = format_args!("the package sanchay:inspect, {count} files");
        folder::make(context, &self.folder, FILES.iter().copied(), what)
    }
}
