//! What rules decide of all groups of a job: asked in the sandbox, as a plan
//! asks them, and kept in a byte for each file.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    sync::Arc,
};

use sanchay::{
    EntryKind, FileId, Timestamp,
    ops::{Choice, KeepColumns, Standing, candidates, staying},
};
use sanchay_core::record::RecordBatch;
use serde::Serialize;
use tokio::runtime::Handle;
use utoipa::ToSchema;

use super::{Marks, Rules, SOME};
use crate::{
    app::App,
    problem::Problem,
    results::{reader::Reader, row::Kept},
};

/// How many files are decided on in one crossing.
const FILES: usize = 8192;

/// How a file stands, as a byte. Behind these are the numbers of rules.
const GOES: u8 = 0;
const PROTECTED: u8 = 1;
const FIRST: u8 = 2;
const RULE: u8 = 3;

/// What of groups would be freed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
pub(crate) struct Freed {
    /// How many files would go.
    pub(crate) files: u64,
    /// How many bytes that would free.
    pub(crate) bytes: u64,
    /// From how many groups.
    pub(crate) groups: u64,
}

impl Freed {
    fn add(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.groups = self.groups.saturating_add(other.groups);
    }

    fn take(&mut self, other: Self) {
        self.files = self.files.saturating_sub(other.files);
        self.bytes = self.bytes.saturating_sub(other.bytes);
        self.groups = self.groups.saturating_sub(other.groups);
    }
}

/// Why a file stays, or that it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum By {
    /// It goes.
    Goes,
    /// It lies in a folder from which nothing is removed, or is a reference.
    Protected,
    /// The rules left several, of which its path is the first.
    First,
    /// This rule left it alone.
    Rule(usize),
    /// Somebody said so.
    Hand,
}

impl By {
    /// As clients see it.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Goes => None,
            Self::Protected => Some("protected".to_owned()),
            Self::First => Some("first".to_owned()),
            Self::Rule(number) => {
                Some(format!("rule {}", number.saturating_add(1)))
            }
            Self::Hand => Some("hand".to_owned()),
        }
    }
}

/// What is decided of the groups of a job.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The first record of each group.
    starts: Vec<u32>,
    /// How each record stands.
    by: Vec<u8>,
    /// What would be freed.
    freed: Freed,
}

/// A file of a group.
#[derive(Clone, Debug)]
struct Member {
    path: Vec<u8>,
    root: u32,
    modified: Timestamp,
    id: Option<FileId>,
    is_reference: bool,
    is_folder: bool,
    size: u64,
    files: u64,
    reclaimable: u64,
}

impl Member {
    fn new(kept: Kept<'_>, roots: &[Vec<u8>], protect: &[Vec<u8>]) -> Self {
        let (parent, name) = kept.path();
        let path = [parent, name].concat();
        let facts = kept.facts();
        let of = kept.root().unwrap_or_default();
        let root = roots.iter().position(|it| it == of);
        let inode = facts.inode.zip(facts.device);
        let is_protected = protect.iter().any(|folder| lies_in(&path, folder));
        Self {
            root: u32::try_from(root.unwrap_or(roots.len())).unwrap_or(0),
            modified: facts
                .modified
                .unwrap_or(Timestamp { seconds: 0, nanoseconds: 0 }),
            id: inode.map(|(inode, device)| FileId { device, inode }),
            is_reference: kept.is_reference() || is_protected,
            is_folder: kept.kind() == Some(EntryKind::Directory),
            size: facts.size,
            files: kept.file_count().unwrap_or(1),
            reclaimable: kept.reclaimable().unwrap_or(u64::MAX),
            path,
        }
    }
}

/// Whether a path leads into a folder, or is it.
fn lies_in(path: &[u8], folder: &[u8]) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(b"/") || folder.ends_with(b"/")
    })
}

impl Decision {
    /// Asks rules about all groups.
    pub(super) fn make(
        app: &Arc<App>,
        handle: &Handle,
        reader: &Reader,
        job_roots: &[Vec<u8>],
        rules: &Rules,
    ) -> Result<Self, Problem> {
        let mut protect = Vec::new();
        for place in &rules.protect {
            let root = app.roots.find(&place.root)?;
            let path = root.join(&place.params().below()?);
            protect.push(path.into_os_string().into_encoded_bytes());
        }
        let order: Vec<Vec<u8>> =
            rules.order.iter().map(|it| it.clone().into_bytes()).collect();
        let decision = Self {
            starts: Vec::new(),
            by: Vec::new(),
            freed: Freed::default(),
        };
        let mut making = Making {
            app,
            rules: order,
            decision,
            groups: Vec::new(),
            files: 0,
            open: Vec::new(),
        };
        let total = reader.total();
        if u32::try_from(total).is_err() {
            return Err(Problem::invalid("There are too many files."));
        }
        let (mut from, mut last) = (0, None);
        while from < total {
            let batch = handle.block_on(reader.range(from, SOME))?;
            for row in 0..batch.len() {
                let kept = Kept::new(&batch, row);
                let group = kept.group();
                if last != group {
                    making.close()?;
                    let at = from.saturating_add(row as u64);
                    let start = u32::try_from(at).unwrap_or(u32::MAX);
                    making.decision.starts.push(start);
                    last = group;
                }
                making.open.push(Member::new(kept, job_roots, &protect));
            }
            from = from.saturating_add(batch.len().max(1) as u64);
        }
        making.close()?;
        making.decide()?;
        Ok(making.decision)
    }

    /// How many lines a list of it has: one for each group and each file.
    pub(crate) fn lines(&self) -> u64 {
        self.by.len().saturating_add(self.starts.len()) as u64
    }

    /// How many groups there are.
    pub(crate) fn groups(&self) -> usize {
        self.starts.len()
    }

    /// The records of a group, and the line of its head; its files are on the
    /// lines after that.
    pub(crate) fn group(&self, number: usize) -> Option<(Range<u64>, u64)> {
        let start = u64::from(*self.starts.get(number)?);
        let end = match self.starts.get(number.saturating_add(1)) {
            Some(next) => u64::from(*next),
            None => self.by.len() as u64,
        };
        Some((start..end, start.saturating_add(number as u64)))
    }

    /// The group that a line belongs to.
    pub(crate) fn group_at_line(&self, line: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.starts.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let (_, head) = self.group(middle)?;
            match head <= line {
                true => low = middle.saturating_add(1),
                false => high = middle,
            }
        }
        let number = low.checked_sub(1)?;
        (line < self.lines()).then_some(number)
    }

    /// The group that a record belongs to.
    pub(crate) fn group_of(&self, record: u64) -> Option<usize> {
        if record >= self.by.len() as u64 {
            return None;
        }
        let after =
            self.starts.partition_point(|start| u64::from(*start) <= record);
        after.checked_sub(1)
    }

    /// How the files of a group stand: what of them is decided with marks.
    pub(crate) fn standing(
        &self,
        records: &Range<u64>,
        marks: &Marks,
    ) -> Vec<(bool, By)> {
        let (standings, chosen) = self.standings(records, marks);
        let stays = staying(&standings, chosen);
        let bytes = self.bytes(records).iter();
        stays
            .into_iter()
            .zip(bytes)
            .zip(&standings)
            .map(|((stays, byte), standing)| {
                let by_rule = match *byte {
                    GOES => By::Goes,
                    PROTECTED => By::Protected,
                    FIRST => By::First,
                    rule => By::Rule(usize::from(rule.saturating_sub(RULE))),
                };
                let by_hand =
                    standing.mark == Some(stays) && !standing.is_reference;
                (stays, if by_hand { By::Hand } else { by_rule })
            })
            .collect()
    }

    /// Whether by the marks nothing would be left of a group.
    pub(crate) fn empties(&self, records: &Range<u64>, marks: &Marks) -> bool {
        let (standings, chosen) = self.standings(records, marks);
        !standings.iter().enumerate().any(|(at, file)| {
            file.is_reference || file.mark.unwrap_or(at == chosen)
        })
    }

    fn bytes(&self, records: &Range<u64>) -> &[u8] {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let bytes = self.by.get(place(records.start)..place(records.end));
        bytes.unwrap_or_default()
    }

    fn standings(
        &self,
        records: &Range<u64>,
        marks: &Marks,
    ) -> (Vec<Standing>, usize) {
        let bytes = self.bytes(records);
        let standings = bytes
            .iter()
            .zip(records.clone())
            .map(|(byte, record)| Standing {
                is_reference: *byte == PROTECTED,
                mark: marks.get(record),
            })
            .collect();
        let chosen = bytes.iter().position(|byte| *byte >= FIRST);
        // Of protected files, all stay.
        let first = bytes.iter().position(|byte| *byte == PROTECTED);
        (standings, chosen.or(first).unwrap_or(0))
    }

    /// What would be freed with these marks.
    pub(super) fn freed_with(
        &self,
        handle: &Handle,
        reader: &Reader,
        marks: &Marks,
    ) -> Result<Freed, Problem> {
        let touched: BTreeSet<usize> = marks
            .iter()
            .filter_map(|(record, _)| self.group_of(record))
            .collect();
        let mut freed = self.freed;
        for number in touched {
            let Some((records, _)) = self.group(number) else { continue };
            let count = records.end.saturating_sub(records.start);
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let batch = handle.block_on(reader.range(records.start, count))?;
            let members = members(&batch);
            let of = |marks: &Marks| {
                let (standings, chosen) = self.standings(&records, marks);
                freed_of(&members, &staying(&standings, chosen))
            };
            freed.take(of(&Marks::default()));
            freed.add(of(marks));
        }
        Ok(freed)
    }
}

/// The files of a group, for sums.
fn members(batch: &RecordBatch) -> Vec<Member> {
    (0..batch.len())
        .map(|row| Member::new(Kept::new(batch, row), &[], &[]))
        .collect()
}

/// What of a group is freed.
fn freed_of(members: &[Member], stays: &[bool]) -> Freed {
    let going = || {
        let all = members.iter().zip(stays);
        all.filter(|(_, stays)| !**stays).map(|(member, _)| member)
    };
    let left = members.iter().zip(stays).filter(|(_, stays)| **stays);
    let mut counted: HashSet<FileId> =
        left.filter_map(|(member, _)| member.id).collect();
    let mut freed = Freed::default();
    for member in going() {
        freed.files = freed.files.saturating_add(member.files);
        // Names of one file have its bytes together.
        let is_new = member.id.is_none_or(|id| counted.insert(id));
        if is_new || member.is_folder {
            freed.bytes = freed.bytes.saturating_add(member.size);
        }
        freed.groups = 1;
    }
    let most = members.first().map_or(0, |member| member.reclaimable);
    freed.bytes = freed.bytes.min(most);
    freed
}

/// A decision in the making.
struct Making<'a> {
    app: &'a App,
    rules: Vec<Vec<u8>>,
    decision: Decision,
    /// Groups that wait to be decided on.
    groups: Vec<Vec<Member>>,
    files: usize,
    /// The files of the group that is being read.
    open: Vec<Member>,
}

impl Making<'_> {
    /// The group that was read is whole.
    fn close(&mut self) -> Result<(), Problem> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.files = self.files.saturating_add(self.open.len());
        self.groups.push(std::mem::take(&mut self.open));
        match self.files >= FILES {
            true => self.decide(),
            false => Ok(()),
        }
    }

    fn decide(&mut self) -> Result<(), Problem> {
        self.files = 0;
        let groups = std::mem::take(&mut self.groups);
        if groups.is_empty() {
            return Ok(());
        }
        let mut columns = KeepColumns::default();
        for group in &groups {
            for at in candidates(&standings(group)) {
                let Some(member) = group.get(at) else { continue };
                columns.paths.extend_from_slice(&member.path);
                columns.ends.push(short(columns.paths.len())?);
                columns.roots.push(member.root);
                columns.seconds.push(member.modified.seconds);
                columns.nanoseconds.push(member.modified.nanoseconds);
                columns.sizes.push(member.size);
                columns.pixels.push(0);
            }
            columns.groups.push(short(columns.ends.len())?);
        }
        let choices = self.app.engine.choose_kept(&self.rules, &columns);
        let choices = choices.map_err(|error| {
            Problem::invalid(error.to_string()).with("option", "order")
        })?;
        for (group, choice) in groups.iter().zip(choices) {
            self.note(group, choice);
        }
        Ok(())
    }

    fn note(&mut self, group: &[Member], choice: Choice) {
        let standings = standings(group);
        let chosen = candidates(&standings).nth(choice.kept).unwrap_or(0);
        let stays = staying(&standings, chosen);
        self.decision.freed.add(freed_of(group, &stays));
        let by_rule = match choice.decided_by {
            Some(rule) => u8::try_from(rule).unwrap_or(0).saturating_add(RULE),
            None => FIRST,
        };
        let bytes =
            standings.iter().enumerate().map(|(at, standing)| {
                match (standing.is_reference, at == chosen) {
                    (true, _) => PROTECTED,
                    (false, true) => by_rule,
                    (false, false) => GOES,
                }
            });
        self.decision.by.extend(bytes);
    }
}

fn standings(group: &[Member]) -> Vec<Standing> {
    let standing = |member: &Member| Standing {
        is_reference: member.is_reference,
        mark: None,
    };
    group.iter().map(standing).collect()
}

fn short(number: usize) -> Result<u32, Problem> {
    u32::try_from(number)
        .map_err(|_| Problem::invalid("A group is too large to decide on."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision() -> Decision {
        // Groups of 2, 3 and 1 files; one file of the second is protected.
        Decision {
            starts: vec![0, 2, 5],
            by: vec![RULE, GOES, GOES, PROTECTED, GOES, FIRST],
            freed: Freed::default(),
        }
    }

    #[test]
    fn lines_are_heads_of_groups_and_files_behind_them() {
        let it = decision();
        assert_eq!((it.lines(), it.groups()), (9, 3));
        assert_eq!(it.group(1), Some((2..5, 3)));
        assert_eq!(it.group(2), Some((5..6, 7)));
        assert_eq!(it.group(3), None);
        let of = |line| it.group_at_line(line);
        let expected = [0, 0, 0, 1, 1, 1, 1, 2, 2].map(Some);
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 8].map(of), expected);
        assert_eq!(of(9), None);
        let of = |record| it.group_of(record);
        assert_eq!([0, 1, 2, 4, 5].map(of), [0, 0, 1, 1, 2].map(Some));
        assert_eq!(of(6), None);
    }

    #[test]
    fn marks_are_above_rules_and_never_empty_a_group() {
        let it = decision();
        let mut marks = Marks::default();
        let stand = |marks: &Marks| {
            let (records, _) = it.group(0).unwrap();
            it.standing(&records, marks)
        };
        assert_eq!(stand(&marks), [(true, By::Rule(0)), (false, By::Goes)]);
        marks.set(1, Some(true));
        assert_eq!(stand(&marks), [(true, By::Rule(0)), (true, By::Hand)]);
        marks.set(0, Some(false));
        assert_eq!(stand(&marks), [(false, By::Hand), (true, By::Hand)]);
        marks.set(1, None);
        assert!(it.empties(&(0..2), &marks));
        assert!(stand(&marks)[0].0);
        // What is protected stays, whatever is marked.
        marks.set(3, Some(false));
        assert!(!it.empties(&(2..5), &marks));
        let (records, _) = it.group(1).unwrap();
        assert_eq!(it.standing(&records, &marks)[1], (true, By::Protected));
    }

    fn member(inode: u64) -> Member {
        Member {
            path: Vec::new(),
            root: 0,
            modified: Timestamp { seconds: 0, nanoseconds: 0 },
            id: Some(FileId { device: 1, inode }),
            is_reference: false,
            is_folder: false,
            size: 100,
            files: 1,
            reclaimable: 1000,
        }
    }

    #[test]
    fn names_of_one_file_are_freed_together_or_not_at_all() {
        let group = [member(1), member(1), member(2), member(2), member(3)];
        let freed = |stays: [bool; 5]| freed_of(&group, &stays);
        let all = freed([true, false, false, false, false]);
        assert_eq!((all.files, all.bytes, all.groups), (4, 200, 1));
        let some = freed([true, true, true, false, true]);
        assert_eq!((some.files, some.bytes), (1, 0));
        assert_eq!(freed([true; 5]), Freed::default());
        let mut few = group.clone();
        few[0].reclaimable = 150;
        let few = freed_of(&few, &[true, false, false, false, false]);
        assert_eq!(few.bytes, 150);
    }
}
