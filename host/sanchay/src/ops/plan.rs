//! What is to be done, found out and checked, before anything is.

use std::{collections::HashSet, fmt, path::PathBuf, sync::Arc};

use sanchay_core::{
    plan::{Document, Header, Operation},
    time::TimeZone,
};
use sanchay_output::plan::{PlaceRef, StepRef};
use sanchay_storage::Storage;

use super::{
    act::Actor,
    check::{Checker, Status},
    conflict::{Conflict, ConflictKind, OnConflict},
    document::CONFLICTS,
    error::OpsError,
    handles::Handles,
    order::order,
    places::{Places, Root},
    request::ON_CONFLICT,
    rows::{Row, Spot},
};
use crate::{engine::Engine, entry::join, error::EntryError};

/// What is to be done with files, in order.
///
/// Making it changed nothing; [`apply`](Self::apply) does it. A step takes
/// about ninety bytes, and what its names have.
pub struct Plan {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) command: String,
    pub(super) options: Vec<(String, String)>,
    pub(super) on_conflict: OnConflict,
    pub(super) places: Places,
    /// The rows that are steps, in order.
    pub(super) steps: Vec<u32>,
    /// The rows that a person asked for, in order.
    pub(super) view: Vec<u32>,
    pub(super) conflicts: Vec<Conflict>,
    /// The rows that these are of.
    pub(super) conflicting: Vec<u32>,
    /// The targets that rows had which were given other names.
    pub(super) renamed: Vec<(u32, Spot)>,
    pub(super) unchanged: u64,
    /// How many results are there already.
    pub(super) already_there: u64,
    pub(super) errors: Vec<EntryError>,
    /// Whether names must be such that every system takes them.
    pub(super) portable: bool,
    /// How many rows the walk made; those behind them were added to put the
    /// steps in order. `None` where the steps were read.
    pub(super) own_rows: Option<usize>,
    /// What tells this plan's temporary names from those of others.
    pub(super) tag: String,
    /// How many conflicts the document tells of that it was read from.
    pub(super) refused: usize,
    /// How many entries were left out, since they lie in the folder that
    /// results go into.
    pub(super) left_out: u64,
    /// What is known of the groups of a plan for duplicates.
    pub(super) duplicates: Option<Decided>,
}

/// How the files were decided on that stay.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decided {
    /// How often the rules left several.
    pub(super) ties: u64,
}

/// What a plan for equal or similar files comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DedupeSummary {
    /// How many files make way.
    pub duplicates: u64,
    /// For how many files that stay.
    pub kept: u64,
    /// How many bytes that frees: names of one file, and files that share
    /// their bytes on disk, free them together or not at all.
    pub reclaimable_bytes: u64,
    /// How many groups had several files left when all rules were asked.
    pub ties: u64,
    /// How many files lose an owner, permissions or extended attributes of
    /// their own, as far as that was looked at.
    pub differing: u64,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("command", &self.command)
            .field("steps", &self.steps.len())
            .field("conflicts", &self.conflicts.len())
            .finish_non_exhaustive()
    }
}

/// What of a plan can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All that was asked for.
    Whole,
    /// Some of it: there are entries in conflict, which are left out, or
    /// something went wrong while the tree was walked.
    Partly,
    /// Nothing: there are conflicts, and none were to be left out.
    Refused,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanStep {
    /// What is done.
    pub operation: Operation,
    /// The entry that it is done to, as it is reached from the root that was
    /// named.
    pub from: Option<PathBuf>,
    /// Where the result will be, if anywhere.
    pub to: Option<PathBuf>,
    /// Why.
    pub because: String,
    /// The entry's size in bytes.
    pub size: u64,
    /// The equal file that stays, where the entry makes way for one.
    pub same_as: Option<PathBuf>,
    /// The similar file that stays, where the entry makes way for one.
    pub like: Option<PathBuf>,
    /// What the entry has otherwise than that file, and loses: its owner,
    /// say.
    pub differs: Option<String>,
}

impl Plan {
    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps in their order, folders that are made and temporary names
    /// included.
    pub fn steps(&self) -> impl Iterator<Item = PlanStep> {
        self.steps.iter().filter_map(|at| self.row(*at))
    }

    /// A step by its number, from 0.
    #[must_use]
    pub fn step(&self, number: usize) -> Option<PlanStep> {
        self.row(*self.steps.get(number)?)
    }

    /// How many [`entries`](Self::entries) there are.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.view.len()
    }

    /// One of the [`entries`](Self::entries) by its number, from 0.
    #[must_use]
    pub fn entry(&self, number: usize) -> Option<PlanStep> {
        self.row(*self.view.get(number)?)
    }

    /// What was asked for: an entry of the tree each, in the order in which
    /// they were found.
    pub fn entries(&self) -> impl Iterator<Item = PlanStep> {
        self.view.iter().filter_map(|at| self.row(*at))
    }

    /// What stands in the way of steps that are not among
    /// [`steps`](Self::steps).
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// How many entries are already as they should be, or have the copy or the
    /// link that they should get.
    #[must_use]
    pub const fn unchanged(&self) -> u64 {
        self.unchanged + self.already_there
    }

    /// How many entries were left out, since they lie in the folder that
    /// results go into: they went there before, it is assumed.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What the plan comes to, if it is one for equal or similar files that was
    /// made and not read.
    #[must_use]
    pub fn duplicates(&self) -> Option<DedupeSummary> {
        let groups = self.duplicates.as_ref()?;
        let rows = self.view.iter().filter_map(|at| self.places.rows.get(*at));
        let mut summary =
            DedupeSummary { ties: groups.ties, ..Default::default() };
        let mut kept = HashSet::new();
        for row in rows {
            summary.duplicates += 1;
            summary.differing += u64::from(row.differs.are_any());
            kept.extend(row.kept);
            if row.frees {
                summary.reclaimable_bytes =
                    summary.reclaimable_bytes.saturating_add(row.size);
            }
        }
        summary.kept = kept.len() as u64;
        Some(summary)
    }

    /// What went wrong while the tree was walked.
    #[must_use]
    pub fn errors(&self) -> &[EntryError] {
        &self.errors
    }

    /// The command that it was made for.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// How many [candidates](Self::candidate) there are.
    #[must_use]
    pub fn candidate_count(&self) -> usize {
        self.view.len() + self.conflicting.len()
    }

    /// One of those that [`retain`](Self::retain) chooses from, by its number,
    /// from 0: the [`entries`](Self::entries), and behind them those that are
    /// in conflict.
    #[must_use]
    pub fn candidate(&self, number: usize) -> Option<PlanStep> {
        let at = match number.checked_sub(self.view.len()) {
            None => self.view.get(number),
            Some(behind) => self.conflicting.get(behind),
        };
        self.row(*at?)
    }

    /// Keeps only those of the [candidates](Self::candidate) for which `keep`
    /// says so, by their numbers there, and finds out anew what stands
    /// in their way. The others are as if nobody had asked for them: what was
    /// in conflict only with them is no longer.
    ///
    /// # Errors
    /// [`OpsError::TooLarge`], and why the tree cannot be looked at.
    pub fn retain(
        &mut self,
        mut keep: impl FnMut(usize) -> bool,
    ) -> Result<(), OpsError> {
        let mut number = 0;
        let mut next = || {
            let kept = keep(number);
            number += 1;
            kept
        };
        self.view.retain(|_| next());
        let conflicts = std::mem::take(&mut self.conflicts);
        let conflicting = std::mem::take(&mut self.conflicting);
        for (at, conflict) in conflicting.into_iter().zip(conflicts) {
            if next() {
                self.conflicting.push(at);
                self.conflicts.push(conflict);
            }
        }
        let Some(own) = self.own_rows else {
            // The steps of a document stay in its order.
            self.steps.clone_from(&self.view);
            return Ok(());
        };
        self.rearrange(own)
    }

    /// Decides anew what is done where something stands in the way, and looks
    /// again whether it still does. Of a plan that was read from a file, only
    /// whether its other steps are done: what is in conflict is not in there.
    ///
    /// # Errors
    /// As [`retain`](Self::retain).
    pub fn set_on_conflict(
        &mut self,
        choice: OnConflict,
    ) -> Result<(), OpsError> {
        self.on_conflict = choice;
        let name = choice.name().to_owned();
        self.options.retain(|(option, _)| option != ON_CONFLICT);
        self.options.push((ON_CONFLICT.to_owned(), name));
        match self.own_rows {
            Some(own) => self.rearrange(own),
            None => Ok(()),
        }
    }

    /// Checks the entries and what was in conflict once more, and puts in
    /// order what can be done. `own` is how many rows the walk made.
    fn rearrange(&mut self, own: usize) -> Result<(), OpsError> {
        self.places.rows.all.truncate(own);
        for (at, to) in self.renamed.drain(..) {
            if let Some(row) = self.places.rows.all.get_mut(at as usize) {
                row.to = to;
            }
        }
        let mut statuses = vec![Status::Unchanged; own];
        for at in &self.view {
            if let Some(status) = statuses.get_mut(*at as usize) {
                *status = Status::Planned;
            }
        }
        for (at, conflict) in self.conflicting.iter().zip(&self.conflicts) {
            let Some(status) = statuses.get_mut(*at as usize) else {
                continue;
            };
            *status = match &conflict.kind {
                kind if kind.depends_on_others() => Status::Planned,
                kind => Status::Conflict(kind.clone()),
            };
        }
        let already_there = self.already_there;
        self.arrange(statuses)?;
        self.already_there += already_there;
        Ok(())
    }

    /// What of the plan can be done, by what is known of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.refusing_conflicts() > 0 {
            Verdict::Refused
        } else if self.conflicts.is_empty() && self.errors.is_empty() {
            Verdict::Whole
        } else {
            Verdict::Partly
        }
    }

    /// Looks whether each step could be done now, as if those before it were:
    /// its entry is what it was, and its target is free. Steps that could not
    /// be done become [`conflicts`](Self::conflicts). Changes nothing on disk.
    ///
    /// # Errors
    /// [`OpsError::OtherRoot`] if a root is another directory by now.
    pub fn check(&mut self, engine: &Engine) -> Result<(), OpsError> {
        let handles = Handles::new(&self.storage, &self.places.roots);
        handles.check_roots()?;
        let zone = TimeZone::UTC.into();
        let mut actor = Actor::new(handles, engine, zone, "");
        actor.only_suppose();
        let mut outdated = HashSet::new();
        for at in &self.steps {
            let Some(row) = self.places.rows.get(*at).copied() else {
                continue;
            };
            if let Err(why) = actor.try_out(&self.places, &row) {
                outdated.insert(*at);
                let kind = ConflictKind::Outdated(why);
                self.conflicts.push(self.conflict(&row, kind));
                self.conflicting.push(*at);
            }
        }
        self.steps.retain(|at| !outdated.contains(at));
        self.view.retain(|at| !outdated.contains(at));
        Ok(())
    }

    fn conflict(&self, row: &Row, kind: ConflictKind) -> Conflict {
        let path = |spot| self.places.as_named(spot);
        let to = if row.has_to { path(row.to) } else { Vec::new() };
        let from = row.operation.has_source().then(|| path(row.from));
        match from {
            Some(from) => Conflict { from, to, kind },
            None => Conflict { from: to, to: Vec::new(), kind },
        }
    }

    /// Checks rows and puts those in order that can be done.
    pub(super) fn arrange(
        &mut self,
        statuses: Vec<Status>,
    ) -> Result<(), OpsError> {
        let mut handles = Handles::new(&self.storage, &self.places.roots);
        let checked = Checker::new(
            &mut self.places,
            &mut handles,
            self.on_conflict,
            self.portable,
            statuses,
        )
        .check()?;
        self.already_there = checked.already_there;
        self.renamed.clone_from(&checked.renamed);
        self.steps = order(&mut self.places, &checked, &self.tag)?;
        self.view = (0..)
            .zip(&checked.statuses)
            .filter(|(_, status)| **status == Status::Planned)
            .map(|(at, _)| at)
            .collect();
        self.conflicts.clear();
        self.conflicting.clear();
        for (at, status) in (0..).zip(checked.statuses) {
            let Status::Conflict(kind) = status else { continue };
            let Some(row) = self.places.rows.get(at) else { continue };
            self.conflicting.push(at);
            self.conflicts.push(self.conflict(row, kind));
        }
        Ok(())
    }

    fn row(&self, at: u32) -> Option<PlanStep> {
        let row = self.places.rows.get(at)?;
        let path = |spot: Spot| join(b"", &self.places.as_named(spot));
        let kept = self.places.rows.kept(row).map(|it| path(it.from));
        let (same_as, like) = match row.is_like {
            true => (None, kept),
            false => (kept, None),
        };
        Some(PlanStep {
            operation: row.operation,
            from: row.operation.has_source().then(|| path(row.from)),
            to: row.has_to.then(|| path(row.to)),
            because: self.places.rows.why(row.because).to_owned(),
            size: row.size,
            same_as,
            like,
            differs: row.differs.are_any().then(|| row.differs.to_string()),
        })
    }

    /// How many entries are in conflict, where nothing is to be done then: of
    /// this plan, or of the one that was written to the file it is from.
    pub(super) fn refusing_conflicts(&self) -> usize {
        match self.on_conflict {
            OnConflict::Error => {
                let found = self.conflicts.iter();
                // A step whose entry has changed since does not keep others.
                let found = found.filter(|it| {
                    !matches!(it.kind, ConflictKind::Outdated(_))
                });
                found.count().max(self.refused)
            }
            OnConflict::Skip | OnConflict::Rename => 0,
        }
    }

    /// What stands before the steps in a document.
    pub(super) fn header(&self, document: Document) -> Header {
        let root = |root: &Root| sanchay_core::plan::Root {
            path: root.path.clone(),
            id: root.id,
        };
        let mut options = self.options.clone();
        let conflicts = self.refusing_conflicts();
        if document == Document::Plan && conflicts > 0 {
            options.retain(|(name, _)| name != CONFLICTS);
            options.push((CONFLICTS.to_owned(), conflicts.to_string()));
        }
        Header {
            document,
            made_by: concat!("sanchay ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: self.command.clone(),
            run: String::new(),
            started: String::new(),
            roots: self.places.roots.iter().map(root).collect(),
            options,
        }
    }
}

impl Places {
    /// A place for who writes it.
    pub(super) fn place(&self, spot: Spot) -> PlaceRef<'_> {
        let (root, folder) = self.folders.get(spot.folder);
        PlaceRef { root, folder, name: self.rows.name(spot) }
    }

    /// What the file has to be that stays where a row's makes way.
    pub(super) fn kept(
        &self,
        row: &Row,
    ) -> Option<sanchay_core::plan::Expectation> {
        let kept = self.rows.kept(row)?.expectation();
        let hash = self.rows.kept_hash(row).map(str::to_owned);
        Some(sanchay_core::plan::Expectation { hash, ..kept })
    }

    /// A row for who writes it.
    pub(super) fn step<'a>(
        &'a self,
        row: &'a Row,
        expect: &'a sanchay_core::plan::Expectation,
        kept: Option<&'a sanchay_core::plan::Expectation>,
    ) -> StepRef<'a> {
        let has_source = row.operation.has_source();
        let kept = self.rows.kept(row).zip(kept);
        let kept = kept.map(|(it, expect)| (self.place(it.from), expect));
        StepRef {
            operation: row.operation,
            from: has_source.then(|| self.place(row.from)),
            to: row.has_to.then(|| self.place(row.to)),
            because: self.rows.why(row.because),
            expect: has_source.then_some(expect),
            same_as: kept.filter(|_| !row.is_like),
            like: kept.filter(|_| row.is_like),
        }
    }
}
