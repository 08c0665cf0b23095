//! Names for the records of a run.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::replacement::Replacement;
use super::truncate::truncate;
use super::{Captures, Refusal, is_portable};
use crate::escape::escaped;
use crate::plan::{MAX_NAME, NameFlaw, check_component};
use crate::record::{
    Column, FieldId, RecordBatch, RecordKind, Schema, VarColumn,
};
use crate::syntax_error::SyntaxError;
use crate::template::{Resolved, State, Template, Written};
use crate::time::Zone;
use crate::value::ValueType;

/// How long a text may become on the way to a name, in bytes: a template
/// whose values are long, and replacements that lengthen them, end here.
const MAX_TEXT: usize = 64 << 10;

/// The most replacements.
const MAX_REPLACEMENTS: usize = 1000;

/// How files are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The template.
    pub template: String,
    /// A regular expression that is searched in the old name. Its groups are
    /// fields of the template; a file whose name does not match keeps it.
    pub pattern: Option<String>,
    /// Replacements, `s/REGEX/TEXT/g`, of what the template makes, one after
    /// the other.
    pub replacements: Vec<String>,
    /// Whether the template makes the path of a folder, with slashes.
    pub folders: bool,
    /// Whether a name that is too long is cut.
    pub truncate: bool,
    /// Whether every system has to take the name.
    pub portable: bool,
}

impl Default for Naming {
    /// Every file keeps its name.
    fn default() -> Self {
        Self {
            template: String::from("{name}"),
            pattern: None,
            replacements: Vec::new(),
            folders: false,
            truncate: false,
            portable: false,
        }
    }
}

/// What is wrong with a [`Naming`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamingError {
    /// The template.
    Template(SyntaxError),
    /// The regular expression: at which byte, and what.
    Pattern(usize, String),
    /// A replacement, by its number from 0: at which character, and what.
    Replacement(usize, usize, String),
}

impl fmt::Display for NamingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => error.fmt(f),
            Self::Pattern(at, why) => {
                write!(f, "{why} (at byte {})", at.saturating_add(1))
            }
            Self::Replacement(number, at, why) => write!(
                f,
                "replacement {}: {why} (at character {})",
                number.saturating_add(1),
                at.saturating_add(1)
            ),
        }
    }
}

impl core::error::Error for NamingError {}

/// A [`Naming`], compiled, and how far it has counted.
#[derive(Debug)]
pub struct Namer {
    resolved: Resolved,
    state: State,
    captures: Option<Captures>,
    replacements: Vec<Replacement>,
    folders: bool,
    truncate: bool,
    portable: bool,
    /// A buffer that is used again.
    spare: Vec<u8>,
}

impl Namer {
    /// Compiles a naming, and says which records it names. Times by strftime
    /// are in `zone`; `plugins` are the columns of plugins.
    ///
    /// # Errors
    ///
    /// What is wrong with the naming.
    pub fn new(
        naming: &Naming,
        zone: impl Into<Zone>,
        plugins: impl IntoIterator<Item = (String, ValueType)>,
    ) -> Result<(Schema, Self), NamingError> {
        let captures = match &naming.pattern {
            Some(pattern) => {
                Some(Captures::new(pattern).map_err(|error| {
                    NamingError::Pattern(error.at, error.why)
                })?)
            }
            None => None,
        };
        let names = captures.as_ref().map(Captures::names);
        let template: Template =
            naming.template.parse().map_err(NamingError::Template)?;
        let kind = RecordKind::Hash { partial: false };
        let all = Schema::new(kind, plugins);
        let (fields, resolved) = template
            .resolve_captures(&all, zone, &names.unwrap_or_default())
            .map_err(NamingError::Template)?;
        let mut ids = alloc::vec![FieldId::Name];
        let others = fields.fields().iter().map(|field| field.id);
        ids.extend(others.filter(|id| *id != FieldId::Name));
        if naming.replacements.len() > MAX_REPLACEMENTS {
            let why = "there are more than 1000".to_owned();
            return Err(NamingError::Replacement(MAX_REPLACEMENTS, 0, why));
        }
        let mut replacements = Vec::new();
        for (number, text) in naming.replacements.iter().enumerate() {
            let parsed = Replacement::parse(text).map_err(|(at, why)| {
                let why = escaped(why.as_bytes());
                let why = alloc::format!("{why}");
                NamingError::Replacement(number, at, why)
            });
            replacements.push(parsed?);
        }
        let namer = Self {
            resolved,
            state: State::default(),
            captures,
            replacements,
            folders: naming.folders,
            truncate: naming.truncate,
            portable: naming.portable,
            spare: Vec::new(),
        };
        Ok((all.choose(&ids), namer))
    }

    /// Whether it counts: then the records must come in their order.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.resolved.counts()
    }

    /// The name of a record of the fields that were asked for, in `out` and
    /// nothing else; on a refusal what is there means nothing.
    ///
    /// # Errors
    ///
    /// Why it gets none.
    pub fn name(
        &mut self,
        batch: &RecordBatch,
        row: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        out.clear();
        let old = match batch.column(FieldId::Name) {
            Some(Column::Name(names)) => VarColumn::get(names, row),
            _ => None,
        };
        if let Some(captures) = &mut self.captures {
            if !captures.search(old.unwrap_or_default()) {
                return Err(Refusal::Unmatched);
            }
            self.state.set_captures(captures);
        }
        let limit = MAX_TEXT;
        let written =
            self.resolved.write_some(batch, row, limit, &mut self.state, out);
        match written {
            Written::Whole => {}
            Written::Missing(number) => {
                return Err(Refusal::Missing(number));
            }
            Written::TooLong => return Err(NameFlaw::TooLong.into()),
        }
        for replacement in &mut self.replacements {
            replacement.apply(out, MAX_TEXT, &mut self.spare);
            core::mem::swap(out, &mut self.spare);
            if out.len() > MAX_TEXT {
                return Err(NameFlaw::TooLong.into());
            }
        }
        if self.folders { self.folder(out) } else { self.component(out) }
    }

    /// Checks a name of one component.
    fn component(&self, name: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.truncate && name.len() > MAX_NAME {
            truncate(name);
        }
        check_component(name)?;
        match self.portable && !is_portable(name) {
            true => Err(Refusal::NotPortable),
            false => Ok(()),
        }
    }

    /// Checks the path of a folder, component by component. It may be empty:
    /// that is the folder that it is beneath.
    fn folder(&mut self, path: &mut Vec<u8>) -> Result<(), Refusal> {
        if path.ends_with(b"/") && path.len() > 1 {
            path.pop();
        }
        if path.starts_with(b"/") {
            return Err(NameFlaw::Absolute.into());
        }
        if path.is_empty() {
            return Ok(());
        }
        let mut whole = core::mem::take(&mut self.spare);
        whole.clear();
        let mut name = Vec::new();
        for component in path.split(|byte| *byte == b'/') {
            name.clear();
            name.extend_from_slice(component);
            if let Err(refusal) = self.component(&mut name) {
                self.spare = whole;
                return Err(refusal);
            }
            if !whole.is_empty() {
                whole.push(b'/');
            }
            whole.extend_from_slice(&name);
        }
        self.spare = core::mem::replace(path, whole);
        Ok(())
    }
}

impl From<NameFlaw> for Refusal {
    fn from(flaw: NameFlaw) -> Self {
        Self::Name(flaw)
    }
}
