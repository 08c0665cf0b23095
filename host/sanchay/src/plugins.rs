//! The plugins of a run: components of the user's own that filter entries
//! beside the filter, or extract values from files.

use std::{collections::HashSet, sync::Arc};

pub use sanchay_sandbox::plugin::{
    ByteRange, Column, ExtractError, Extractor, Facts, Interest, NameBatch,
    Pattern, Plugin, PluginError, PluginFilter, Sample as FileSample,
    Selection, Setting, SettingType, SettingValue, Value, ValueType,
};
#[cfg(feature = "plugins")]
pub use sanchay_sandbox::plugin::{
    Compiler, CompilerProgram, PluginOptions, compile_for,
};

use sanchay_core::{
    filter::ValueColumns,
    media::MediaField,
    record::{RecordKind, Schema},
};

use crate::error::Error;

/// Plugins that a run uses together.
///
/// An entry must be wanted by all filters. The columns of the extractors
/// stand side by side, in the order of the plugins. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Plugins {
    all: Arc<[Plugin]>,
    columns: Arc<[Column]>,
    /// The bundled extractor, if it is wanted.
    media: Option<Plugin>,
    /// What else a run tells that its filter can test.
    results: Option<ResultColumn>,
}

/// What a run tells of files in the end.
#[derive(Clone, Copy, Debug)]
enum ResultColumn {
    Digest,
    Similarity,
}

impl Plugins {
    /// Puts plugins together.
    ///
    /// # Errors
    /// [`Error::Option`] if two of them have one name.
    pub fn new(plugins: Vec<Plugin>) -> Result<Self, Error> {
        let mut names = HashSet::new();
        let twice = plugins.iter().find(|it| !names.insert(it.name()));
        if let Some(plugin) = twice {
            let why = format!("two plugins are called {}", plugin.name());
            return Err(Error::Option { option: "plugin", why });
        }
        let columns = plugins.iter().flat_map(Plugin::columns);
        let columns = columns.cloned().collect();
        let all = plugins.into();
        Ok(Self { all, columns, media: None, results: None })
    }

    /// These, and the bundled extractor, which tells what pictures and films
    /// say of themselves: a file's values are then those of
    /// [`columns`](Self::columns) and, behind these, one for each
    /// [`MediaField`].
    ///
    /// # Errors
    /// [`Error::Sandbox`] if it cannot be set up.
    pub fn with_media(mut self) -> Result<Self, Error> {
        self.media = Some(Plugin::media().map_err(Error::Sandbox)?);
        Ok(self)
    }

    /// What pictures and films say of themselves among a file's values, by
    /// [`MediaField`]; nothing where that was not asked for.
    #[must_use]
    pub fn media<'v>(
        &self,
        values: &'v [Option<Value>],
    ) -> &'v [Option<Value>] {
        let media = values.get(self.columns.len()..);
        media.filter(|_| self.media.is_some()).unwrap_or_default()
    }

    /// Whether the bundled extractor is among them.
    pub(crate) fn have_media(&self) -> bool {
        self.media.is_some()
    }

    /// How many values a file has.
    pub(crate) fn values(&self) -> usize {
        let media = if self.media.is_some() { MediaField::COUNT } else { 0 };
        self.columns.len() + media
    }

    /// These, in a run that makes digests.
    pub(crate) fn with_digests(mut self) -> Self {
        self.results = Some(ResultColumn::Digest);
        self
    }

    /// These, in a run that tells how alike files are.
    pub(crate) fn with_similarity(mut self) -> Self {
        self.results = Some(ResultColumn::Similarity);
        self
    }

    /// The columns that expressions can test: those of the extractors, and
    /// digests or similarities in a run that tells them.
    #[must_use]
    pub fn value_columns(&self) -> ValueColumns {
        let columns: ValueColumns = self.fields().collect();
        match self.results {
            Some(ResultColumn::Digest) => columns.with_digest(),
            Some(ResultColumn::Similarity) => columns.with_similarity(),
            None => columns,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The plugins, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Plugin> {
        self.all.iter()
    }

    /// The columns that they fill, all together.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names and types of the columns, for a record's schema.
    pub fn fields(&self) -> impl Iterator<Item = (String, ValueType)> {
        self.columns.iter().map(|it| (it.name.to_string(), it.value_type))
    }

    /// The fields of records that have all of a file's values.
    #[must_use]
    pub fn schema(&self, kind: RecordKind) -> Schema {
        let schema = Schema::new(kind, self.fields());
        match self.media {
            Some(_) => schema.with_media(),
            None => schema,
        }
    }

    /// A new run begins: earlier failures do not count.
    pub(crate) fn begin(&self) {
        self.all.iter().chain(&self.media).for_each(Plugin::forgive);
    }
}

/// About how many bytes a file's values take up.
pub(crate) fn weight(values: &[Option<Value>]) -> usize {
    let outside = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    size_of_val(values) + values.iter().flatten().map(outside).sum::<usize>()
}
