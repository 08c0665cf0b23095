//! `sanchay config`: what is configured, and where.

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};
use sanchay::escaped;
use serde_json::{Map, Value as Json, json};

use crate::{
    arguments::description,
    commands::command::RunCommand,
    configuration::{
        Configuration, ConfigurationError, Looked, Origin, Selection, Setting,
        Sources, State, Value,
    },
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Inputs, put},
    progress::ProgressDisplay,
};

const EXAMPLES: &str = "\
Options can be set in sanchay.toml, by their long names: for every command that
has them, or in the table of a command. Sets of filters and roots get names.

  threads = 4

  [scan]
  exclude = ['node_modules', '.cache']

  [filters.raw]
  where = 'size > 20MiB and ext in (cr3, nef)'

  [roots.photos]
  paths = ['/srv/photos', '~/Pictures']

The user's file is $XDG_CONFIG_HOME/sanchay/sanchay.toml, or
~/.config/sanchay/sanchay.toml. Nearer is the first sanchay.toml in the working
directory or one above, unless another user could have written it. Nearer than
both are variables, SANCHAY_MAX_DEPTH for --max-depth, and nearest of all is
the command line. Of an option, the nearest setting counts, and no other.

Examples:
  sanchay config
  sanchay config path
  sanchay scan --filter raw @photos";

/// Show what is configured, and where.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what can be configured.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ConfigArgs {
    /// The output format
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value = "text"
    )]
    format: ConfigFormat,

    #[command(subcommand)]
    command: Option<ConfigCommand>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum ConfigCommand {
    /// List the files that are looked for, and what became of each
    Path,
}

/// How the configuration is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConfigFormat {
    Text,
    Json,
}

impl ValueEnum for ConfigFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text")
                .help("lines for people; TOML but for the files"),
            Self::Json => PossibleValue::new("json").help("a JSON array"),
        })
    }
}

impl RunCommand for ConfigArgs {
    /// Prints it.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let global = &context.global;
        let file = global.config.as_deref();
        let selection = Selection::new(file, global.no_config)?;
        let text = match (self.command, self.format) {
            (Some(ConfigCommand::Path), ConfigFormat::Text) => {
                lines(Sources::find(&selection)?.files().iter().map(file_line))
            }
            (Some(ConfigCommand::Path), ConfigFormat::Json) => {
                array(Sources::find(&selection)?.files().iter().map(file_json))
            }
            (None, ConfigFormat::Text) => {
                lines(rows(&selection, context)?.iter().map(Row::line))
            }
            (None, ConfigFormat::Json) => {
                array(rows(&selection, context)?.iter().map(Row::json))
            }
        };
        put(None, &Inputs::default(), text.as_bytes())?;
        Ok(Exit::Done)
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| line + "\n").collect()
}

fn array(objects: impl Iterator<Item = Json>) -> String {
    format!("{:#}\n", Json::from_iter(objects))
}

/// A file that was looked for, in columns.
fn file_line(looked: &Looked) -> String {
    let path = escaped(looked.path.as_os_str().as_encoded_bytes());
    let (kind, state) = (looked.kind.name(), looked.state.name());
    match &looked.state {
        State::Refused(why) => format!("{kind}\t{state}\t{path}: {why}"),
        State::Absent | State::Read => format!("{kind}\t{state}\t{path}"),
    }
}

fn file_json(looked: &Looked) -> Json {
    let path = escaped(looked.path.as_os_str().as_encoded_bytes());
    let why = match &looked.state {
        State::Refused(why) => Some(why),
        State::Absent | State::Read => None,
    };
    json!({
        "kind": looked.kind.name(),
        "state": looked.state.name(),
        "path": path.to_string(),
        "error": why,
    })
}

/// Something that is set.
struct Row {
    /// The keys that lead to it.
    keys: Vec<String>,
    value: Value,
    origin: Origin,
}

/// Everything that is in force; settings that could not be used are errors.
fn rows(
    selection: &Selection,
    context: &Context,
) -> Result<Vec<Row>, ConfigurationError> {
    let description = description();
    let sources = Sources::find(selection)?;
    let messages = context.messages(ProgressDisplay::Nothing);
    sources.refused().for_each(|note| messages.note(note));
    let configuration = Configuration::read(sources, &description)?;
    configuration.check(&description)?;
    let row = |before: &[String], setting: Setting| Row {
        keys: [before, &[setting.key]].concat(),
        value: setting.value,
        origin: setting.origin,
    };
    let settings = configuration.in_force(&description)?;
    let mut rows: Vec<Row> = settings
        .into_iter()
        .map(|setting| row(&setting.command.clone(), setting))
        .collect();
    for (name, filter) in configuration.filters() {
        let before = ["filters".to_owned(), name];
        let settings = filter.settings.into_iter();
        rows.extend(settings.map(|setting| row(&before, setting)));
    }
    for (name, roots) in configuration.roots() {
        let paths = roots.paths.into_iter();
        let paths = paths.map(|path| Value::Text(path.into_os_string()));
        rows.push(Row {
            keys: vec!["roots".to_owned(), name, "paths".to_owned()],
            value: Value::List(paths.collect()),
            origin: roots.origin,
        });
    }
    Ok(rows)
}

impl Row {
    /// The keys as they are written in a file.
    fn key(&self) -> String {
        let bare = |key: &String| {
            let is_bare =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            match !key.is_empty() && key.chars().all(is_bare) {
                true => key.clone(),
                false => Value::Text(key.into()).to_string(),
            }
        };
        self.keys.iter().map(bare).collect::<Vec<_>>().join(".")
    }

    fn line(&self) -> String {
        format!("{} = {}  # {}", self.key(), self.value, self.origin)
    }

    fn json(&self) -> Json {
        let mut object = Map::new();
        object.insert("key".to_owned(), self.key().into());
        object.insert("value".to_owned(), self.value.json());
        match &self.origin {
            Origin::File { path, line } => {
                let path = escaped(path.as_os_str().as_encoded_bytes());
                object.insert("file".to_owned(), path.to_string().into());
                object.insert("line".to_owned(), (*line).into());
            }
            Origin::Variable(name) => {
                object.insert("variable".to_owned(), name.as_str().into());
            }
        }
        object.into()
    }
}
