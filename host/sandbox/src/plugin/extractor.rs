//! One thread's own instance of an extractor, and the values that it tells.

use std::sync::Arc;

use super::exports::ExtractingExports;
use super::value::{Moment, Value};
use super::{Column, Plugin, Portion, Role, wire};
use crate::Fault;
use crate::link::{Cage, Link};
use crate::shared::Shared;

/// A file and what an extractor asked for of it.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The file's name, without the path that leads to it.
    pub name: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Moment,
    /// Its first bytes, or all of them.
    pub head: &'a [u8],
    /// Its last bytes.
    pub tail: &'a [u8],
}

/// An instance of an extractor, for one thread at a time.
pub struct Extractor {
    plugin: Plugin,
    link: Link<ExtractingExports>,
}

impl Extractor {
    pub(super) fn new(
        plugin: Plugin,
        shared: Arc<Shared<ExtractingExports>>,
    ) -> Self {
        Self { plugin, link: Link::new(shared) }
    }

    /// The plugin that it is an instance of.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Whether it knows files of that name and size. Of others it has nothing
    /// to tell, and need not be asked.
    #[must_use]
    pub fn knows(&self, name: &[u8], size: u64) -> bool {
        let Role::Extractor { extensions, portion, .. } = &self.plugin.0.role
        else {
            return false;
        };
        if matches!(portion, Portion::Whole(most) if size > u64::from(*most)) {
            return false;
        }
        extensions.is_empty()
            || extensions.iter().any(|extension| ends_in(name, extension))
    }

    /// Whether it was given up: it has no answers any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.plugin.0.patience.is_at_its_end()
    }

    /// Extracts a file's values and appends them to `out`: one for each
    /// column, in their order. Where there are none, or it fails, as many
    /// times `None` are appended. The inner error is what the plugin finds
    /// wrong with the file, in its own words.
    ///
    /// # Errors
    ///
    /// [`Fault::GivenUp`] after too much was lost on failures, otherwise what
    /// this call ran into.
    pub fn extract(
        &mut self,
        sample: &Sample<'_>,
        out: &mut Vec<Option<Value>>,
    ) -> Result<Result<(), String>, Fault> {
        let Self { plugin, link } = self;
        let columns = plugin.columns();
        let start = out.len();
        let answer = plugin.attempt(link, |link| {
            let values = match ask(link, sample)? {
                Ok(values) => values,
                Err(complaint) => return Ok(Err(complaint)),
            };
            if values.is_empty() {
                return Ok(Ok(()));
            }
            if values.len() != columns.len() {
                let (got, all) = (values.len(), columns.len());
                return Err(
                    link.lied(format!("{got} values for {all} columns"))
                );
            }
            for (value, column) in values.into_iter().zip(columns) {
                match value.map(|value| checked(value, column)).transpose() {
                    Ok(value) => out.push(value.flatten()),
                    Err(what) => return Err(link.lied(what)),
                }
            }
            Ok(Ok(()))
        });
        if !matches!(answer, Ok(Ok(()))) {
            out.truncate(start);
        }
        out.resize(start + columns.len(), None);
        answer
    }
}

impl std::fmt::Debug for Extractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Extractor").field(&self.plugin).finish()
    }
}

fn ask(
    link: &mut Link<ExtractingExports>,
    sample: &Sample<'_>,
) -> Result<Result<Vec<Option<wire::Value>>, String>, Fault> {
    let &Sample { name, size, modified, head, tail } = sample;
    let modified = modified.into();
    let file = wire::File { name, size, modified, head, tail };
    let (answer,) = link.enter(|cage| {
        let Cage { store, exports, .. } = cage;
        exports.extract.call(store, (file,))
    })?;
    Ok(answer)
}

/// A value that is one of the column's. A number that is not finite is none:
/// no format could tell it.
fn checked(
    value: wire::Value,
    column: &Column,
) -> Result<Option<Value>, String> {
    let value = match value {
        wire::Value::Boolean(value) => Value::Boolean(value),
        wire::Value::Signed(value) => Value::Signed(value),
        wire::Value::Unsigned(value) => Value::Unsigned(value),
        wire::Value::Float(value) => Value::Float(value),
        wire::Value::Text(value) => Value::Text(value.into()),
        wire::Value::Bytes(value) => Value::Bytes(value.into()),
        wire::Value::Timestamp(time) => {
            let wire::Timestamp { seconds, nanoseconds } = time;
            if nanoseconds > 999_999_999 {
                return Err(format!(
                    "a time with {nanoseconds} nanoseconds in the column {}",
                    column.name
                ));
            }
            Value::Timestamp(Moment { seconds, nanoseconds })
        }
    };
    if value.value_type() != column.value_type {
        return Err(format!(
            "a value of type {} in the column {} of type {}",
            value.value_type(),
            column.name,
            column.value_type
        ));
    }
    let finite = !matches!(value, Value::Float(number) if !number.is_finite());
    Ok(finite.then_some(value))
}

/// Whether a name has an extension (given in lower case, without its dot) and
/// something before it.
fn ends_in(name: &[u8], extension: &[u8]) -> bool {
    let Some(dot) = name.len().checked_sub(extension.len() + 1) else {
        return false;
    };
    let Some((stem, end)) = name.split_at_checked(dot) else { return false };
    !stem.is_empty()
        && end.split_first().is_some_and(|(dot, rest)| {
            *dot == b'.' && rest.eq_ignore_ascii_case(extension)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_stands_behind_a_stem_and_a_dot() {
        for name in ["a.png", "A.PNG", "x.y.Png", ".a.png"] {
            assert!(ends_in(name.as_bytes(), b"png"), "{name}");
        }
        for name in ["", "png", ".png", "a.pn", "apng", "a.png.txt"] {
            assert!(!ends_in(name.as_bytes(), b"png"), "{name}");
        }
        assert!(ends_in(b"a.tar.gz", b"tar.gz"));
    }
}
