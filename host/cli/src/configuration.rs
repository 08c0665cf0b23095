//! What users set once for all runs: options, in files called `sanchay.toml`
//! and in variables; sets of filters; roots with names.
//!
//! Nothing here knows a particular option. Which there are is asked of the
//! command line's description, and what is set becomes arguments of a command
//! before those that its user gave, so that a new option can be configured
//! like any other. The nearest setting of an option counts: the command line,
//! a variable, the project's file, the user's file, the default.

mod document;
mod error;
mod files;
mod known;
mod named;
mod origin;
mod setting;
mod splice;
mod value;
mod variables;

use std::{cmp::Reverse, collections::BTreeMap};

use clap::{Arg, Command};
use sanchay::escaped;

use self::{document::Document, files::Files, variables::Variables};
pub(crate) use self::{
    error::ConfigurationError,
    files::{Looked, Selection, State},
    known::{is_configurable, is_ordinary, with_negations},
    named::{NamedFilter, NamedRoots},
    origin::Origin,
    setting::{Chosen, Setting, reason},
    splice::{Place, innermost, path_of, relaxed},
    value::Value,
};
use crate::options::filter;

/// Where something may be configured: what there is, not yet understood.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Files,
    variables: Variables,
}

impl Sources {
    /// Reads what there is.
    pub(crate) fn find(
        selection: &Selection,
    ) -> Result<Self, ConfigurationError> {
        let files = Files::find(selection)?;
        Ok(Self { files, variables: Variables::of_environment() })
    }

    /// Whether nothing is configured.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.contents.is_empty() && self.variables.is_empty()
    }

    /// The files that were looked for.
    pub(crate) fn files(&self) -> &[Looked] {
        &self.files.looked
    }

    /// What is to be said of files that are not read, as others may have
    /// written them.
    pub(crate) fn refused(&self) -> impl Iterator<Item = String> {
        self.files().iter().filter_map(|looked| {
            let State::Refused(why) = &looked.state else { return None };
            let path = escaped(looked.path.as_os_str().as_encoded_bytes());
            Some(format!("{path}: not read: {why} (--config {path} reads it)"))
        })
    }
}

/// What is configured, wherever that is.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    variables: Variables,
    /// What the files say, the nearest first.
    documents: Vec<Document>,
}

impl Configuration {
    /// Understands what there is. `description` is that of the command line.
    pub(crate) fn read(
        sources: Sources,
        description: &Command,
    ) -> Result<Self, ConfigurationError> {
        let contents = sources.files.contents.iter();
        let documents = contents
            .map(|file| Document::parse(file, description))
            .collect::<Result<_, _>>()?;
        Ok(Self { variables: sources.variables, documents })
    }

    /// Refuses values that no command could use, which otherwise comes to
    /// light when a command takes them.
    pub(crate) fn check(
        &self,
        description: &Command,
    ) -> Result<(), ConfigurationError> {
        let filters = self.filters();
        for filter in filters.values() {
            filter.filter()?;
        }
        for setting in self.in_force(description)? {
            if setting.key == filter::NAMED {
                let names = setting.value.each().iter();
                for name in names.filter_map(Value::argument) {
                    let name = name.to_string_lossy();
                    let found = NamedFilter::resolve(&filters, &name);
                    found.map_err(|why| setting.error(&why))?;
                }
            }
            let mut refused = Ok(());
            for option in options_of(&setting, description) {
                refused = setting.check(option);
                if refused.is_ok() {
                    break;
                }
            }
            refused?;
        }
        Ok(())
    }

    /// What counts for a command, one setting for each option at most: the
    /// farthest first, as what stands last on a command line counts.
    pub(crate) fn of_command<'d>(
        &self,
        description: &'d Command,
        path: &[&str],
    ) -> Result<Vec<Chosen<'d>>, ConfigurationError> {
        let mut chosen = Vec::new();
        for option in known::options(description, path) {
            let Some((layer, setting)) = self.nearest(path, option)? else {
                continue;
            };
            // What is set for every command need not suit every command.
            let suits = |option: &&Arg| setting.check(option).is_ok();
            if setting.command.is_empty()
                && !suits(&option)
                && options_of(&setting, description).any(|it| suits(&it))
            {
                continue;
            }
            chosen.push((layer, Chosen::new(option, setting)?));
        }
        chosen.sort_by_key(|(layer, _)| Reverse(*layer));
        Ok(chosen.into_iter().map(|(_, chosen)| chosen).collect())
    }

    /// The nearest setting of an option, and how far away that is.
    fn nearest(
        &self,
        path: &[&str],
        option: &Arg,
    ) -> Result<Option<(usize, Setting)>, ConfigurationError> {
        if let Some(setting) = self.variables.of(option)? {
            return Ok(Some((0, setting)));
        }
        let key = option.get_long().unwrap_or_default();
        let mut documents = self.documents.iter().zip(1..);
        Ok(documents.find_map(|(document, layer)| {
            Some((layer, document.setting(path, key)?.clone()))
        }))
    }

    /// All settings that are not hidden by nearer ones, those of variables
    /// first.
    pub(crate) fn in_force(
        &self,
        description: &Command,
    ) -> Result<Vec<Setting>, ConfigurationError> {
        let mut all = self.variables.known(description)?;
        for document in &self.documents {
            let hidden = |setting: &Setting| {
                let hides = |near: &Setting| {
                    near.key == setting.key
                        && (near.command.is_empty()
                            || near.command == setting.command)
                };
                all.iter().any(hides)
            };
            let shown: Vec<_> = document
                .settings
                .iter()
                .filter(|setting| !hidden(setting))
                .cloned()
                .collect();
            all.extend(shown);
        }
        Ok(all)
    }

    /// The sets of filters by name: of two of one name, the nearer.
    pub(crate) fn filters(&self) -> BTreeMap<String, NamedFilter> {
        let farthest = self.documents.iter().rev();
        let all = farthest.flat_map(|document| &document.filters);
        all.map(|filter| (filter.name.clone(), filter.clone())).collect()
    }

    /// The roots with names: of two of one name, the nearer.
    pub(crate) fn roots(&self) -> BTreeMap<String, NamedRoots> {
        let farthest = self.documents.iter().rev();
        let all = farthest.flat_map(|document| &document.roots);
        all.map(|roots| (roots.name.clone(), roots.clone())).collect()
    }
}

/// The options that a setting is for.
fn options_of<'d>(
    setting: &Setting,
    description: &'d Command,
) -> impl Iterator<Item = &'d Arg> {
    let commands = known::commands(description).into_iter();
    let meant = commands
        .filter(|path| setting.command.is_empty() || setting.command == *path);
    meant.filter_map(|path| known::option(description, &path, &setting.key))
}
