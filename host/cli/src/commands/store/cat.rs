//! `sanchay store cat`: what is in files of a snapshot.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::Args;
use sanchay::{Action, EntryError, storage::Opened, storage::Storage as _};

use super::StoreArgs;
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, messages::Messages, progress::ProgressDisplay,
};

/// How much is written at a time, in bytes.
const PIECE: usize = 1 << 20;

/// Write what is in files of a snapshot to standard output.
#[derive(Args, Debug)]
pub(crate) struct CatArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// The snapshot: latest, latest~1, a name, or its first digits
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,

    /// The files, by their paths in the snapshot
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

impl RunCommand for CatArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let failed = self.store.failed();
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let store = self.store.open()?;
        let snapshot = store.find(&self.snapshot).map_err(&failed)?;
        let tree = store.tree(&snapshot).map_err(&failed)?;
        let mut out = io::stdout().lock();
        let mut piece = vec![0; PIECE];
        let mut exit = Exit::Done;
        for path in &self.paths {
            let mut fail = |action, cause| {
                let error = EntryError::new(path.clone(), action, cause);
                messages.entry(&error.named());
                exit = Exit::Partly;
            };
            let file = match tree.open(path) {
                Ok(Opened::File(file, _)) => file,
                Ok(_) => {
                    let what =
                        sanchay::StorageError::NotRegular("a directory");
                    fail(Action::Open, what.into());
                    continue;
                }
                Err(error) => {
                    fail(Action::Open, error.into());
                    continue;
                }
            };
            let mut offset = 0;
            loop {
                let got = match file.read_at(&mut piece, offset) {
                    Ok(0) => break,
                    Ok(got) => got,
                    Err(error) => {
                        fail(Action::Read, error.into());
                        break;
                    }
                };
                offset += got as u64;
                let bytes = piece.get(..got).unwrap_or_default();
                out.write_all(bytes).map_err(|error| {
                    Failure::writing(PathBuf::new(), error)
                })?;
            }
        }
        out.flush()
            .map_err(|error| Failure::writing(PathBuf::new(), error))?;
        Ok(exit)
    }
}
