//! New names for files, made of what is known of them: a template, the parts
//! of the old name that a regular expression captures, and replacements.
//!
//! A [`Naming`] is what a user asks for; a [`Namer`] is it, compiled, and
//! names the records of one run in their order. Every name that it gives is
//! one component that any file system takes, or, where it names folders, a
//! path that leads nowhere but down.

mod captures;
mod namer;
mod portable;
mod refusal;
mod replacement;
#[cfg(test)]
mod tests;
mod truncate;

pub use self::captures::Captures;
pub use self::namer::{Namer, Naming, NamingError};
pub use self::portable::is_portable;
pub use self::refusal::Refusal;
