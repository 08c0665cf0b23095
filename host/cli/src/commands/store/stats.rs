//! `sanchay store stats`: what a store takes up.

use clap::Args;
use sanchay_core::{append::append, size::HumanBytes};

use super::StoreArgs;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Inputs, put},
};

/// Tell what a store takes up, and what it would without it.
#[derive(Args, Debug)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Print a JSON object, with all sizes in bytes
    #[arg(long)]
    json: bool,
}

impl RunCommand for StatsArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let store = self.store.open()?;
        let of = store.stats().map_err(self.store.failed())?;
        let counts = [
            ("snapshots", of.snapshots, None),
            ("files", of.files, Some(("bytes", of.bytes))),
            ("objects", of.objects, Some(("object_bytes", of.object_bytes))),
            (
                "referenced",
                of.referenced,
                Some(("referenced_bytes", of.referenced_bytes)),
            ),
            ("packs", of.packs, Some(("stored", of.stored))),
            (
                "condemned",
                of.condemned,
                Some(("condemned_bytes", of.condemned_bytes)),
            ),
        ];
        let mut text = Vec::new();
        for (name, count, size) in counts {
            if self.json {
                let comma = if text.is_empty() { "{" } else { "," };
                append(&mut text, format_args!("{comma}\"{name}\":{count}"));
                if let Some((name, bytes)) = size {
                    append(&mut text, format_args!(",\"{name}\":{bytes}"));
                }
                continue;
            }
            append(&mut text, format_args!("{name:10} {count:>12}"));
            if let Some((_, bytes)) = size {
                append(&mut text, format_args!(" {:>11}", HumanBytes(bytes)));
            }
            text.push(b'\n');
        }
        if self.json {
            text.extend_from_slice(b"}\n");
        }
        put(None, &Inputs::default(), &text)?;
        Ok(Exit::Done)
    }
}
