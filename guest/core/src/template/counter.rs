//! Numbers that count what is written: `{n:04}`, `{n:03,parent}`.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The most digits that a number is filled up to.
pub(super) const MAX_WIDTH: usize = 64;

/// A number that counts, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// At least so many digits: zeros stand before a shorter number.
    pub width: usize,
    /// Whether each folder has numbers of its own.
    pub per_parent: bool,
}

impl Counter {
    /// Parses what follows `n:`.
    pub(super) fn parse(format: &str) -> Option<Self> {
        let mut counter = Self::default();
        let mut parts = format.split(',');
        let mut part = parts.next()?;
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            counter.width = width(part)?;
            match parts.next() {
                Some(next) => part = next,
                None => return Some(counter),
            }
        }
        counter.per_parent = true;
        (part == "parent" && parts.next().is_none()).then_some(counter)
    }

    /// How its format is written; empty where it has none.
    pub(super) fn format(self) -> String {
        let Self { width, per_parent } = self;
        match (width, per_parent) {
            (0, false) => String::new(),
            (0, true) => String::from("parent"),
            (width, false) => alloc::format!("0{width}"),
            (width, true) => alloc::format!("0{width},parent"),
        }
    }
}

/// A number of digits, with or without a zero before it.
pub(super) fn width(digits: &str) -> Option<usize> {
    let all = digits.bytes().all(|byte| byte.is_ascii_digit());
    let width = digits.parse::<usize>().ok()?;
    (all && (1..=MAX_WIDTH).contains(&width)).then_some(width)
}

/// How far a run has counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    all: u64,
    folders: BTreeMap<Vec<u8>, u64>,
}

impl Counts {
    /// The next number, of the folder where each has its own.
    pub(super) fn next(&mut self, counter: Counter, folder: &[u8]) -> u64 {
        let count = match counter.per_parent {
            false => &mut self.all,
            true => match self.folders.get_mut(folder) {
                Some(count) => count,
                None => self.folders.entry(folder.to_vec()).or_default(),
            },
        };
        *count = count.saturating_add(1);
        *count
    }
}

/// A number with zeros before it.
pub(super) struct Padded(pub(super) u64, pub(super) usize);

impl fmt::Display for Padded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = self.1)
    }
}
