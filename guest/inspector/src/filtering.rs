//! The interface `filtering`, and the errors of batches.

use alloc::vec::Vec;

use sanchay_core::batch::{self, Batch};
use sanchay_core::filter::{
    Columns, Entries, Matcher, Matches, Program, ProgramError, ProgramFault,
};
use sanchay_core::ignore::{self, Place, RuleSet, RuleSetError, TooCostly};
use sanchay_core::kind::EntryKind;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::batches::BatchError;
use crate::interfaces::exports::sanchay::inspect::filtering as wit;

impl wit::Guest for Inspector {
    type Filter = Filter;
    type IgnoreRules = IgnoreRules;
}

/// The rules of an ignore file.
pub(crate) struct IgnoreRules(RuleSet);

impl wit::GuestIgnoreRules for IgnoreRules {
    fn parse(
        text: Vec<u8>,
        place: wit::RulesPlace,
    ) -> Result<wit::IgnoreRules, wit::RulesError> {
        let rules = RuleSet::parse(&text, place.into())?;
        Ok(wit::IgnoreRules::new(Self(rules)))
    }
}

/// A compiled program.
pub(crate) struct Filter(Matcher);

impl wit::GuestFilter for Filter {
    fn compile(program: Vec<u8>) -> Result<wit::Filter, wit::ProgramError> {
        let matcher = Matcher::compile(&Program::decode(&program)?)?;
        Ok(wit::Filter::new(Self(matcher)))
    }

    fn columns(&self) -> u64 {
        self.0.columns().bits()
    }

    fn kinds(&self) -> u8 {
        self.0.kinds().bits()
    }

    fn match_names(
        &self,
        listing: wit::Listing,
    ) -> Result<wit::Matches, BatchError> {
        let kinds = kinds(&listing);
        let entries = named(&listing, &kinds)?;
        let Matches { entries, directories } = self.0.match_names(&entries);
        Ok(wit::Matches { entries, directories })
    }

    fn match_names_ignoring(
        &self,
        listing: wit::Listing,
        rules: Vec<wit::IgnoreRulesBorrow<'_>>,
    ) -> Result<wit::Matches, wit::IgnoringError> {
        let kinds = kinds(&listing);
        let entries = named(&listing, &kinds)?;
        let rules: Vec<&RuleSet> =
            rules.iter().map(|it| &it.get::<IgnoreRules>().0).collect();
        let mut matches = self.0.match_names(&entries);
        ignore::retain(&mut matches, &entries, &rules)?;
        let Matches { entries, directories } = matches;
        Ok(wit::Matches { entries, directories })
    }

    fn match_metadata(
        &self,
        entries: u32,
        listing: Option<wit::Listing>,
        columns: u64,
        values: Vec<u64>,
    ) -> Result<Vec<u32>, BatchError> {
        let rows = usize::try_from(entries).unwrap_or(usize::MAX);
        let columns = Columns::from_bits(columns);
        let kinds = listing.as_ref().map(kinds).unwrap_or_default();
        let listed = listing.as_ref();
        let listed = listed.map(|it| named(it, &kinds)).transpose()?;
        let entries = Entries::measured(rows, listed, columns, &values)?;
        Ok(self.0.match_metadata(&entries))
    }
}

fn kinds(listing: &wit::Listing) -> Vec<EntryKind> {
    listing.kinds.iter().copied().map(EntryKind::from).collect()
}

fn named<'a>(
    listing: &'a wit::Listing,
    kinds: &'a [EntryKind],
) -> Result<Entries<'a>, batch::BatchError> {
    let names = Batch::new(&listing.names, &listing.ends)?;
    Entries::named(&listing.directory, names, kinds)
}

impl From<ProgramError> for wit::ProgramError {
    fn from(ProgramError { offset, fault }: ProgramError) -> Self {
        let fault = match fault {
            ProgramFault::Version => wit::ProgramFault::Version,
            ProgramFault::Length => wit::ProgramFault::Length,
            ProgramFault::Unknown => wit::ProgramFault::Unknown,
            ProgramFault::Field => wit::ProgramFault::Field,
            ProgramFault::Operand => wit::ProgramFault::Operand,
            ProgramFault::TooLarge => wit::ProgramFault::TooLarge,
        };
        Self { offset, fault }
    }
}

impl From<wit::RulesPlace> for Place {
    fn from(place: wit::RulesPlace) -> Self {
        match place {
            wit::RulesPlace::Below(path) => Self::Below(path),
            wit::RulesPlace::Above(path) => Self::Above(path),
        }
    }
}

impl From<RuleSetError> for wit::RulesError {
    fn from(error: RuleSetError) -> Self {
        match error {
            RuleSetError::TooLong => Self::TooLong,
            RuleSetError::TooManyRules => Self::TooManyRules,
        }
    }
}

impl From<TooCostly> for wit::IgnoringError {
    fn from(TooCostly(index): TooCostly) -> Self {
        Self::TooCostly(index)
    }
}

impl From<batch::BatchError> for wit::IgnoringError {
    fn from(error: batch::BatchError) -> Self {
        Self::Batch(error.into())
    }
}

impl From<wit::EntryKind> for EntryKind {
    fn from(kind: wit::EntryKind) -> Self {
        match kind {
            wit::EntryKind::File => Self::File,
            wit::EntryKind::Directory => Self::Directory,
            wit::EntryKind::Symlink => Self::Symlink,
            wit::EntryKind::Fifo => Self::Fifo,
            wit::EntryKind::Socket => Self::Socket,
            wit::EntryKind::BlockDevice => Self::BlockDevice,
            wit::EntryKind::CharacterDevice => Self::CharacterDevice,
            wit::EntryKind::Unknown => Self::Unknown,
        }
    }
}

impl From<batch::BatchError> for BatchError {
    fn from(error: batch::BatchError) -> Self {
        use batch::BatchError::{
            ColumnLength, EndOutOfOrder, EndPastData, TrailingData,
        };
        match error {
            EndOutOfOrder(index) => Self::EndOutOfOrder(index),
            EndPastData(index) => Self::EndPastData(index),
            TrailingData(length) => Self::TrailingData(length),
            ColumnLength(length) => Self::ColumnLength(length),
        }
    }
}
