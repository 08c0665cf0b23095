//! A file's text, checked against what can be configured.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Command;
use sanchay::{FilterOption, Repeat, escaped};
use sanchay_core::nearest::nearest;
use sanchay_names::OsStrExt as _;
use sanchay_system::host::HOME;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    ConfigurationError, NamedFilter, NamedRoots, Origin, Setting, Value,
    files::{Contents, FileKind},
    known::{self, Shape},
};
use crate::options::plugin;

/// The table of sets of filters.
const FILTERS: &str = "filters";

/// The table of roots with names.
const ROOTS: &str = "roots";

/// What the table of a root has.
const PATHS: &str = "expected path = 'DIR' or paths = ['DIR', ...]";

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Options.
    pub(super) settings: Vec<Setting>,
    /// Sets of filters.
    pub(super) filters: Vec<NamedFilter>,
    /// Roots with names.
    pub(super) roots: Vec<NamedRoots>,
}

impl Document {
    /// Parses a file.
    pub(super) fn parse(
        file: &Contents,
        description: &Command,
    ) -> Result<Self, ConfigurationError> {
        let mut reader = Reader {
            file,
            line_ends: file
                .text
                .match_indices('\n')
                .map(|(at, _)| at)
                .collect(),
            description,
            commands: known::commands(description),
            document: Self::default(),
        };
        let table = DeTable::parse(&file.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let why = escaped(error.message().as_bytes()).to_string();
            ConfigurationError::new(reader.origin(span.start), why)
        })?;
        reader.top(table.get_ref())?;
        let mut document = reader.document;
        // A table has its keys in their order; a file has another.
        document.settings.sort_by_key(|it| it.origin.line());
        Ok(document)
    }

    /// What it says of an option: in the table of a command, or for every
    /// command.
    pub(super) fn setting(
        &self,
        path: &[&str],
        key: &str,
    ) -> Option<&Setting> {
        let of = |command: &[&str]| {
            self.settings
                .iter()
                .find(|it| it.key == key && it.command == command)
        };
        of(path).or_else(|| of(&[]))
    }
}

type Key<'t> = Spanned<DeString<'t>>;
type Found<'t> = Spanned<DeValue<'t>>;
type Checked = Result<(), ConfigurationError>;
type AsFolder = fn(&[u8]) -> Vec<u8>;

/// Reads the tables of a file.
struct Reader<'r> {
    file: &'r Contents,
    /// Where its lines end.
    line_ends: Vec<usize>,
    description: &'r Command,
    /// The commands that can be configured.
    commands: Vec<Vec<&'r str>>,
    document: Document,
}

impl Reader<'_> {
    /// The place of a byte.
    fn origin(&self, offset: usize) -> Origin {
        let line = self.line_ends.partition_point(|end| *end < offset);
        let path = Arc::clone(&self.file.path);
        Origin::File { path, line: Some(line.saturating_add(1)) }
    }

    fn wrong(&self, key: &Key<'_>, why: String) -> ConfigurationError {
        ConfigurationError::new(self.origin(key.span().start), why)
    }

    fn top(&mut self, table: &DeTable<'_>) -> Checked {
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (FILTERS, DeValue::Table(filters)) => self.filters(filters)?,
                (ROOTS, DeValue::Table(roots)) => self.roots(roots)?,
                (FILTERS | ROOTS, _) => {
                    let name = key.get_ref();
                    let why =
                        format!("{name}: expected a table, [{name}.NAME]");
                    return Err(self.wrong(key, why));
                }
                (name, DeValue::Table(inner)) => {
                    self.command(key, &[name], inner)?;
                }
                _ => self.option(&[], key, value)?,
            }
        }
        Ok(())
    }

    /// The table of a command.
    fn command(
        &mut self,
        key: &Key<'_>,
        path: &[&str],
        table: &DeTable<'_>,
    ) -> Checked {
        if !self.commands.iter().any(|known| known == path) {
            return Err(self.unknown_command(key, path));
        }
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(inner) => {
                    self.command(key, &[path, &[name]].concat(), inner)?;
                }
                _ => self.option(path, key, value)?,
            }
        }
        Ok(())
    }

    fn unknown_command(
        &self,
        key: &Key<'_>,
        path: &[&str],
    ) -> ConfigurationError {
        let (name, before) = path.split_last().unwrap_or((&"", &[]));
        let beside = self.commands.iter().filter_map(|known| {
            known.strip_prefix(before).and_then(|rest| match rest {
                [only] => Some(*only),
                _ => None,
            })
        });
        let tables = [FILTERS, ROOTS].into_iter();
        let tables = tables.filter(|_| before.is_empty());
        let shown = escaped(path.join(".").as_bytes()).to_string();
        let is_option = self.options(before).any(|option| option == *name);
        let why = match is_option {
            true => format!("{shown}: it is an option, and has no table"),
            false => format!(
                "there is nothing called [{shown}]{}",
                meant(name, beside.chain(tables))
            ),
        };
        self.wrong(key, why)
    }

    /// The names of the options of a command, or of all.
    fn options(&self, path: &[&str]) -> impl Iterator<Item = &str> {
        let all = self.commands.iter();
        let path: Vec<String> =
            path.iter().map(|name| (*name).to_owned()).collect();
        all.filter(move |known| path.is_empty() || **known == *path)
            .flat_map(|known| known::options(self.description, known))
            .filter_map(|option| option.get_long())
    }

    /// An option of a command, or of every command that has it.
    fn option(
        &mut self,
        path: &[&str],
        key: &Key<'_>,
        found: &Found<'_>,
    ) -> Checked {
        let name = key.get_ref().as_ref();
        if !known::is_for_files(name) {
            let why = format!(
                "{name}: it is for a single run, and no file sets it: give \
                 it on the command line"
            );
            return Err(self.wrong(key, why));
        }
        let is_project = self.file.kind == FileKind::Project;
        if is_project && known::is_of_user(name) {
            let why = format!(
                "{name}: only your own configuration sets it, and no file of \
                 a project"
            );
            return Err(self.wrong(key, why));
        }
        let of =
            |known: &Vec<&str>| known::option(self.description, known, name);
        let commands = self.commands.iter();
        let mut among = commands.filter(|it| path.is_empty() || *it == path);
        let Some(option) = among.find_map(of) else {
            return Err(self.unknown(path, key));
        };
        let wrong = |why: &str| self.wrong(key, format!("{name}: {why}"));
        let value = Value::read(found.get_ref())
            .ok_or_else(|| wrong("a table has no place in a value"))?;
        if let Some(shape) = Shape::of(option) {
            shape.check(&value).map_err(|why| wrong(&why))?;
        }
        let as_folder = match option.get_id() == plugin::ID {
            true => plugin::folder_of_spec,
            false => <[u8]>::to_vec,
        };
        let value = match known::takes_path(option) {
            true => self.resolved(value, as_folder),
            false => value,
        };
        let command = path.iter().map(|name| (*name).to_owned()).collect();
        let origin = self.origin(key.span().start);
        let key = name.to_owned();
        let setting = Setting { command, key, value, origin };
        self.document.settings.push(setting);
        Ok(())
    }

    fn unknown(&self, path: &[&str], key: &Key<'_>) -> ConfigurationError {
        let name = key.get_ref().as_ref();
        let shown = escaped(name.as_bytes());
        let mut why = match path {
            [] => format!("no command has an option '{shown}'"),
            path => format!("{} has no option '{shown}'", path.join(" ")),
        };
        let tables = self.commands.iter().filter_map(|it| it.first());
        if path.is_empty() && tables.clone().any(|it| **it == *name) {
            why = format!("{shown}: it is a command: write [{shown}]");
        } else {
            why += &meant(name, self.options(path));
        }
        self.wrong(key, why)
    }

    /// Sets of filters.
    fn filters(&mut self, table: &DeTable<'_>) -> Checked {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let DeValue::Table(options) = value.get_ref() else {
                let why = format!("expected a table, [{FILTERS}.NAME]");
                return Err(self.wrong(key, why));
            };
            let mut settings = Vec::new();
            for (key, value) in options {
                settings.push(self.filter_option(key, value)?);
            }
            settings.sort_by_key(|it: &Setting| it.origin.line());
            let name = name.to_owned();
            self.document.filters.push(NamedFilter { name, settings });
        }
        Ok(())
    }

    fn filter_option(
        &self,
        key: &Key<'_>,
        value: &Found<'_>,
    ) -> Result<Setting, ConfigurationError> {
        let name = key.get_ref().as_ref();
        let Some(option) = FilterOption::named(name) else {
            let names = FilterOption::all().map(|option| option.name);
            let shown = escaped(name.as_bytes());
            let why = format!("there is no filter '{shown}'");
            return Err(self.wrong(key, why + &meant(name, names)));
        };
        let several = option.repeat != Repeat::Last;
        let shape = Shape::Value { several, optional: false };
        let wrong = |why: &str| self.wrong(key, format!("{name}: {why}"));
        let value = Value::read(value.get_ref())
            .ok_or_else(|| wrong("a table has no place in a value"))?;
        shape.check(&value).map_err(|why| wrong(&why))?;
        let (command, key, origin) =
            (Vec::new(), name.to_owned(), self.origin(key.span().start));
        Ok(Setting { command, key, value, origin })
    }

    /// Roots with names.
    fn roots(&mut self, table: &DeTable<'_>) -> Checked {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let shown = escaped(name.as_bytes());
            let wrong =
                |why: &str| self.wrong(key, format!("{ROOTS}.{shown}: {why}"));
            if name.is_empty() || name.contains(['/', '\0']) {
                return Err(wrong("a name has a letter and no slash"));
            }
            let DeValue::Table(keys) = value.get_ref() else {
                return Err(wrong(PATHS));
            };
            let found = keys
                .iter()
                .map(|(key, value)| self.root_paths(key, value))
                .collect::<Result<Vec<_>, _>>()?;
            let paths = match found.as_slice() {
                [paths] if !paths.is_empty() => paths.clone(),
                [_, _, ..] => return Err(wrong("give either path or paths")),
                _ => return Err(wrong(PATHS)),
            };
            let (name, origin) =
                (name.to_owned(), self.origin(key.span().start));
            self.document.roots.push(NamedRoots { name, paths, origin });
        }
        Ok(())
    }

    fn root_paths(
        &self,
        key: &Key<'_>,
        value: &Found<'_>,
    ) -> Result<Vec<PathBuf>, ConfigurationError> {
        let found = Value::read(value.get_ref());
        let fits = match (key.get_ref().as_ref(), &found) {
            ("path", Some(Value::Text(_))) => true,
            ("paths", Some(Value::List(all))) => {
                all.iter().all(|it| matches!(it, Value::Text(_)))
            }
            ("path" | "paths", _) => false,
            (other, _) => {
                let shown = escaped(other.as_bytes());
                let near = meant(other, ["path", "paths"].into_iter());
                let why = format!("there is no key '{shown}'{near}");
                return Err(self.wrong(key, why));
            }
        };
        let Some(value) = found.filter(|_| fits) else {
            return Err(self.wrong(key, PATHS.to_owned()));
        };
        let paths = value.each().iter().filter_map(Value::argument);
        let path = |it: OsString| self.path(Path::new(&it), <[u8]>::to_vec);
        Ok(paths.map(path).collect())
    }

    /// Paths, as they are meant in this file. `as_folder` writes a folder as
    /// it stands in a value.
    fn resolved(&self, value: Value, as_folder: AsFolder) -> Value {
        match value {
            Value::Text(path) if path != "-" => {
                let path = self.path(Path::new(&path), as_folder);
                Value::Text(path.into_os_string())
            }
            Value::List(values) => {
                let values = values.into_iter();
                let resolved = values.map(|it| self.resolved(it, as_folder));
                Value::List(resolved.collect())
            }
            other => other,
        }
    }

    /// A path: `~/` is the user's home, and what is relative lies in the
    /// file's folder, whatever the working directory.
    fn path(&self, path: &Path, as_folder: AsFolder) -> PathBuf {
        let below = |folder: &Path, rest: &Path| {
            let folder = as_folder(folder.as_os_str().as_bytes());
            Path::new(OsStr::from_bytes(&folder)).join(rest)
        };
        if let Ok(rest) = path.strip_prefix("~")
            && let Some(home) = env::var_os(HOME)
        {
            return below(Path::new(&home), rest);
        }
        let folder = self.file.path.parent().unwrap_or(Path::new(""));
        below(folder, path)
    }
}

/// What may have been meant, for the end of a message.
fn meant<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    match nearest(name, names) {
        Some(near) => format!(": did you mean {near}?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use sanchay::is_terminal_control;

    use super::{Contents, Document, FileKind};
    use crate::arguments::description;

    fn parse(text: &str) -> Result<Document, String> {
        let path = Path::new("/folder/sanchay.toml").into();
        let kind = FileKind::User;
        let file = Contents { kind, path, text: text.to_owned() };
        Document::parse(&file, &description()).map_err(|why| why.to_string())
    }

    #[test]
    fn paths_are_relative_to_the_folder_of_the_file() {
        let text = "plugin = ['a.wasm', '/b.wasm']\n[roots.r]\npath = 'c'\n";
        let document = parse(text).unwrap();
        let value = document.settings[0].value.to_string();
        assert_eq!(value, "[\"/folder/a.wasm\", \"/b.wasm\"]");
        assert_eq!(document.roots[0].paths, [Path::new("/folder/c")]);
    }

    #[test]
    fn a_comma_in_the_folder_belongs_to_the_name_of_a_plugin() {
        let path = Path::new("/a,b/sanchay.toml").into();
        let text = "plugin = 'c,,d.wasm,k=v'\nignore-file = 'e,f'\n";
        let kind = FileKind::User;
        let file = Contents { kind, path, text: text.to_owned() };
        let document = Document::parse(&file, &description()).unwrap();
        let value = |at: usize| document.settings[at].value.to_string();
        assert_eq!(value(0), "\"/a,,b/c,,d.wasm,k=v\"");
        assert_eq!(value(1), "\"/a,b/e,f\"");
    }

    #[test]
    fn settings_are_in_the_order_of_the_file() {
        let document = parse("[scan]\nthreads = 1\nhidden = true").unwrap();
        let keys = document.settings.iter().map(|it| it.key.as_str());
        assert_eq!(keys.collect::<Vec<_>>(), ["threads", "hidden"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn any_text_is_understood_or_refused_in_words_that_can_be_shown(
            text in "(\\[{1,2}|\\]{1,2}|scan|filters|roots|where|hidden|path|\
                     [.=\"'#{},\n -]|true|1|\\PC|\\p{Cc}){0,24}",
        ) {
            if let Err(why) = parse(&text) {
                prop_assert!(why.starts_with("/folder/sanchay.toml:"));
                let obeyed = |c: char| c != '\n' && is_terminal_control(c);
                prop_assert!(!why.contains(obeyed), "{:?}", why);
            }
        }
    }
}
