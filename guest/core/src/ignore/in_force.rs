//! Which ignore files there are, and in what order those count that apply to
//! one directory.

use alloc::vec::Vec;

use super::rule_set::MAX_RULES;
use crate::kind::EntryKind;

/// How much the rules that apply to one directory may weigh together, by
/// [`weight`].
const MAX_WEIGHT: usize = 16 << 20;

/// How many ignore files may apply to one directory.
const MAX_FILES: usize = 512;

/// What git calls its rules in a directory.
pub const GITIGNORE: &str = ".gitignore";

/// What other programs call theirs.
pub const IGNORE: &str = ".ignore";

/// What git calls the directory that makes a repository of the one it is in.
pub const GIT: &str = ".git";

/// What git looks for in a directory [`GIT`] before it takes it for a
/// repository: a file or link, and two directories.
pub const HEAD: &str = "HEAD";
/// The directories of these.
pub const OF_REPOSITORY: [&str; 2] = ["objects", "refs"];

/// The rules of a repository that are not in its tree, below [`GIT`].
pub const EXCLUDE: [&str; 2] = ["info", "exclude"];

/// What kind of ignore file it is. One of a later kind counts more; of one
/// kind, the file that lies further down or was named later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The caller named it.
    Named,
    /// The user's own excludes file.
    User,
    /// `.git/info/exclude`.
    Exclude,
    /// `.gitignore`.
    Git,
    /// `.ignore`.
    Other,
    /// What git itself keeps: [`GIT`].
    Own,
}

/// Roughly how many bytes the rules of a text of that length take up at most:
/// what is kept of it, and an entry for each rule.
#[must_use]
pub fn weight(length: usize) -> usize {
    const RULE: usize = 64;
    let rules = (length / 2).min(MAX_RULES).saturating_add(1);
    let entries = rules.saturating_mul(RULE);
    length.saturating_mul(4).saturating_add(entries)
}

/// The ignore files that apply to one directory, in the order in which they
/// count. What a file is, is up to the caller.
#[derive(Clone, Debug)]
pub struct InForce<F> {
    files: Vec<Ranked<F>>,
}

#[derive(Clone, Debug)]
struct Ranked<F> {
    rank: Rank,
    weight: usize,
    file: F,
}

impl<F> Default for InForce<F> {
    fn default() -> Self {
        Self { files: Vec::new() }
    }
}

impl<F> InForce<F> {
    /// The files, the one that counts the most last.
    pub fn files(&self) -> impl Iterator<Item = &F> {
        self.files.iter().map(|it| &it.file)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a file of that weight may be added.
    #[must_use]
    pub fn has_room(&self, weight: usize) -> bool {
        let weights = self.files.iter().map(|it| it.weight);
        let all = weights.fold(weight, usize::saturating_add);
        all <= MAX_WEIGHT && self.files.len() < MAX_FILES
    }

    /// Adds a file, behind those that count less or as much.
    pub fn add(&mut self, rank: Rank, weight: usize, file: F) {
        let at = self.files.partition_point(|it| it.rank <= rank);
        self.files.insert(at, Ranked { rank, weight, file });
    }

    /// Leaves what belongs to the repository above: another begins here.
    pub fn begin_repository(&mut self) {
        self.files.retain(|it| {
            !matches!(it.rank, Rank::User | Rank::Exclude | Rank::Git)
        });
    }
}

/// The ignore files in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// A repository may begin there: there is [`GIT`]. Of a directory, what is
    /// in it decides.
    pub repository: bool,
    /// There is [`GITIGNORE`].
    pub gitignore: bool,
    /// There is [`IGNORE`].
    pub ignore: bool,
}

impl Found {
    /// Looks for them among names and kinds. What is not known to be a file
    /// may be one.
    pub fn among<'n>(
        entries: impl Iterator<Item = (&'n [u8], EntryKind)>,
    ) -> Self {
        let mut found = Self::default();
        for (name, kind) in entries {
            if name.first() != Some(&b'.') {
                continue;
            }
            let is_file = matches!(kind, EntryKind::File | EntryKind::Unknown);
            if name == GITIGNORE.as_bytes() {
                found.gitignore = is_file;
            } else if name == IGNORE.as_bytes() {
                found.ignore = is_file;
            } else if name == GIT.as_bytes() {
                // Of a work tree that was added, it is a file or a link.
                found.repository = is_file
                    || matches!(
                        kind,
                        EntryKind::Directory | EntryKind::Symlink
                    );
            }
        }
        found
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Those that lie in the directory itself, in the order in which they
    /// count.
    pub fn names(self) -> impl Iterator<Item = (Rank, &'static str)> {
        [
            (self.gitignore, Rank::Git, GITIGNORE),
            (self.ignore, Rank::Other, IGNORE),
        ]
        .into_iter()
        .filter_map(|(found, rank, name)| found.then_some((rank, name)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, InForce, MAX_FILES, MAX_WEIGHT, Rank, weight};
    use crate::kind::EntryKind;
    use alloc::vec::Vec;

    #[test]
    fn files_count_by_their_rank_and_then_by_their_order() {
        let mut files = InForce::default();
        for (rank, name) in [
            (Rank::Own, "own"),
            (Rank::Named, "first"),
            (Rank::User, "user"),
            (Rank::Git, "upper"),
            (Rank::Other, "ignore"),
            (Rank::Git, "lower"),
            (Rank::Exclude, "exclude"),
            (Rank::Named, "second"),
        ] {
            files.add(rank, 1, name);
        }
        let names = |files: &InForce<&'static str>| {
            files.files().copied().collect::<Vec<_>>().join(" ")
        };
        let all = "first second user exclude upper lower ignore own";
        assert_eq!(names(&files), all);
        files.begin_repository();
        assert_eq!(names(&files), "first second ignore own");
    }

    #[test]
    fn together_they_have_a_limit() {
        let mut files = InForce::default();
        assert!(files.has_room(MAX_WEIGHT) && !files.has_room(MAX_WEIGHT + 1));
        files.add(Rank::Git, MAX_WEIGHT - 1, ());
        assert!(files.has_room(1) && !files.has_room(2));
        files.begin_repository();
        for _ in 0..MAX_FILES {
            assert!(files.has_room(1));
            files.add(Rank::Other, 1, ());
        }
        assert!(!files.has_room(1));
        assert!(weight(1 << 20) < MAX_WEIGHT / 2);
    }

    #[test]
    fn ignore_files_are_regular_files_or_may_be() {
        use EntryKind::{Directory, File, Symlink, Unknown};
        let found = |name: &str, kind| {
            let found = Found::among([(name.as_bytes(), kind)].into_iter());
            (found.repository, found.gitignore, found.ignore)
        };
        for (kind, is_file, may_begin) in [
            (File, true, true),
            (Directory, false, true),
            (Symlink, false, true),
            (Unknown, true, true),
        ] {
            assert_eq!(found(".gitignore", kind), (false, is_file, false));
            assert_eq!(found(".ignore", kind), (false, false, is_file));
            assert_eq!(found(".git", kind), (may_begin, false, false));
            assert_eq!(found("gitignore", kind), (false, false, false));
        }
    }
}
