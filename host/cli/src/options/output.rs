//! Where records go, and in which format.

use std::{
    iter,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValue};
use sanchay_core::{
    record::{RecordKind, Schema, UnknownField},
    template::Template,
    value::ValueType,
};
use sanchay_output::{EncodeError, Encoder, Format, TextOptions};

use crate::{standard_streams::is_stdout, terminal::Color};

/// Where records go, and in which form.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The output format [default: text]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<OutputFormat>,

    /// Short for --format json
    #[arg(long, overrides_with = "format")]
    json: bool,

    /// The fields of each record, in this order, as name,size,modified
    ///
    /// In text they stand with tabs between them. Fields are those of the
    /// record and of plugins, and name, stem, extension and parent. Of files
    /// there are also root, depth, kind, allocated, created, accessed,
    /// changed, mode, uid, user, gid, group, inode, device, links, target,
    /// hidden, empty, executable and readonly. The contents of pictures and
    /// films tell media_type, width, height, taken, camera and duration.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,

    /// Print a line for each record, as '{path}\t{size:human}'
    ///
    /// {FIELD} stands for a field's value, {FIELD|OTHER|"TEXT"} for the first
    /// that there is. {FIELD:FORMAT} writes it otherwise: times by strftime
    /// ({modified:%Y-%m-%d}, in the local time zone), sizes as human, numbers
    /// with zeros (08), names and texts as lower, upper, title, ascii, slug or
    /// trim, the beginning of a digest (hash:8). {n:04} counts records,
    /// {n:03,parent} those of each folder. Outside of braces, \t, \n, \0 and
    /// \\ are escapes; {{ and }} are braces.
    #[arg(
        long,
        value_name = "TEMPLATE",
        conflicts_with_all = ["format", "json", "fields"]
    )]
    template: Option<Template>,

    /// When to make paths links that open the file: auto, always or never
    ///
    /// Alone it means auto: on a terminal.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto",
        default_value = "never",
        hide_default_value = true,
        hide_possible_values = true
    )]
    hyperlink: Color,

    /// End after N results: files, or groups of equal ones
    ///
    /// Which of them a scan finds first is not determined, unless --sort states
    /// an order.
    #[arg(long, value_name = "N", visible_alias = "limit")]
    max_results: Option<u64>,

    /// Write the records to FILE instead of standard output
    ///
    /// FILE is replaced when the run is done. A run that is interrupted, or
    /// that cannot begin, leaves it as it was. FILE cannot be one of the input
    /// files, and a walk that comes across it leaves it out. - means standard
    /// output.
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath
    )]
    output: Option<PathBuf>,
}

impl OutputArgs {
    /// Whether the options suit records of a kind, in lines that end in a
    /// zero byte or in any other form. What only plugins or a terminal decide
    /// shows when the output is opened.
    pub(crate) fn check(
        &self,
        kind: RecordKind,
        zero: bool,
    ) -> Result<(), String> {
        let lines = self.format().is_lines() && self.template.is_none();
        if self.hyperlink == Color::Always && (!lines || zero) {
            return Err("--hyperlink=always needs lines of text: neither \
                        another --format nor --template nor --print0"
                .to_owned());
        }
        let fields = self.fields.iter().map(String::as_str);
        fields_of_others(kind, "--fields", fields)?;
        let fields = self.template.iter().flat_map(Template::fields);
        fields_of_others(kind, "--template", fields)
    }

    /// The output format.
    pub(crate) fn format(&self) -> OutputFormat {
        match self.json {
            true => OutputFormat::Text(Format::Json),
            false => self.format.unwrap_or_default(),
        }
    }

    /// The same with these fields where no others are chosen.
    pub(crate) fn or_fields(&self, names: &[&str]) -> Self {
        let mut own = self.clone();
        if own.fields.is_empty() {
            own.fields = names.iter().map(|it| (*it).to_owned()).collect();
        }
        own
    }

    /// The same with NDJSON where no other format is named.
    pub(crate) fn or_ndjson(&self) -> Self {
        let mut own = self.clone();
        if !self.names_format() && self.template.is_none() {
            own.format = Some(OutputFormat::Text(Format::Ndjson));
        }
        own
    }

    /// Whether a format was named.
    pub(crate) fn names_format(&self) -> bool {
        self.json || self.format.is_some()
    }

    /// The template of lines.
    pub(crate) fn template(&self) -> Option<&Template> {
        self.template.as_ref()
    }

    /// When paths are links.
    pub(crate) fn hyperlink(&self) -> Color {
        self.hyperlink
    }

    /// How many results are wanted at most.
    pub(crate) fn max_results(&self) -> Option<u64> {
        self.max_results
    }

    /// The fields that were chosen; all of them where that is none.
    pub(crate) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The file that the records go to; `None` for standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| !is_stdout(path))
    }
}

/// Refuses fields that only other records have. A name that none has may be
/// a plugin's.
pub(super) fn fields_of_others<'n>(
    kind: RecordKind,
    option: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> Result<(), String> {
    let none = iter::empty::<(String, ValueType)>;
    let records = Schema::new(kind, none());
    let is_of_others = |name: &&str| {
        let has =
            |it: &RecordKind| Schema::new(*it, none()).field(name).is_some();
        records.field(name).is_none() && RecordKind::ALL.iter().any(has)
    };
    match names.find(is_of_others) {
        Some(name) => {
            let unknown = UnknownField::in_schema(&records, name);
            Err(format!("{option}: {unknown}"))
        }
        None => Ok(()),
    }
}

/// The output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    /// One of the text formats.
    Text(Format),
    /// Apache Parquet.
    #[cfg(feature = "tables")]
    Parquet,
    /// Arrow's IPC format.
    #[cfg(feature = "tables")]
    Arrow,
}

impl Default for OutputFormat {
    fn default() -> Self {
        Self::Text(Format::default())
    }
}

impl OutputFormat {
    /// All of them: the text formats first.
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated when it is compiled"
    )]
    const ALL: &[Self] = &{
        const TABLES: usize = if cfg!(feature = "tables") { 2 } else { 0 };
        let mut all = [Self::Text(Format::Text); Format::ALL.len() + TABLES];
        let mut index = 0;
        while index < Format::ALL.len() {
            all[index] = Self::Text(Format::ALL[index]);
            index += 1;
        }
        #[cfg(feature = "tables")]
        {
            all[index] = Self::Parquet;
            all[index + 1] = Self::Arrow;
        }
        all
    };

    /// Whether the records are lines of text.
    pub(crate) fn is_lines(self) -> bool {
        self == Self::default()
    }

    /// Whether a terminal can show it.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The encoder of records with these fields.
    pub(crate) fn encoder(
        self,
        schema: &Arc<Schema>,
        text: TextOptions,
    ) -> Result<Arc<dyn Encoder>, EncodeError> {
        Ok(match self {
            Self::Text(format) => Arc::from(format.encoder(schema, text)),
            #[cfg(feature = "tables")]
            Self::Parquet => Arc::new(sanchay_arrow::parquet(schema)?),
            #[cfg(feature = "tables")]
            Self::Arrow => Arc::new(sanchay_arrow::ipc(schema)?),
        })
    }
}

impl ValueEnum for OutputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text(it) => PossibleValue::new(it.name()).help(it.help()),
            #[cfg(feature = "tables")]
            Self::Parquet => PossibleValue::new("parquet")
                .help("Apache Parquet, compressed with Snappy"),
            #[cfg(feature = "tables")]
            Self::Arrow => PossibleValue::new("arrow")
                .help("a file of Apache Arrow's IPC format"),
        })
    }
}
