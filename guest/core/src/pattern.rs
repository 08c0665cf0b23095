//! Patterns of names and paths: globs and regular expressions, over bytes.
//!
//! Both become one automaton for each test, whatever the number of patterns.
//! Matching takes time linear in the length of the name, and the automaton is
//! bounded: a pattern that would outgrow the bound is refused.

mod capturing;
mod compiled;
mod glob;

pub use self::capturing::Capturing;
pub use self::compiled::{Compiled, PatternError, Syntax};
