//! Whether the contestants saw the same files.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::problem::{Result, Trying};
use crate::target::Outcome;

/// What a number counts. Numbers of different kinds say nothing of each
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Files,
    Groups,
}

/// The names of a set, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Names {
    files: u64,
    newlines: u64,
}

/// How many regular files a set has.
pub(super) fn files(set: Set, sets: &Path) -> Result<u64> {
    Ok(names(set, sets)?.files)
}

/// Marks those that found something else than ours did on the same set, and
/// says so.
pub(super) fn compare(
    contestants: &[&Contestant],
    outcomes: &mut [Outcome],
    sets: &Path,
) -> Result<()> {
    let mut found = Vec::new();
    for (contestant, outcome) in contestants.iter().zip(&mut *outcomes) {
        let names = names(contestant.set, sets)?;
        outcome.found =
            outcome.found.map(|found| whole(contestant.answer, found, names));
        found.push(outcome.found);
    }
    let ours = |other: &Contestant, kind: Kind| {
        contestants
            .iter()
            .zip(&found)
            .find(|(it, _)| it.is_ours() && it.set == other.set)
            .filter(|(it, _)| kind_of(it.answer) == Some(kind))
            .and_then(|(_, found)| *found)
    };
    for (contestant, outcome) in contestants.iter().zip(outcomes) {
        let expected =
            kind_of(contestant.answer).and_then(|it| ours(contestant, it));
        if let Some((expected, found)) = expected.zip(outcome.found)
            && expected != found
        {
            outcome.agrees = false;
            eprintln!(
                "  {} found {found} where ours found {expected}",
                outcome.name
            );
        }
    }
    Ok(())
}

/// The number of files that lines stand for, where names with newlines made
/// several lines of one.
fn whole(answer: Answer, found: u64, names: Names) -> u64 {
    if answer == Answer::Lines && found == names.files + names.newlines {
        names.files
    } else {
        found
    }
}

fn kind_of(answer: Answer) -> Option<Kind> {
    match answer {
        Answer::Silence => None,
        Answer::Groups | Answer::Headings(_) => Some(Kind::Groups),
        Answer::Lines | Answer::Zeros | Answer::Digests | Answer::Number => {
            Some(Kind::Files)
        }
    }
}

fn names(set: Set, sets: &Path) -> Result<Names> {
    let list = set.list(sets);
    let file = File::open(&list).trying("open", &list)?;
    let mut input = BufReader::new(file);
    let mut names = Names::default();
    let mut name = Vec::new();
    while input.read_until(0, &mut name).trying("read", &list)? > 0 {
        names.files += 1;
        names.newlines +=
            name.iter().filter(|&&byte| byte == b'\n').count() as u64;
        name.clear();
    }
    Ok(names)
}

impl Contestant {
    /// Whether it is the program that is measured.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.role, Role::Ours | Role::Again)
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, whole};
    use crate::count::Answer;

    #[test]
    fn newlines_in_names_are_no_files() {
        let names = Names { files: 100, newlines: 3 };
        assert_eq!(whole(Answer::Lines, 103, names), 100);
        assert_eq!(whole(Answer::Lines, 102, names), 102);
        assert_eq!(whole(Answer::Lines, 100, names), 100);
        assert_eq!(whole(Answer::Zeros, 103, names), 103);
    }
}
