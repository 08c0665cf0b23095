//! `sanchay rename`: other names for entries, in their folders.

mod edit;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use sanchay::{Engine, ops::Verdict};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{name::NameArgs, plan::PlanArgs},
};

const EXAMPLES: &str = "\
Nothing is renamed without --apply, or a word of yours: --interactive asks, and
--edit does what was changed in the editor. The plan is printed, OLD → NEW, with
what stands in the way marked by an exclamation mark. In a pipe it is printed as
NDJSON, which sanchay apply takes.

Everything is found before anything is renamed: names that are taken, names
that two entries would get, names that are too long or none. Entries that swap
their names, or pass them on in a ring, go by a temporary name. A name is never
taken from what has it.

A template has the fields of --template of scan and hash: {name}, {stem},
{ext}, {parent}, {size}, {modified:%Y-%m-%d}, {hash:8}, ... {n:03} counts, in
each folder by itself with {n:03,parent}. {1} and {name} are groups of --match.
A field without a value is an error, unless another is given: {ext|\"none\"}.
Times are in the local time zone.

Only regular files are renamed, unless --kind says otherwise. Every run has a
journal: sanchay undo takes it back.

Examples:
  sanchay rename --to '{stem:slug}.{ext:lower}' ~/music
  sanchay rename --to '{modified:%Y-%m-%d}_{n:03}.{ext}' --sort modified photos
  sanchay rename --match '^IMG_(\\d+)' --to 'holiday-{1}.{ext}' --apply photos
  sanchay rename --replace 's/ +/_/g' --replace 's/[^\\w.]//g' --apply .
  sanchay rename --kind directory --to '{name:title}' ~/albums
  sanchay rename --edit -e txt notes";

/// Rename files by a template, by replacements, or in an editor.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for templates and examples.",
    after_long_help = EXAMPLES,
    group = ArgGroup::new("how")
        .args(["to", "replace", "edit"])
        .required(true)
        .multiple(true),
)]
pub(crate) struct RenameArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Edit the names in $VISUAL or $EDITOR, and apply what was changed
    ///
    /// Each line is a number and a name. A line that is removed leaves its
    /// entry as it is. With --plan, the plan is written and nothing is done.
    /// Where names are in conflict, nothing is done, and the file that was
    /// edited is kept.
    #[arg(long, conflicts_with_all = ["to", "replace"])]
    edit: bool,

    #[command(flatten)]
    name: NameArgs,

    #[command(flatten)]
    plan: PlanArgs,
}

impl RunCommand for RenameArgs {
    fn check(&self) -> Result<(), String> {
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let request = |engine: &Engine, roots| {
            let request = engine.rename(roots);
            self.name.name(request)
        };
        if !self.edit {
            return self.plan.carry_out(context, &self.roots, request);
        }
        // What took work to write is not thrown away where it was in vain.
        let mut written = None;
        let mut in_vain = true;
        let done = self.plan.carry_out_by(
            context,
            &self.roots,
            request,
            |request, messages| {
                let listed = request.list()?;
                messages.end_progress();
                let edited = edit::edit(&listed, messages)?;
                let names = written.insert(edited).names(&listed)?;
                let names = listed.into_iter().zip(names);
                let plan = request.exactly(names).plan()?;
                in_vain = plan.verdict() == Verdict::Refused;
                let mut act = self.plan.act.clone();
                act.apply = !act.interactive && act.plan.is_none();
                Ok((plan, act))
            },
        );
        if let Some(edited) = written
            && (in_vain || done.is_err())
        {
            edited.keep(&self.plan.run.messages(context, false));
        }
        done
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
