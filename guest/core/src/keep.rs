//! Which of equal or similar files stays: rules that the user gives in order. Each leaves
//! those that it likes best to the next; the last word has the order of the
//! paths' bytes.

mod columns;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::escape::escaped;
use crate::pattern::{Compiled, Syntax};
use crate::time::Timestamp;

pub use self::columns::{ColumnsError, Files};

/// The most rules there may be: each costs a look at every path.
pub const MAX_RULES: usize = 32;

/// What is said about the rules in helps and errors.
pub const RULES: &str = "oldest, newest, largest, smallest, shortest-path, \
                         longest-path, first-root, under:DIR or regex:REGEX";

/// A rule.
#[derive(Debug)]
enum Rule {
    /// The one that was modified first.
    Oldest,
    /// The one that was modified last.
    Newest,
    /// The picture with the most pixels; among equals, and of other files, the
    /// one with the most bytes.
    Largest,
    /// The one with the fewest, likewise.
    Smallest,
    /// The one whose path has the fewest bytes.
    ShortestPath,
    /// The one whose path has the most bytes.
    LongestPath,
    /// The one in the root that was named first.
    FirstRoot,
    /// One beneath a folder.
    Under(Vec<u8>),
    /// One whose path has a match.
    Regex(Compiled),
}

/// A rule that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepError(String);

impl core::fmt::Display for KeepError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for KeepError {}

/// Rules, in their order.
///
/// ```
/// use sanchay_core::keep::{Candidate, Choice, KeepRules};
/// use sanchay_core::time::Timestamp;
///
/// let rules = KeepRules::new(&["under:/originals", "oldest"])?;
/// let file = |path, seconds| Candidate {
///     path,
///     root: 0,
///     modified: Timestamp { seconds, nanoseconds: 0 },
///     size: 7,
///     pixels: 0,
/// };
/// let files = [
///     file(b"/inbox/a.jpg", 1),
///     file(b"/originals/b.jpg", 3),
///     file(b"/originals/a.jpg", 2),
/// ];
/// let choice = rules.choose(&files).unwrap();
/// assert_eq!(choice, Choice { kept: 2, decided_by: Some(1) });
/// # Ok::<(), sanchay_core::keep::KeepError>(())
/// ```
#[derive(Debug, Default)]
pub struct KeepRules(Vec<Rule>);

/// One of equal or similar files.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'p> {
    /// Its path.
    pub path: &'p [u8],
    /// The number of the root that it is in.
    pub root: u32,
    /// When it was modified.
    pub modified: Timestamp,
    /// Its size in bytes.
    pub size: u64,
    /// How many pixels it has, if it is a picture; otherwise 0.
    pub pixels: u64,
}

/// Which file stays, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its place among the candidates.
    pub kept: usize,
    /// The rule that left it alone, by its number. `None` where all rules left
    /// several, of which it has the first path in byte order.
    pub decided_by: Option<usize>,
}

impl KeepRules {
    /// Parses rules.
    ///
    /// # Errors
    /// One of them is none, or there are more than [`MAX_RULES`].
    pub fn new<R: AsRef<[u8]>>(rules: &[R]) -> Result<Self, KeepError> {
        if rules.len() > MAX_RULES {
            let why = format!("there are more than {MAX_RULES} rules");
            return Err(KeepError(why));
        }
        let rules = rules.iter().map(|rule| parse(rule.as_ref()));
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// Chooses the file that stays; `None` if there are none.
    #[must_use]
    pub fn choose(&self, candidates: &[Candidate<'_>]) -> Option<Choice> {
        let mut left: Vec<usize> = (0..candidates.len()).collect();
        let candidate = |at: &usize| candidates.get(*at);
        for (number, rule) in self.0.iter().enumerate() {
            let best = left.iter().filter_map(candidate).map(|it| rule.of(it));
            let Some(best) = best.min() else { continue };
            let several = left.len() > 1;
            left.retain(|at| {
                candidate(at).is_some_and(|it| rule.of(it) == best)
            });
            if several && let [kept] = left[..] {
                return Some(Choice { kept, decided_by: Some(number) });
            }
        }
        let first = left
            .into_iter()
            .min_by_key(|at| candidate(at).map(|it| (it.path, *at)));
        first.map(|kept| Choice { kept, decided_by: None })
    }
}

impl Rule {
    /// How little a rule likes a file: the least stays.
    fn of(&self, file: &Candidate<'_>) -> (i64, i64) {
        let Timestamp { seconds, nanoseconds } = file.modified;
        let nanoseconds = i64::from(nanoseconds);
        let length = i64::try_from(file.path.len()).unwrap_or(i64::MAX);
        let number = |it| i64::try_from(it).unwrap_or(i64::MAX);
        let extent = (number(file.pixels), number(file.size));
        match self {
            Self::Smallest => extent,
            Self::Largest => (!extent.0, !extent.1),
            Self::Oldest => (seconds, nanoseconds),
            // The complement reverses the order, and never overflows.
            Self::Newest => (!seconds, !nanoseconds),
            Self::ShortestPath => (length, 0),
            Self::LongestPath => (!length, 0),
            Self::FirstRoot => (file.root.into(), 0),
            Self::Under(folder) => {
                (i64::from(!is_under(file.path, folder)), 0)
            }
            Self::Regex(regex) => (i64::from(!regex.matches(file.path)), 0),
        }
    }
}

/// Whether a path leads beneath a folder, by its text.
fn is_under(path: &[u8], folder: &[u8]) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| folder.ends_with(b"/") || rest.starts_with(b"/"))
}

fn parse(text: &[u8]) -> Result<Rule, KeepError> {
    if let Some(folder) = text.strip_prefix(b"under:") {
        let end = folder.iter().rposition(|byte| *byte != b'/');
        return match (end, folder) {
            (Some(end), _) => {
                Ok(Rule::Under(folder.get(..=end).unwrap_or(folder).to_vec()))
            }
            (None, [b'/', ..]) => Ok(Rule::Under(b"/".to_vec())),
            (None, _) => {
                Err(KeepError("under: needs a folder behind it".to_string()))
            }
        };
    }
    if let Some(regex) = text.strip_prefix(b"regex:") {
        let compiled = Compiled::new(Syntax::Regex, &[regex]);
        return compiled.map(Rule::Regex).map_err(|error| {
            let regex = escaped(regex);
            KeepError(format!("{regex}: at byte {}: {error}", error.at))
        });
    }
    Ok(match text {
        b"oldest" => Rule::Oldest,
        b"newest" => Rule::Newest,
        b"largest" => Rule::Largest,
        b"smallest" => Rule::Smallest,
        b"shortest-path" => Rule::ShortestPath,
        b"longest-path" => Rule::LongestPath,
        b"first-root" => Rule::FirstRoot,
        other => {
            let other = escaped(other);
            let why = format!("{other} is no rule: it is one of {RULES}");
            return Err(KeepError(why));
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Candidate, Choice, KeepRules, MAX_RULES};
    use crate::time::Timestamp;

    fn file(path: &str, root: u32, seconds: i64) -> Candidate<'_> {
        let modified = Timestamp { seconds, nanoseconds: 5 };
        let path = path.as_bytes();
        Candidate { path, root, modified, size: 9, pixels: 0 }
    }

    fn kept(
        rules: &[&str],
        files: &[Candidate<'_>],
    ) -> (usize, Option<usize>) {
        let choice = KeepRules::new(rules).unwrap().choose(files).unwrap();
        (choice.kept, choice.decided_by)
    }

    #[test]
    fn each_rule_leaves_what_it_says() {
        let files = [
            file("/b/long-name", 1, 7),
            file("/a/x", 2, 9),
            file("/c/sub/y", 0, 3),
        ];
        for (rule, at) in [
            ("oldest", 2),
            ("newest", 1),
            ("shortest-path", 1),
            ("longest-path", 0),
            ("first-root", 2),
            ("under:/c", 2),
            ("under:/c/", 2),
            ("under:/b//", 0),
            ("regex:^/a/", 1),
        ] {
            assert_eq!(kept(&[rule], &files), (at, Some(0)), "{rule}");
        }
        // Not by half a name.
        assert_eq!(kept(&["under:/c/su"], &files), (1, None));
        assert_eq!(kept(&["under:/"], &files), (1, None));
    }

    #[test]
    fn pixels_count_before_bytes() {
        let picture = |path, pixels, size| Candidate {
            pixels,
            size,
            ..file(path, 0, 0)
        };
        let files = [
            picture("/a.bmp", 100, 9000),
            picture("/b.jpg", 400, 500),
            picture("/c.png", 400, 3000),
            picture("/d.gif", 100, 20),
        ];
        assert_eq!(kept(&["largest"], &files), (2, Some(0)));
        assert_eq!(kept(&["smallest"], &files), (3, Some(0)));
        let texts = [picture("/a", 0, 5), picture("/b", 0, u64::MAX)];
        assert_eq!(kept(&["largest"], &texts), (1, Some(0)));
        assert_eq!(kept(&["smallest"], &texts), (0, Some(0)));
        // Equal files have one size: the next rule decides.
        let equal = [file("/a", 0, 2), file("/b", 0, 1)];
        assert_eq!(kept(&["largest", "oldest"], &equal), (1, Some(1)));
    }

    #[test]
    fn what_one_rule_leaves_the_next_decides() {
        let files = [
            file("/keep/b", 0, 5),
            file("/keep/a", 0, 5),
            file("/other", 0, 1),
        ];
        let under = "under:/keep";
        assert_eq!(kept(&[under, "oldest"], &files), (1, None));
        assert_eq!(kept(&["oldest", under], &files), (2, Some(0)));
        let regex = "regex:b$";
        assert_eq!(kept(&[under, "newest", regex], &files), (0, Some(2)));
        assert_eq!(kept(&[], &files), (1, None));
        assert_eq!(KeepRules::default().choose(&[]), None);
        let only = KeepRules::new(&["newest"]).unwrap().choose(&files[..1]);
        assert_eq!(only, Some(Choice { kept: 0, decided_by: None }));
    }

    #[test]
    fn a_rule_that_is_none_is_refused_with_those_that_are() {
        for (rule, says) in [
            ("eldest", "eldest is no rule: it is one of oldest, newest"),
            ("", " is no rule"),
            ("under:", "under: needs a folder"),
            ("regex:(", "at byte 0: "),
            ("\u{1b}[0m", "no rule"),
        ] {
            let error = KeepRules::new(&[rule]).unwrap_err().to_string();
            assert!(error.contains(says), "{rule}: {error}");
            assert!(!error.contains('\u{1b}'));
        }
        assert!(KeepRules::new(&["oldest"; MAX_RULES + 1]).is_err());
    }

    proptest! {
        #[test]
        fn the_choice_does_not_depend_on_the_order_of_the_files(
            files in prop::collection::vec(
                ("[ab/]{0,4}", 0..3_u32, -2..3_i64), 1..8,
            ),
            rules in prop::collection::vec(
                prop::sample::select(vec![
                    "oldest", "newest", "shortest-path", "longest-path",
                    "first-root", "under:/a", "regex:b", "largest",
                ]),
                0..4,
            ),
        ) {
            let files: Vec<_> = files
                .iter()
                .map(|(path, root, seconds)| file(path, *root, *seconds))
                .collect();
            let rules = KeepRules::new(&rules).unwrap();
            let first = rules.choose(&files).unwrap();
            let mut turned = files.clone();
            turned.reverse();
            let other = rules.choose(&turned).unwrap();
            let facts = |it: &Candidate<'_>| (it.path.to_vec(), it.root, it.modified);
            let (one, two) = (&files[first.kept], &turned[other.kept]);
            prop_assert_eq!(one.path, two.path);
            if first.decided_by.is_some() {
                prop_assert_eq!(facts(one), facts(two));
            }
            prop_assert_eq!(first.decided_by, other.decided_by);
        }
    }
}
