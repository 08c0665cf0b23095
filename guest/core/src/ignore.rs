//! Ignore rules: the text of `.gitignore` and its like, read and matched as
//! git does.
//!
//! A [`RuleSet`] is what one ignore file says. [`retain`] takes what a matcher
//! wants of a directory listing and leaves out what the rule sets in force
//! there ignore. Both the text and the names are untrusted: a text has limits,
//! and matching has a budget that grows with the number of names alone. What
//! exceeds it is refused, and the rule set that cost the most is named.
//!
//! What git does, where its manual is brief: the last rule that matches a path
//! decides. A pattern with a slash before its end is matched with the path
//! below the directory of its file, any other with the name alone. What
//! precedes the first wildcard of a path is compared first, and the rest is
//! matched as a pattern of its own; so `a**/b` matches `ab` and `a/x/b`.

mod budget;
mod class;
mod component;
mod excludes_file;
mod in_force;
mod line;
mod names;
mod path;
mod paths;
#[cfg(test)]
mod properties;
mod retain;
mod rule;
mod rule_set;
#[cfg(test)]
mod tests;
mod way;

pub use self::excludes_file::excludes_file;
pub use self::in_force::{
    EXCLUDE, Found, GIT, GITIGNORE, HEAD, IGNORE, InForce, OF_REPOSITORY,
    Rank, weight,
};
pub use self::retain::{TooCostly, retain};
pub use self::rule_set::{MAX_RULES, MAX_TEXT, Place, RuleSet, RuleSetError};
