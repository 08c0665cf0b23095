//! What the commands have in common that plan something for what they walk.

use std::path::PathBuf;

use clap::Args;
use sanchay::{
    Engine,
    ops::{Plan, PlanRequest},
};

use super::{
    act::ActArgs, catalog::CatalogArgs, run::RunArgs, walk::WalkArgs,
};
use crate::{
    commands::acting::Acting, context::Context, exit::Exit, failure::Failure,
    messages::Messages,
};

/// What is planned for, and what is done with the plan.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) act: ActArgs,

    #[command(flatten)]
    pub(crate) walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl PlanArgs {
    /// Whether the options go together.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.walk.check_acting()
    }

    /// Makes a plan for what is below the roots, and does with it what the
    /// arguments say.
    pub(crate) fn carry_out(
        &self,
        context: &Context,
        roots: &[PathBuf],
        request: impl FnOnce(&Engine, Vec<PathBuf>) -> PlanRequest,
    ) -> Result<Exit, Failure> {
        let plan = |request: PlanRequest, _: &Messages| {
            Ok((request.plan()?, self.act.clone()))
        };
        self.carry_out_by(context, roots, request, plan)
    }

    /// As [`carry_out`](Self::carry_out), with a plan that is made in another
    /// way, and what is done with that.
    pub(crate) fn carry_out_by(
        &self,
        context: &Context,
        roots: &[PathBuf],
        request: impl FnOnce(&Engine, Vec<PathBuf>) -> PlanRequest,
        plan: impl FnOnce(
            PlanRequest,
            &Messages,
        ) -> Result<(Plan, ActArgs), Failure>,
    ) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let request = request(&engine, roots)
            .options(catalog.left_out(self.walk.acting_options()))
            .monitor(&messages.monitor(&interrupt.cancel));
        let (plan, act) = plan(request, &messages)?;
        let acting = Acting {
            context,
            messages: &messages,
            engine: &engine,
            interrupt: &interrupt,
            quiet: self.run.quiet,
        };
        acting.carry_out(plan, &act)
    }
}
