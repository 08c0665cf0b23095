//! A compiled filter, and the entries it matches, in columns.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::Debug;

use super::contents::{
    self, CAMERA_NUMBERS, ContentColumn, MEDIA_TYPE_NUMBERS, SlotTexts,
};
use super::expr::{Expr, Operator};
use super::fields::{Field, compile_value};
use super::program::{Program, ProgramError, ProgramFault};
use super::slot::Slot;
use crate::batch::{Batch, BatchError, Place, saturate, widen};
use crate::kind::{EntryKind, KindSet};
use crate::object::ObjectFacts;
use crate::time::Timestamp;
use crate::value::Value;

/// A set of metadata columns, as bits. A column has one or several 64-bit
/// numbers per entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns(u64);

impl Columns {
    /// The size in bytes.
    pub const SIZE: Self = Self(1);
    /// When the content was last modified: signed seconds since 1970, and
    /// nanoseconds.
    pub const MODIFIED: Self = Self(1 << 1);
    /// When the content was last read, as [`MODIFIED`](Self::MODIFIED).
    pub const ACCESSED: Self = Self(1 << 2);
    /// When the metadata last changed, likewise.
    pub const CHANGED: Self = Self(1 << 3);
    /// When the file was created, likewise.
    pub const CREATED: Self = Self(1 << 4);
    /// The bytes on disk.
    pub const ALLOCATED: Self = Self(1 << 5);
    /// The type and permissions: `st_mode`.
    pub const MODE: Self = Self(1 << 6);
    /// The owner's number.
    pub const UID: Self = Self(1 << 7);
    /// The group's number.
    pub const GID: Self = Self(1 << 8);
    /// The inode.
    pub const INODE: Self = Self(1 << 9);
    /// The device.
    pub const DEVICE: Self = Self(1 << 10);
    /// How many names (hard links) it has.
    pub const LINKS: Self = Self(1 << 11);
    /// The width of a picture.
    pub const WIDTH: Self = Self(1 << 12);
    /// Its height.
    pub const HEIGHT: Self = Self(1 << 13);
    /// When it was taken, as [`MODIFIED`](Self::MODIFIED).
    pub const TAKEN: Self = Self(1 << 14);
    /// How long a film or a sound lasts, in nanoseconds.
    pub const DURATION: Self = Self(1 << 15);
    /// The type of the contents: a text.
    pub const MEDIA_TYPE: Self = Self(1 << 16);
    /// The camera: a text.
    pub const CAMERA: Self = Self(1 << 17);
    /// The name and the kind, which are no numbers.
    pub const NAME: Self = Self(1 << 63);

    /// Those that have numbers, and how many.
    const NUMBERS: [(Self, usize); 18] = [
        (Self::SIZE, 1),
        (Self::MODIFIED, 2),
        (Self::ACCESSED, 2),
        (Self::CHANGED, 2),
        (Self::CREATED, 2),
        (Self::ALLOCATED, 1),
        (Self::MODE, 1),
        (Self::UID, 1),
        (Self::GID, 1),
        (Self::INODE, 1),
        (Self::DEVICE, 1),
        (Self::LINKS, 1),
        (Self::WIDTH, 1),
        (Self::HEIGHT, 1),
        (Self::TAKEN, 2),
        (Self::DURATION, 1),
        (Self::MEDIA_TYPE, MEDIA_TYPE_NUMBERS),
        (Self::CAMERA, CAMERA_NUMBERS),
    ];

    /// Those that only the contents of a file tell.
    const CONTENTS: Self = Self(
        Self::WIDTH.0
            | Self::HEIGHT.0
            | Self::TAKEN.0
            | Self::DURATION.0
            | Self::MEDIA_TYPE.0
            | Self::CAMERA.0
            | Slot::NUMBERS
            | Slot::TEXTS,
    );

    /// Columns by their bits, known or unknown.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Their bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether it contains all of these.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The union with others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those that are not among others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many numbers each entry has in them, apart from the texts in
    /// slots, of which each has its own length; `None` if one of them is
    /// unknown.
    #[must_use]
    pub fn numbers(self) -> Option<usize> {
        let mut rest = self.0 & !Self::NAME.0 & !Slot::NUMBERS & !Slot::TEXTS;
        let slots = Slot::numbers().filter(|it| self.has(it.column()));
        let mut numbers = slots.count().saturating_mul(2);
        for (column, count) in Self::NUMBERS {
            if self.has(column) {
                rest &= !column.0;
                numbers = numbers.saturating_add(count);
            }
        }
        (rest == 0).then_some(numbers)
    }

    /// Those that the file system tells, apart from names and kinds.
    #[must_use]
    pub const fn of_metadata(self) -> Self {
        Self(self.0 & !Self::NAME.0 & !Self::CONTENTS.0)
    }

    /// Those that only the contents of a file tell.
    #[must_use]
    pub const fn of_contents(self) -> Self {
        Self(self.0 & Self::CONTENTS.0)
    }

    /// Those that tell what pictures and films say of themselves.
    #[must_use]
    pub const fn of_media(self) -> Self {
        Self(self.of_contents().0 & !Slot::NUMBERS & !Slot::TEXTS)
    }

    /// Whether it needs metadata from the file system. Whoever looks at the
    /// contents of a file needs that first.
    #[must_use]
    pub const fn need_metadata(self) -> bool {
        self.0 & !Self::NAME.0 != 0
    }

    /// Appends the numbers of the columns in their order, each for all
    /// entries: what [`Entries::measured`] takes. Those that contents tell no
    /// entry has; see [`push_contents`](Self::push_contents).
    pub fn push<'f>(
        self,
        entries: impl Iterator<Item = Facts> + Clone + 'f,
        out: &mut Vec<u64>,
    ) {
        if self.has(Self::SIZE) {
            out.extend(entries.clone().map(|it| it.size));
        }
        type Time = fn(&Facts) -> Option<Timestamp>;
        let times: [(Self, Time); 4] = [
            (Self::MODIFIED, |it| it.modified),
            (Self::ACCESSED, |it| it.accessed),
            (Self::CHANGED, |it| it.changed),
            (Self::CREATED, |it| it.created),
        ];
        for (column, time) in times {
            if !self.has(column) {
                continue;
            }
            out.extend(entries.clone().map(|it| {
                time(&it).map_or(0, |at| at.seconds).cast_unsigned()
            }));
            out.extend(entries.clone().map(|it| {
                time(&it).map_or(NO_TIME, |at| at.nanoseconds.into())
            }));
        }
        type Number = fn(&Facts) -> Option<u64>;
        let numbers: [(Self, Number); 7] = [
            (Self::ALLOCATED, |it| it.allocated),
            (Self::MODE, |it| it.mode.map(u64::from)),
            (Self::UID, |it| it.uid.map(u64::from)),
            (Self::GID, |it| it.gid.map(u64::from)),
            (Self::INODE, |it| it.inode),
            (Self::DEVICE, |it| it.device),
            (Self::LINKS, |it| it.links),
        ];
        for (column, number) in numbers {
            if self.has(column) {
                let number = |it| number(&it).unwrap_or(NO_NUMBER);
                out.extend(entries.clone().map(number));
            }
        }
        if !self.of_contents().is_empty() {
            self.push_contents(entries.count(), &|_, _| None, out);
        }
    }

    /// Appends the numbers of those columns that contents tell, as
    /// [`push`](Self::push) does: of so many entries, whose values `value`
    /// tells.
    pub fn push_contents<'v>(
        self,
        entries: usize,
        value: &dyn Fn(usize, ContentColumn) -> Option<&'v Value>,
        out: &mut Vec<u64>,
    ) {
        contents::push(self, entries, value, out);
    }
}

/// The number of an entry that has none.
pub(super) const NO_NUMBER: u64 = u64::MAX;

/// The nanoseconds of a time that is not known.
pub(super) const NO_TIME: u64 = u64::MAX;

/// What filters ask of an entry's metadata. A test of what is not known is
/// false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The size in bytes.
    pub size: u64,
    /// When the content was last modified.
    pub modified: Option<Timestamp>,
    /// When the content was last read.
    pub accessed: Option<Timestamp>,
    /// When the content or the metadata last changed.
    pub changed: Option<Timestamp>,
    /// When the file was created.
    pub created: Option<Timestamp>,
    /// The bytes on disk.
    pub allocated: Option<u64>,
    /// The type and permissions: the `st_mode` of POSIX.
    pub mode: Option<u32>,
    /// The owner's number.
    pub uid: Option<u32>,
    /// The group's number.
    pub gid: Option<u32>,
    /// The inode.
    pub inode: Option<u64>,
    /// The device that the inode is on.
    pub device: Option<u64>,
    /// How many names (hard links) it has.
    pub links: Option<u64>,
    /// What a server tells of it, if it is an object in a bucket.
    pub object: Option<ObjectFacts>,
}

/// Entries of a directory, in columns.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    rows: usize,
    names: Option<(Batch<'a>, &'a [EntryKind])>,
    /// The path of their directory below the root: empty, or with a slash at
    /// its end.
    directory: &'a [u8],
    columns: Columns,
    /// The numbers of the columns in the order of their bits, each for all
    /// entries.
    numbers: &'a [u64],
}

impl<'a> Entries<'a> {
    /// Entries of a directory, of which names and kinds are known. The path of
    /// the directory is that below the root: empty for the root itself, or
    /// with a slash at its end.
    ///
    /// # Errors
    ///
    /// [`BatchError::ColumnLength`] where there are not as many kinds as
    /// names.
    pub fn named(
        directory: &'a [u8],
        names: Batch<'a>,
        kinds: &'a [EntryKind],
    ) -> Result<Self, BatchError> {
        names.same_length(kinds)?;
        Ok(Self {
            rows: kinds.len(),
            names: Some((names, kinds)),
            directory,
            columns: Columns::NAME,
            numbers: &[],
        })
    }

    /// Entries of which metadata is known, and perhaps names and kinds.
    ///
    /// # Errors
    ///
    /// [`BatchError::ColumnLength`] where a column has another length, or is
    /// one that is not known.
    pub fn measured(
        rows: usize,
        named: Option<Self>,
        columns: Columns,
        numbers: &'a [u64],
    ) -> Result<Self, BatchError> {
        let directory = named.map_or(&[][..], |it| it.directory);
        let names = named.and_then(|it| it.names);
        let wrong = |found: usize| BatchError::ColumnLength(saturate(found));
        if let Some((names, _)) = &names
            && names.len() != rows
        {
            return Err(wrong(names.len()));
        }
        let entries = Self { rows, names, directory, columns, numbers };
        match entries.behind_texts(None) {
            Some((None, [])) => Ok(entries),
            _ => Err(wrong(numbers.len())),
        }
    }

    /// The texts in a slot, if they are known.
    pub(super) fn texts(&self, column: Columns) -> Option<SlotTexts<'a>> {
        self.behind_texts(Some(column))?.0
    }

    /// The texts in a slot, or else what is behind the last text; `None` where
    /// there is less than there should be.
    fn behind_texts(
        &self,
        wanted: Option<Columns>,
    ) -> Option<(Option<SlotTexts<'a>>, &'a [u64])> {
        let fixed = self.columns.numbers()?.checked_mul(self.rows)?;
        let mut rest = self.numbers.get(fixed..)?;
        for slot in Slot::texts().filter(|it| self.columns.has(it.column())) {
            let (texts, others) = SlotTexts::split(rest, self.rows)?;
            if wanted == Some(slot.column()) {
                return Some((Some(texts), others));
            }
            rest = others;
        }
        Some((None, rest))
    }

    /// The names, where they are known.
    #[must_use]
    pub fn names(&self) -> Option<Batch<'a>> {
        self.names.map(|(names, _)| names)
    }

    /// The path of their directory below the root: empty, or with a slash at
    /// its end.
    #[must_use]
    pub const fn directory(&self) -> &'a [u8] {
        self.directory
    }

    /// What the entries are, where that is known.
    #[must_use]
    pub fn kinds(&self) -> Option<&'a [EntryKind]> {
        self.names.map(|(_, kinds)| kinds)
    }

    /// The column as N slices, one value per entry in each; `None` if it is
    /// unknown.
    #[must_use]
    pub(super) fn column<const N: usize>(
        &self,
        wanted: Columns,
    ) -> Option<[&'a [u64]; N]> {
        if !self.columns.has(wanted) {
            return None;
        }
        let before = Columns(self.columns.0 & wanted.0.wrapping_sub(1));
        let mut rest =
            self.numbers.get(before.numbers()?.checked_mul(self.rows)?..)?;
        let mut found = [&[][..]; N];
        for column in &mut found {
            let (numbers, others) = rest.split_at_checked(self.rows)?;
            *column = numbers;
            rest = others;
        }
        Some(found)
    }
}

impl Entries<'_> {
    /// Tests each name; unknown where names are.
    #[inline]
    pub(super) fn test_names(
        &self,
        truth: &mut [Truth],
        mut test: impl FnMut(Place<'_>) -> bool,
    ) {
        let Some(names) = self.names() else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        for (truth, name) in truth.iter_mut().zip(names.places()) {
            *truth = Truth::of(test(name));
        }
    }

    /// Tests each number of a column; unknown where the column is, false
    /// where an entry has none.
    #[inline]
    pub(super) fn test_numbers(
        &self,
        column: Columns,
        truth: &mut [Truth],
        test: impl Fn(u64) -> bool,
    ) {
        let Some([numbers]) = self.column(column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        // Every entry has a size, even the largest number there is.
        let all = column == Columns::SIZE;
        for (truth, number) in truth.iter_mut().zip(numbers) {
            let known = all || *number != NO_NUMBER;
            *truth = Truth::of(known && test(*number));
        }
    }
}

/// Whether something is true of an entry: false, unknown or true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Truth(u8);

impl Truth {
    /// It is not.
    pub(super) const FALSE: Self = Self(0);
    /// It depends on something unknown.
    pub(super) const UNKNOWN: Self = Self(1);
    /// It is.
    pub(super) const TRUE: Self = Self(2);

    /// What is known.
    #[inline]
    pub(super) fn of(truth: bool) -> Self {
        Self(u8::from(truth) << 1)
    }

    const fn not(self) -> Self {
        Self(2 - self.0)
    }
}

/// A test of one field, compiled.
pub(super) trait Predicate: Debug + Send + Sync {
    /// What it looks at.
    fn columns(&self) -> Columns;

    /// Sets the truth of each entry; unknown if the column is.
    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]);
}

impl Operator {
    /// Whether what compares like this to an operand passes.
    pub(super) const fn compares(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
            // Only what has an order is compared.
            Self::Regex
            | Self::Glob
            | Self::GlobIgnoreCase
            | Self::AllBits
            | Self::AnyBit => false,
        }
    }
}

/// An expression, compiled.
#[derive(Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Predicate(Box<dyn Predicate>),
}

impl Node {
    fn compile(expr: &Expr) -> Result<Self, ProgramError> {
        let compile = |parts: &[Expr]| {
            parts.iter().map(Self::compile).collect::<Result<Vec<_>, _>>()
        };
        Ok(match expr {
            Expr::All(parts) => Self::All(compile(parts)?),
            Expr::Any(parts) => Self::Any(compile(parts)?),
            Expr::Not(part) => Self::Not(Box::new(Self::compile(part)?)),
            Expr::Test(test) => {
                let (operator, operands) = (test.operator, &test.operands);
                let compiled = match Slot::of_code(test.field) {
                    Some(slot) => compile_value(slot, operator, operands),
                    None => {
                        let field = Field::of_code(test.field)
                            .ok_or_else(|| ProgramFault::Field.at(0))?;
                        (field.compile)(operator, operands)
                    }
                };
                let misfit = || ProgramFault::Operand.at(0);
                Self::Predicate(compiled.ok_or_else(misfit)?)
            }
        })
    }

    fn columns(&self) -> Columns {
        match self {
            Self::All(parts) | Self::Any(parts) => parts
                .iter()
                .fold(Columns::default(), |all, it| all.with(it.columns())),
            Self::Not(part) => part.columns(),
            Self::Predicate(predicate) => predicate.columns(),
        }
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        match self {
            Self::All(parts) => {
                fold(parts, Truth::TRUE, Ord::min, entries, truth);
            }
            Self::Any(parts) => {
                fold(parts, Truth::FALSE, Ord::max, entries, truth);
            }
            Self::Not(part) => {
                part.test(entries, truth);
                truth.iter_mut().for_each(|truth| *truth = truth.not());
            }
            Self::Predicate(predicate) => predicate.test(entries, truth),
        }
    }
}

/// Joins what the parts of an expression say.
fn fold(
    parts: &[Node],
    of_none: Truth,
    join: impl Fn(Truth, Truth) -> Truth,
    entries: &Entries<'_>,
    truth: &mut [Truth],
) {
    let Some((first, others)) = parts.split_first() else {
        truth.fill(of_none);
        return;
    };
    first.test(entries, truth);
    if others.is_empty() {
        return;
    }
    let mut other = vec![Truth::UNKNOWN; truth.len()];
    for part in others {
        part.test(entries, &mut other);
        for (truth, other) in truth.iter_mut().zip(&other) {
            *truth = join(*truth, *other);
        }
    }
}

/// What a matcher says of a directory's entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// The entries that are or may be wanted, ascending.
    pub entries: Vec<u32>,
    /// The directories to enter, ascending.
    pub directories: Vec<u32>,
}

/// A compiled filter.
#[derive(Debug)]
pub struct Matcher {
    hidden: bool,
    kinds: KindSet,
    /// What is true of directories that are entered, unless all are.
    enter: Option<Node>,
    /// What names may decide.
    by_name: Node,
    /// The rest.
    by_metadata: Node,
    columns: Columns,
}

impl Matcher {
    /// Compiles a filter.
    ///
    /// # Errors
    ///
    /// A test of a field that is not known, or one that does not fit it.
    pub fn compile(program: &Program) -> Result<Self, ProgramError> {
        let parts = match &program.expr {
            Expr::All(parts) => parts.as_slice(),
            other => core::slice::from_ref(other),
        };
        let (mut by_name, mut by_metadata) = (Vec::new(), Vec::new());
        for part in parts {
            let node = Node::compile(part)?;
            let columns = node.columns();
            if columns == Columns::NAME || columns.is_empty() {
                by_name.push(node);
                continue;
            }
            if columns.has(Columns::NAME) {
                // A first look may be enough to reject an entry.
                by_name.push(Node::compile(part)?);
            }
            by_metadata.push(node);
        }
        let by_metadata = Node::All(by_metadata);
        Ok(Self {
            hidden: program.hidden,
            kinds: program.expr.kinds(),
            enter: match &program.enter {
                Expr::All(parts) if parts.is_empty() => None,
                enter => Some(Node::compile(enter)?),
            },
            by_name: Node::All(by_name),
            columns: by_metadata.columns(),
            by_metadata,
        })
    }

    /// What [`match_metadata`](Self::match_metadata) has to know; nothing
    /// where it would reject no entry.
    #[must_use]
    pub const fn columns(&self) -> Columns {
        self.columns
    }

    /// The kinds of entries that may be wanted.
    #[must_use]
    pub const fn kinds(&self) -> KindSet {
        self.kinds
    }

    /// Looks at the names and kinds of a directory's entries.
    ///
    /// Whether a directory itself is wanted is another question than whether
    /// something in it is: that is decided by whether it is hidden, and by
    /// the expression that says which directories to enter.
    #[must_use]
    pub fn match_names(&self, entries: &Entries<'_>) -> Matches {
        let mut truth = vec![Truth::UNKNOWN; entries.rows];
        self.by_name.test(entries, &mut truth);
        let (Some(names), Some(kinds)) = (entries.names(), entries.kinds())
        else {
            debug_assert!(
                false,
                "entries without names are asked for by name"
            );
            return Matches::default();
        };
        // Each index is written, and overwritten if its entry is unwanted: a
        // branch would be mispredicted too often and cost more than the rest.
        let mut wanted = vec![0; entries.rows];
        let mut count: usize = 0;
        let mut directories = Vec::new();
        let mut entered = Vec::new();
        if let Some(enter) = &self.enter {
            entered.resize(entries.rows, Truth::UNKNOWN);
            enter.test(entries, &mut entered);
        }
        let all = names.places().zip(kinds).zip(&truth).zip(0..);
        for (((name, kind), truth), index) in all {
            let shown = self.hidden | (name.first() != Some(b'.'));
            if let Some(place) = wanted.get_mut(count) {
                *place = index;
            }
            count += usize::from(shown & (*truth != Truth::FALSE));
            let enters =
                matches!(kind, EntryKind::Directory | EntryKind::Unknown);
            if shown & enters {
                directories.push(index);
            }
        }
        if !entered.is_empty() {
            let truth = |index: &u32| entered.get(widen(*index));
            directories.retain(|index| truth(index) != Some(&Truth::FALSE));
        }
        wanted.truncate(count);
        Matches { entries: wanted, directories }
    }

    /// Whether a regular file that the caller named is wanted. Its name is not
    /// tested: the caller chose it.
    #[must_use]
    pub fn wants_named(&self, facts: Facts) -> bool {
        if !self.kinds().has(EntryKind::File) {
            return false;
        }
        let columns = self.columns.of_metadata();
        let mut numbers = Vec::new();
        columns.push(core::iter::once(facts), &mut numbers);
        let entry = Entries::measured(1, None, columns, &numbers);
        debug_assert!(entry.is_ok(), "{entry:?}");
        entry.is_ok_and(|it| !self.match_metadata(&it).is_empty())
    }

    /// Looks at the metadata of entries. Returns the indices of those that
    /// are wanted, ascending. A test of what is not among the columns rejects
    /// nothing.
    #[must_use]
    pub fn match_metadata(&self, entries: &Entries<'_>) -> Vec<u32> {
        let mut truth = vec![Truth::UNKNOWN; entries.rows];
        self.by_metadata.test(entries, &mut truth);
        (0..)
            .zip(&truth)
            .filter(|(_, truth)| **truth != Truth::FALSE)
            .map(|(index, _)| index)
            .collect()
    }
}
