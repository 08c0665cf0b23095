//! Files that make way for similar ones.
//!
//! Of a group, each file is like some other, but not any two are alike. So a
//! file makes way only for one that it is itself as alike as the threshold
//! says. The rules choose a file of each group, which stays; what is like it
//! goes. Of the others they choose again, until no two are left.

use std::{collections::HashMap, ops::ControlFlow};

use sanchay_core::{grouping::Role, keep::Choice, similarity::Shown};
use sanchay_sandbox::KeepColumns;

use super::building::{Builder, FILES, File, short};
use crate::{
    duplicates::collection::Collection,
    error::EntryError,
    ops::{error::OpsError, rows::Row},
    run::RunState,
    similar::{Alike, AlikeFile, Compare, Task},
};

/// How many files are compared with one in one piece.
const PART: usize = 128;

/// Files that are alike.
struct Group {
    files: Vec<Member>,
    /// References of which it is not decided for which files they stay, by
    /// their places.
    references: Vec<usize>,
    /// Other files of which it is not decided whether they stay.
    open: Vec<usize>,
    decided: Vec<Decision>,
}

/// One of them.
struct Member {
    file: File,
    look: u32,
    pixels: u64,
}

/// A file that stays, and those that make way for it.
struct Decision {
    kept: usize,
    /// The rule that chose it, and whether there were others.
    decided_by: Option<usize>,
    several: bool,
    /// The files by their places, and how alike they are to it.
    going: Vec<(usize, f64)>,
}

/// Adds the rows of all groups that a search found.
pub(super) fn add(
    found: &dyn Alike,
    builder: &mut Builder<'_>,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<(), OpsError> {
    let request = builder.request;
    let run = RunState::new(&request.monitor);
    run.begin_comparing(0, 0);
    let mut decided = Ok(());
    let pool = request.engine.pool();
    found.comparing(pool, &run, on_error, &mut |compare| {
        let judge = Judge { found, compare, run: &run };
        decided = judge.all(builder);
    });
    run.outcome().map_err(OpsError::Run)?;
    decided
}

/// Decides on groups.
struct Judge<'a> {
    found: &'a dyn Alike,
    compare: &'a Compare<'a>,
    run: &'a RunState<'a>,
}

impl Judge<'_> {
    fn all(&self, builder: &mut Builder<'_>) -> Result<(), OpsError> {
        let mut waiting = Vec::new();
        let mut files = 0;
        for group in self.found.groups() {
            let group = Group::new(self.found.collection(), &group, builder)?;
            files += group.files.len();
            waiting.push(group);
            if files >= FILES {
                self.decide(std::mem::take(&mut waiting), builder)?;
                files = 0;
            }
        }
        self.decide(waiting, builder)
    }

    /// Decides on some groups, and adds their rows.
    fn decide(
        &self,
        mut groups: Vec<Group>,
        builder: &mut Builder<'_>,
    ) -> Result<(), OpsError> {
        loop {
            let mut open: Vec<&mut Group> =
                groups.iter_mut().filter(|it| it.is_open()).collect();
            if open.is_empty() || self.run.is_over() {
                break;
            }
            let mut columns = KeepColumns::default();
            for group in &open {
                for member in group.candidates() {
                    let Member { file, pixels, .. } = member;
                    builder.push(file, *pixels, &mut columns)?;
                }
                columns.groups.push(short(columns.ends.len())?);
            }
            let choices = builder.choose(&columns)?;
            let mut tasks = Vec::new();
            let mut chosen = Vec::new();
            for (group, choice) in open.iter_mut().zip(choices) {
                let choice = group.choose(choice);
                if let Some(decision) = &choice {
                    group.tasks(decision.kept, &mut tasks);
                }
                chosen.push(choice);
            }
            let compared = (self.compare)(&tasks).map_err(OpsError::Run)?;
            let known: HashMap<(u32, u32), f64> = compared
                .into_iter()
                .map(|(one, other, similarity)| ((one, other), similarity))
                .collect();
            for (group, decision) in open.into_iter().zip(chosen) {
                if let Some(decision) = decision {
                    builder.unchanged +=
                        self.settle(group, decision, &known)?;
                }
            }
        }
        groups.iter().try_for_each(|group| group.rows(builder))
    }

    /// Tells the files that make way for one from the others. Returns how many
    /// are that file, by another path.
    fn settle(
        &self,
        group: &mut Group,
        mut decision: Decision,
        known: &HashMap<(u32, u32), f64>,
    ) -> Result<u64, OpsError> {
        let Group { files, open, decided, .. } = group;
        let Some(kept) = files.get(decision.kept) else { return Ok(0) };
        let mut left = Vec::new();
        let mut same = 0;
        for place in std::mem::take(open) {
            let Some(member) = files.get(place) else { continue };
            if member.file.row.id == kept.file.row.id {
                same += 1;
                continue;
            }
            let similarity = match member.look == kept.look {
                true => Some(1.0),
                false => known.get(&(kept.look, member.look)).copied(),
            };
            let wanted = similarity.map_or(Ok(false), |similarity| {
                self.found.wants(similarity).map_err(OpsError::Run)
            })?;
            match similarity.filter(|_| wanted) {
                Some(similarity) => decision.going.push((place, similarity)),
                None => left.push(place),
            }
        }
        *open = left;
        if !decision.going.is_empty() {
            decided.push(decision);
        }
        Ok(same)
    }
}

impl Group {
    fn new(
        collection: &Collection,
        files: &[AlikeFile],
        builder: &mut Builder<'_>,
    ) -> Result<Self, OpsError> {
        let mut group = Self {
            files: Vec::with_capacity(files.len()),
            references: Vec::new(),
            open: Vec::new(),
            decided: Vec::new(),
        };
        for AlikeFile { file, look, pixels } in files.iter().copied() {
            let Some(found) = collection.member(file) else { continue };
            let Some(mut file) = builder.file(&found)? else { continue };
            // Only one name of a file is here: nothing else changes it.
            file.row.changed = Some(found.state.changed);
            let place = group.files.len();
            match file.role {
                Role::Reference => group.references.push(place),
                Role::Duplicate => group.open.push(place),
            }
            group.files.push(Member { file, look, pixels });
        }
        Ok(group)
    }

    /// Whether there is something to decide.
    fn is_open(&self) -> bool {
        match self.references.is_empty() {
            true => self.open.len() > 1,
            false => !self.open.is_empty(),
        }
    }

    /// The places of the files of which one is chosen next: references, as
    /// long as there are any.
    fn pending(&mut self) -> &mut Vec<usize> {
        match self.references.is_empty() {
            true => &mut self.open,
            false => &mut self.references,
        }
    }

    fn candidates(&self) -> impl Iterator<Item = &Member> {
        let places = match self.references.is_empty() {
            true => &self.open,
            false => &self.references,
        };
        places.iter().filter_map(|place| self.files.get(*place))
    }

    /// Takes the file that was chosen from those that are left.
    fn choose(&mut self, choice: Choice) -> Option<Decision> {
        let pending = self.pending();
        let several = pending.len() > 1;
        let Choice { kept, decided_by } = choice;
        let kept = (kept < pending.len()).then(|| pending.remove(kept))?;
        Some(Decision { kept, decided_by, several, going: Vec::new() })
    }

    /// Adds what the file that stays has to be compared with.
    fn tasks(&self, kept: usize, tasks: &mut Vec<Task>) {
        let look = |place: &usize| self.files.get(*place).map(|it| it.look);
        let Some(kept) = look(&kept) else { return };
        let mut others: Vec<u32> = self.open.iter().filter_map(look).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|it| *it != kept);
        tasks.extend(others.chunks(PART).map(|it| (kept, it.to_vec())));
    }

    /// Adds its rows.
    fn rows(&self, builder: &mut Builder<'_>) -> Result<(), OpsError> {
        for decision in &self.decided {
            let Decision { kept, decided_by, several, going } = decision;
            let Some(kept) = self.files.get(*kept) else { continue };
            let why = builder.why(&kept.file, *several, *decided_by);
            let id = builder.places.rows.keep(kept.file.row, None)?;
            for (place, similarity) in going {
                let Some(member) = self.files.get(*place) else { continue };
                let why = format!("{} alike; {why}", Shown(*similarity));
                let because = builder.places.rows.reason(&why);
                builder.push_row(Row {
                    because,
                    kept: Some(id),
                    is_like: true,
                    frees: !member.file.is_linked,
                    ..member.file.row
                })?;
            }
        }
        Ok(())
    }
}
