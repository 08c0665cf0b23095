//! `sanchay dedupe`: of files that are the same, or similar, one stays.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValue};
use sanchay::{
    DuplicateOptions, Filter, WalkOptions,
    ops::{DedupeAction, DedupeRequest},
};
use sanchay_core::{keep::KeepRules, size};
use sanchay_names::OsStringExt;

use super::acting::Acting;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{
        act::{ActArgs, ConflictArg},
        algorithm::IdentifyingArgs,
        catalog::CatalogArgs,
        groups::GroupArgs,
        likeness::LikenessArgs,
        run::RunArgs,
        walk::WalkArgs,
    },
};

const EXAMPLES: &str = "\
Nothing happens without --apply: the plan is printed, a line for each file that
makes way, FILE = KEPT, and what it frees goes to standard error. Groups are
found as sanchay dupes finds them.

One file of each group stays. The rules of --keep decide, in the order in which
they are given; each leaves the files that it likes best to the next:
  oldest, newest                by modification time
  largest, smallest             with --similar: by bytes, pictures by pixels first
  shortest-path, longest-path   by the bytes of the path
  first-root                    in the ROOT that was given first
  under:DIR                     beneath DIR
  regex:REGEX                   whose path has a match
Paths are those from the top, as /srv/a/b. Where the rules leave several, the
first path in the order of bytes stays, and the plan says so. Files of
--reference and --against all stay, and one of them is kept.

With hardlink, the plan says where a file has another owner, other permissions
or extended attributes than the one that stays: it loses them.

Right before a file makes way, both are compared byte by byte. One that was
changed since the plan was made stays, and is named. Names of one file (hard
links) are no duplicates of each other, unless --hardlinks is given. With
hardlink and reflink, only files on one device make a group.

Every run has a journal: sanchay undo gives the files back, each with its owner,
permissions, times and extended attributes.

With --similar, texts make way that are nearly the same, or with --images
pictures that look the same, as sanchay similar finds them. Each makes way for a
file that it is itself as alike as --threshold says; what is like no file that
stays, stays. A line is - FILE ~ KEPT, with how alike the two are. They are not
compared once more, but each must be what it was when it was judged. Links are
refused, and what --action delete removed is gone for good: trash and move-to
can be undone.

Examples:
  sanchay dedupe --action hardlink ~/photos
  sanchay dedupe --action hardlink --keep oldest --apply ~/photos
  sanchay dedupe --action trash --keep under:masters --keep shortest-path .
  sanchay dedupe --action delete --reference /srv/masters --apply /srv/inbox
  sanchay dedupe --action move-to --into /srv/doubles --plan doubles.plan /srv
  sanchay dedupe --similar --images --action trash --keep largest ~/Pictures";

/// Have files make way that are the same as one that stays, or similar.
#[derive(Args, Debug)]
#[command(after_help = "See --help for rules and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct DedupeArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// What becomes of a file that is the same as one that stays
    #[arg(long, value_name = "ACTION", value_enum)]
    action: ActionArg,

    /// The folder that files go into with --action move-to
    ///
    /// They go into folders like those below each ROOT, which are made.
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        required_if_eq("action", "move-to")
    )]
    into: Option<PathBuf>,

    /// With --action move-to: what to do where a name is taken
    #[arg(long, value_name = "HOW", value_enum, default_value = "error")]
    on_conflict: ConflictArg,

    /// With --action move-to: refuse names that Windows would refuse or change
    #[arg(long)]
    portable: bool,

    /// Which file stays: oldest, newest, largest, smallest, shortest-path,
    /// longest-path, first-root, under:DIR or regex:REGEX; repeatable
    ///
    /// Each rule leaves the files that it likes best to the next one.
    #[arg(long, value_name = "RULE")]
    keep: Vec<OsString>,

    /// Count hard links to one file as separate files
    #[arg(long)]
    hardlinks: bool,

    /// Have files make way that are only similar, as sanchay similar finds
    /// them
    ///
    /// For --action trash, delete and move-to.
    #[arg(
        long,
        conflicts_with_all = [
            "against", "algorithm", "hardlinks", "min_group", "same_device",
            "sort", "verify",
        ]
    )]
    #[cfg_attr(feature = "catalog", arg(conflicts_with = "catalog"))]
    similar: bool,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    likeness: LikenessArgs,

    #[command(flatten)]
    groups: GroupArgs,

    #[command(flatten)]
    act: ActArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// What becomes of a file that is the same as one that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ActionArg {
    HardLink,
    Reflink,
    Symlink,
    Trash,
    Delete,
    MoveTo,
}

impl ValueEnum for ActionArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::HardLink,
            Self::Reflink,
            Self::Symlink,
            Self::Trash,
            Self::Delete,
            Self::MoveTo,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::HardLink => PossibleValue::new("hardlink").help(
                "it becomes a name of the file that stays, and has its owner, \
                 permissions and times",
            ),
            Self::Reflink => PossibleValue::new("reflink").help(
                "it shares the blocks of the file that stays, where the file \
                 system can, and keeps all else",
            ),
            Self::Symlink => PossibleValue::new("symlink").help(
                "it becomes a symbolic link that says the way from its folder, or \
                 the path from the top where it leads to another ROOT",
            ),
            Self::Trash => {
                PossibleValue::new("trash").help("it goes to the trash")
            }
            Self::Delete => {
                PossibleValue::new("delete").help("it is removed for good")
            }
            Self::MoveTo => {
                PossibleValue::new("move-to").help("it goes into --into DIR")
            }
        })
    }
}

impl ActionArg {
    /// Whether it puts a link in the place of a file.
    const fn links(self) -> bool {
        matches!(self, Self::HardLink | Self::Reflink | Self::Symlink)
    }
}

impl DedupeArgs {
    /// Whether the options of similar files go with the others.
    fn check_likeness(&self) -> Result<(), String> {
        match (self.similar, self.likeness.given()) {
            (false, Some(option)) => Err(format!("{option} needs --similar")),
            (true, _) if self.action.links() => {
                Err("files that are only similar do not become links to each \
                 other: --similar needs --action trash, delete or move-to"
                    .into())
            }
            (true, _) if self.algorithm.is_named() => {
                Err("--similar compares no digests".into())
            }
            _ => Ok(()),
        }
    }

    fn rules(&self) -> impl Iterator<Item = Vec<u8>> {
        self.keep.iter().cloned().map(OsStringExt::into_vec)
    }

    /// Says what to look for.
    fn search(
        &self,
        request: DedupeRequest,
        walk: WalkOptions,
    ) -> DedupeRequest {
        let references = self.groups.reference.clone();
        #[cfg(feature = "images")]
        if self.similar && self.likeness.images() {
            let options = self.likeness.pictures(walk);
            return request.similar_images(options).references(references);
        }
        if self.similar {
            let options = self.likeness.texts(walk);
            return request.similar(options).references(references);
        }
        request.options(DuplicateOptions {
            walk,
            hardlinks: self.hardlinks,
            folders: false,
            algorithm: self.algorithm.algorithm(),
            against: self.groups.against.clone(),
            references,
            same_device: self.groups.same_device,
            min_group: self.groups.min_group,
            verify: self.groups.verify,
            order: self.groups.sort.clone(),
        })
    }

    fn action(&self) -> DedupeAction {
        match self.action {
            ActionArg::HardLink => DedupeAction::HardLink,
            ActionArg::Reflink => DedupeAction::Reflink,
            ActionArg::Symlink => DedupeAction::Symlink,
            ActionArg::Trash => DedupeAction::Trash,
            ActionArg::Delete => DedupeAction::Delete,
            ActionArg::MoveTo => {
                DedupeAction::MoveTo(self.into.clone().unwrap_or_default())
            }
        }
    }
}

impl RunCommand for DedupeArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        match &self.into {
            Some(_) if self.action != ActionArg::MoveTo => {
                return Err("--into needs --action move-to".into());
            }
            Some(folder) if folder.as_os_str().is_empty() => {
                return Err("--into is empty: it is a folder's path".into());
            }
            _ => {}
        }
        let rules: Vec<Vec<u8>> = self.rules().collect();
        KeepRules::new(&rules).map_err(|why| format!("--keep: {why}"))?;
        self.check_likeness()?;
        self.algorithm.check()?;
        self.walk.check_acting()?;
        self.walk.check(Filter::for_duplicates)
    }

    /// Makes the plan, and does with it what the arguments say.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(Filter::for_duplicates)? {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let walk = catalog.left_out(self.walk.acting_options());
        let plan = self
            .search(engine.dedupe(roots, self.action()), walk)
            .keep(self.rules())
            .monitor(&messages.monitor(&interrupt.cancel))
            .on_conflict(self.on_conflict.into())
            .portable(self.portable)
            // What is applied at once has a journal, and no reader.
            .compare_metadata(!self.act.apply)
            .plan()?;
        let acting = Acting {
            context,
            messages: &messages,
            engine: &engine,
            interrupt: &interrupt,
            quiet: self.run.quiet,
        };
        acting.carry_out(plan, &self.act)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
