//! `sanchay worker`: the jobs of services that share a database.

use std::path::PathBuf;

use clap::Args;
use sanchay_service::work;

use super::serve::WorkArgs;
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::catalog::CatalogArgs,
};

const EXAMPLES: &str = "\
A worker takes jobs from the database of --database as services do, and answers
no requests. It takes those whose roots are all among its ROOTs, at the same
paths. With --allow-write it takes those that apply plans, too, and needs the
--state-dir of the services for that. It prints a line when it waits for jobs.

Examples:
  sanchay worker --database postgres://sanchay@db/sanchay --jobs 4 /srv";

/// Run the jobs of services that share a database
#[derive(Args, Debug)]
#[command(after_help = "See --help for examples.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct WorkerArgs {
    /// The folders that may be looked at
    #[arg(value_name = "ROOT", required = true)]
    pub(crate) roots: Vec<PathBuf>,

    /// Take the jobs that change files as well: plans that are applied and
    /// undone
    #[arg(long)]
    allow_write: bool,

    #[command(flatten)]
    work: WorkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

impl RunCommand for WorkerArgs {
    fn check(&self) -> Result<(), String> {
        match self.work.is_shared() {
            true => self.work.check(),
            false => Err("a worker needs --database, where the jobs are: \
                          sanchay serve runs its own"
                .to_owned()),
        }
    }

    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let roots = self.roots.clone();
        let mut config = self.work.config(roots, &self.catalog)?;
        config.allow_write = self.allow_write;
        work(config, || anstream::println!("waiting for jobs"))?;
        Ok(Exit::Done)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
