//! What a user asks for by options: the names and keywords that mean a test of
//! a field, and the filter that they add up to.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::clock::Clock;
use super::columns::{Slots, ValueColumns};
use super::expr::{Expr, Operand, Operator};
use super::fields::{self, Field, OPTIONS};
use super::later::Later;
use super::program::Program;
use crate::kind::{EntryKind, KindSet};
use crate::time::Timestamp;

/// An option that means a test of a field. As a keyword it is spelled with
/// underscores.
#[derive(Clone, Copy, Debug)]
pub struct FilterOption {
    /// Its long name.
    pub name: &'static str,
    /// Its letter.
    pub short: Option<char>,
    /// What its value is called.
    pub value_name: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// More of that; may be empty.
    pub long_help: &'static str,
    /// What it means to give it more than once.
    pub repeat: Repeat,
    /// Makes a test of a value.
    pub(super) parse: fn(&[u8], &Clock) -> Result<Expr, String>,
}

/// What it means to give an option more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// One of the values must do.
    Any,
    /// One of the values must do, but for those that begin with `!`: they
    /// exclude, as [`Exclude`](Self::Exclude).
    Pattern,
    /// All of them must.
    All,
    /// None of the values may be true; and directories of which one is true
    /// are not entered.
    Exclude,
    /// One of the kinds must do, and what else is said of a kind must be
    /// true.
    Kind,
    /// The last one counts.
    Last,
}

/// An option with a value that makes sense.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterSetting {
    /// The option's name.
    name: &'static str,
    /// What it means beside others of the option.
    repeat: Repeat,
    /// What must be true.
    meaning: Meaning,
}

/// What must be true.
#[derive(Clone, Debug, PartialEq)]
enum Meaning {
    Expr(Expr),
    /// What is parsed when the columns of the run are known.
    Later(Later),
}

/// An option has a value that makes no sense, or options contradict each
/// other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The option, or the field that several are about.
    pub option: &'static str,
    /// What is wrong, safe to print on a terminal.
    pub why: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.option, self.why)
    }
}

impl core::error::Error for FilterError {}

impl FilterOption {
    /// All filter options.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        OPTIONS.iter().copied().flatten()
    }

    /// The option of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|option| option.name == name)
    }

    /// Whether its values are globs.
    #[must_use]
    pub fn is_glob(&self) -> bool {
        self.value_name == "GLOB"
    }

    /// Reads a value of it.
    ///
    /// # Errors
    ///
    /// The value makes no sense.
    pub fn read(
        &self,
        value: &[u8],
        clock: &Clock,
    ) -> Result<FilterSetting, FilterError> {
        let (value, repeat) = match value.strip_prefix(b"!") {
            Some(value) if self.repeat == Repeat::Pattern => {
                (value, Repeat::Exclude)
            }
            _ => (value, self.repeat),
        };
        let meaning = match (self.parse)(value, clock) {
            Ok(expr) => Meaning::Expr(expr),
            // Only a whole expression tests any column.
            Err(why) => {
                let later = (repeat == Repeat::All)
                    .then(|| Later::of(self.name, value, clock))
                    .flatten();
                let refused = || FilterError { option: self.name, why };
                Meaning::Later(later.ok_or_else(refused)?)
            }
        };
        Ok(FilterSetting { name: self.name, repeat, meaning })
    }

    /// The keyword that it is in Python and in configuration: its name with
    /// underscores.
    #[must_use]
    pub fn keyword(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Which entries are wanted: those for which all tests are true. Unless one
/// tests the kind, only regular files are; and unless asked for, no entry that
/// is hidden, nor what lies in directories that are.
///
/// ```
/// use sanchay_core::filter::Filter;
///
/// let filter = Filter::default().extension("rs").min_size(1 << 20);
/// assert!(filter.program().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    hidden: bool,
    /// Whether only regular files are wanted, whatever else is asked for.
    contents: bool,
    options: Vec<(&'static str, Expr)>,
    tests: Vec<Expr>,
    /// What must be true as well, once the columns of the run are known.
    later: Vec<Later>,
    /// What leaves an entry out, or a directory with all that is in it.
    excluded: Vec<Expr>,
    /// What must be true of a directory that is entered.
    enter: Vec<Expr>,
    error: Option<FilterError>,
}

impl Filter {
    /// What a program wants, and nothing else.
    #[must_use]
    pub fn of_program(program: Program) -> Self {
        let Program { hidden, enter, expr } = program;
        let enter = match enter {
            Expr::All(parts) => parts,
            one => Vec::from([one]),
        };
        let tests = Vec::from([expr]);
        Self { hidden, enter, tests, ..Self::default() }
    }

    /// Only files whose name ends in this extension, in either case: `rs`,
    /// `.rs` or `*.rs`, several as `rs,md`. Another call adds an alternative.
    #[must_use]
    pub fn extension(mut self, extension: impl AsRef<[u8]>) -> Self {
        self.set_named("extension", extension.as_ref());
        self
    }

    /// Only files of at least this many bytes.
    #[must_use]
    pub fn min_size(mut self, bytes: u64) -> Self {
        self.bound(
            "min-size",
            Field::SIZE,
            Operator::GreaterOrEqual,
            Operand::Number(bytes),
        );
        self
    }

    /// Only files of at most this many bytes.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.bound(
            "max-size",
            Field::SIZE,
            Operator::LessOrEqual,
            Operand::Number(bytes),
        );
        self
    }

    /// Only what was modified at this time or later.
    #[must_use]
    pub fn modified_since(mut self, time: Timestamp) -> Self {
        self.bound(
            "changed-within",
            Field::MODIFIED,
            Operator::GreaterOrEqual,
            Operand::Time(time),
        );
        self
    }

    /// Only what was modified before this time.
    #[must_use]
    pub fn modified_before(mut self, time: Timestamp) -> Self {
        self.bound(
            "changed-before",
            Field::MODIFIED,
            Operator::Less,
            Operand::Time(time),
        );
        self
    }

    /// Entries of this kind, and not only files. Another call adds an
    /// alternative.
    #[must_use]
    pub fn kind(mut self, kind: EntryKind) -> Self {
        self.set_named("kind", kind.name().as_bytes());
        self
    }

    /// Entries of all kinds, unless it was said which.
    #[must_use]
    pub fn every_kind(self) -> Self {
        match self.has("kind") {
            true => self,
            false => EntryKind::ALL.into_iter().fold(self, Self::kind),
        }
    }

    /// Whether hidden entries are wanted, whose names begin with a dot, and
    /// what lies in hidden directories.
    #[must_use]
    pub const fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Only regular files, as their contents are wanted. A filter that wants
    /// none of them is an error.
    #[must_use]
    pub fn files_only(mut self) -> Self {
        self.contents = true;
        self
    }

    /// Only files that can have duplicates: regular files that are not empty,
    /// unless a least size is given. A filter that wants nothing but empty
    /// files without saying so is an error.
    #[must_use]
    pub fn for_duplicates(mut self) -> Self {
        self.contents = true;
        if self.has("min-size") {
            return self;
        }
        let nothing = Self::default().max_size(0);
        let most = FilterOption::named("max-size");
        if most.is_some_and(|it| self.of(it) == nothing.of(it)) {
            self.error.get_or_insert(FilterError {
                option: "max-size",
                why: "0 leaves nothing, for empty files are left out unless \
                      a least size of 0 is given"
                    .to_owned(),
            });
        }
        self.min_size(1)
    }

    /// Only entries of which this is true, too.
    #[must_use]
    pub fn test(mut self, expr: Expr) -> Self {
        self.tests.push(expr);
        self
    }

    /// Only entries that another filter wants, too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.hidden |= other.hidden;
        self.contents |= other.contents;
        for (name, expr) in other.options {
            match self.has(name) {
                true => self.tests.push(expr),
                false => self.options.push((name, expr)),
            }
        }
        self.tests.extend(other.tests);
        self.later.extend(other.later);
        self.excluded.extend(other.excluded);
        self.enter.extend(other.enter);
        self.error = self.error.or(other.error);
        self
    }

    /// Adds an option with a value.
    ///
    /// # Errors
    ///
    /// The value makes no sense.
    pub fn set(
        &mut self,
        option: &FilterOption,
        value: &[u8],
        clock: &Clock,
    ) -> Result<(), FilterError> {
        self.add(option.read(value, clock)?);
        Ok(())
    }

    /// What an option was given, if it was.
    #[must_use]
    pub fn of(&self, option: &FilterOption) -> Option<&Expr> {
        let mut all = self.options.iter();
        all.find(|(name, _)| *name == option.name).map(|(_, expr)| expr)
    }

    /// Whether anything is tested.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
            && self.tests.is_empty()
            && self.later.is_empty()
            && self.excluded.is_empty()
            && self.enter.is_empty()
    }

    /// Whether an option of this name was given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(option, _)| *option == name)
    }

    /// Whether it tests columns of plugins, so that it needs to know which
    /// there are.
    #[must_use]
    pub fn needs_columns(&self) -> bool {
        !self.later.is_empty()
    }

    /// The program that decides it, in a run without plugins.
    ///
    /// # Errors
    ///
    /// Values that make no sense, or options that contradict each other.
    pub fn program(&self) -> Result<Program, FilterError> {
        self.program_with(&ValueColumns::default())
    }

    /// The program that decides it, where plugins tell these columns.
    ///
    /// # Errors
    ///
    /// As [`program`](Self::program); also where it tests a column that there
    /// is not, or otherwise than its values can be tested.
    pub fn program_with(
        &self,
        columns: &ValueColumns,
    ) -> Result<Program, FilterError> {
        let mut slots = Slots::new(columns);
        let later = self.later.iter().map(|it| it.parse(&mut slots));
        let later = later.collect::<Result<Vec<_>, _>>()?;
        self.program_of(later)
    }

    /// Whether options make sense together, as far as can be told before it is
    /// known which columns there are.
    ///
    /// # Errors
    ///
    /// As [`program`](Self::program).
    pub fn check(&self) -> Result<(), FilterError> {
        self.program_of(Vec::new()).map(drop)
    }

    /// The program, if these must be true as well.
    fn program_of(&self, later: Vec<Expr>) -> Result<Program, FilterError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        fields::check(self)
            .map_err(|(option, why)| FilterError { option, why })?;
        let options = self.options.iter().map(|(_, expr)| expr);
        let mut all: Vec<Expr> = options.chain(&self.tests).cloned().collect();
        all.extend(later);
        let kinds = all.iter().map(Expr::kinds);
        let kinds = kinds.fold(KindSet::ALL, KindSet::and);
        if self.contents && !kinds.has(EntryKind::File) {
            return Err(FilterError {
                option: Field::KIND.name,
                why: "only regular files have contents to be read".to_owned(),
            });
        }
        let tests = |field| all.iter().any(|expr| expr.tests(field));
        // Whoever asks about hidden entries wants to see them.
        let shown = Expr::Not(Box::new(Expr::hidden()));
        let refused = all.iter().any(|expr| expr.requires(&shown));
        let hidden = self.hidden || tests(Field::HIDDEN) && !refused;
        if self.contents || !tests(Field::KIND) {
            let files = Operand::Number(KindSet::FILES.bits().into());
            all.push(Expr::test(Field::KIND, Operator::Equal, files));
        }
        let mut enter = Vec::from_iter(fields::enter(self));
        enter.extend_from_slice(&self.enter);
        if !self.excluded.is_empty() {
            let not = Expr::Not(Box::new(Expr::Any(self.excluded.clone())));
            enter.push(not.clone());
            all.push(not);
        }
        let enter = Expr::All(enter);
        Ok(Program { hidden, enter, expr: Expr::All(all) })
    }

    /// Adds a value by the name of its option, which needs no clock. An error
    /// is returned when a program is made.
    fn set_named(&mut self, name: &'static str, value: &[u8]) {
        let result = match FilterOption::named(name) {
            Some(option) => {
                self.set(option, value, &Clock::utc(Timestamp::default()))
            }
            None => Err(FilterError {
                option: name,
                why: "there is no such option".to_owned(),
            }),
        };
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    fn bound(
        &mut self,
        name: &'static str,
        field: &Field,
        operator: Operator,
        operand: Operand,
    ) {
        let meaning = Meaning::Expr(Expr::test(field, operator, operand));
        self.add(FilterSetting { name, repeat: Repeat::Last, meaning });
    }

    /// Adds an option that was read.
    pub fn add(&mut self, setting: FilterSetting) {
        let FilterSetting { name, repeat, meaning } = setting;
        let expr = match meaning {
            Meaning::Expr(expr) => expr,
            Meaning::Later(later) => {
                self.later.push(later);
                return;
            }
        };
        if repeat == Repeat::Exclude {
            self.excluded.push(expr);
            return;
        }
        let given =
            self.options.iter_mut().find(|(option, _)| *option == name);
        let Some((_, given)) = given else {
            self.options.push((name, expr));
            return;
        };
        match repeat {
            Repeat::Any | Repeat::Pattern => given.or(expr),
            Repeat::All => given.and(expr),
            Repeat::Kind => fields::merge_kinds(given, expr),
            Repeat::Last | Repeat::Exclude => *given = expr,
        }
    }
}
