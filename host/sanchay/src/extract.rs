//! Runs extractors over files and reads what they ask for. A file that no
//! extractor takes is not read.

use std::{io, ops::Range};

use sanchay_core::{escape::escaped, media::MediaField};
use sanchay_sandbox::{
    Fault,
    plugin::{ExtractError, Extractor, Interest, Plugin, Sample, Value},
};

use sanchay_storage::{File, Metadata};

use crate::{error::Cause, media::MediaExtractor, plugins::Plugins};

/// The longest part of a plugin's error message that is reported, in bytes.
const COMPLAINT: usize = 512;

/// What extractors found in a file that is being hashed. It is not opened
/// again, so they see what is hashed.
#[derive(Debug, Default)]
pub(crate) struct Extracted {
    /// Whether extractors looked at it.
    pub(crate) is_done: bool,
    /// Its values; empty if no extractor takes it.
    pub(crate) values: Box<[Option<Value>]>,
    /// What went wrong.
    pub(crate) causes: Vec<Cause>,
}

impl Extracted {
    /// Runs the extractors over an open file.
    pub(crate) fn from_file(
        extractors: &mut Extractors,
        file: &File,
        site: Site<'_>,
        metadata: &Metadata,
    ) -> Self {
        let (mut values, mut causes) = (Vec::new(), Vec::new());
        if extractors.know(site.name, metadata) {
            let mut error = |cause| causes.push(cause);
            let file = Some(file);
            extractors.extract(
                file,
                site,
                metadata,
                None,
                &mut values,
                &mut error,
            );
        }
        Self { is_done: true, values: values.into(), causes }
    }
}

/// Where a file lies.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    /// The path of its directory below the root of the walk: empty, or ending
    /// in a slash.
    pub(crate) directory: &'a [u8],
    pub(crate) name: &'a [u8],
}

impl<'a> Site<'a> {
    /// For a file that is itself a root.
    pub(crate) fn named(name: &'a [u8]) -> Self {
        Self { directory: b"", name }
    }
}

/// A worker's own instances of the extractors.
#[derive(Default)]
pub(crate) struct Extractors {
    all: Vec<Own>,
    media: Option<MediaExtractor>,
    columns: usize,
}

/// An extractor among others.
struct Own {
    extractor: Extractor,
    /// Where its values are among those of all.
    columns: Range<usize>,
    /// Whether it is asked; else it tells nothing.
    is_asked: bool,
}

/// What was told of a file already.
#[derive(Clone, Copy)]
pub(crate) struct Known<'v> {
    /// A value for each column of the plugins and, behind these, for each
    /// [`MediaField`](sanchay_core::media::MediaField) where these are told.
    pub(crate) values: &'v [Option<Value>],
    pub(crate) told: &'v Told,
}

/// Who told what is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// For each extractor, whether it did.
    plugins: Vec<bool>,
    /// Whether the bundled one did.
    media: bool,
}

impl<'v> Known<'v> {
    /// What an extractor told.
    fn of(
        self,
        number: usize,
        columns: &Range<usize>,
    ) -> Option<&'v [Option<Value>]> {
        let has_told = self.told.plugins.get(number) == Some(&true);
        self.values.get(columns.clone()).filter(|_| has_told)
    }

    /// What the bundled one told, behind so many columns of others.
    fn of_media(self, columns: usize) -> Option<&'v [Option<Value>]> {
        self.values.get(columns..).filter(|_| self.told.media)
    }
}

impl Extractors {
    pub(crate) fn new(plugins: &Plugins) -> Self {
        let columns = plugins.values();
        // Whoever put it among the plugins has set it up.
        let media =
            plugins.have_media().then(|| MediaExtractor::new().ok()).flatten();
        Self { all: Own::all(plugins, |_| true), media, columns }
    }

    /// Those that tell what a filter asks for: some columns of the plugins,
    /// or what pictures and films say of themselves. A file has a value for
    /// each column all the same.
    pub(crate) fn for_filter(
        plugins: &Plugins,
        columns: &[usize],
        media: bool,
    ) -> Result<Self, Fault> {
        let all = Own::all(plugins, |own| {
            columns.iter().any(|column| own.contains(column))
        });
        let media = media.then(MediaExtractor::new).transpose()?;
        let more = if media.is_some() { MediaField::COUNT } else { 0 };
        Ok(Self { all, media, columns: plugins.columns().len() + more })
    }

    /// Who tells values.
    pub(crate) fn told(&self) -> Told {
        Told {
            plugins: self.all.iter().map(|it| it.is_asked).collect(),
            media: self.media.is_some(),
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.media.is_none()
    }

    /// The number of values per file.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether any extractor may take this file.
    pub(crate) fn know(&self, name: &[u8], metadata: &Metadata) -> bool {
        let interest = |it: &Own| it.extractor.interest(name, metadata.size);
        let asked = self.all.iter().filter(|it| it.is_asked);
        asked.map(interest).any(|it| it != Interest::None)
            || self.media.as_ref().is_some_and(|it| it.takes(name, metadata))
    }

    /// Whether the file has to be opened: an extractor needs its bytes and is
    /// not disabled. What some tell may be `known`.
    pub(crate) fn read(
        &self,
        name: &[u8],
        metadata: &Metadata,
        known: Option<Known<'_>>,
    ) -> bool {
        let columns = self.columns_of_plugins();
        let is_known = known.is_some_and(|it| it.of_media(columns).is_some());
        let media = self.media.as_ref().filter(|_| !is_known);
        self.all.iter().enumerate().any(|(number, own)| {
            let Own { extractor, columns, is_asked } = own;
            *is_asked
                && known.is_none_or(|it| it.of(number, columns).is_none())
                && extractor.interest(name, metadata.size) == Interest::Bytes
                && !extractor.is_disabled()
        }) || media.is_some_and(|it| it.takes(name, metadata))
    }

    /// How many values the plugins tell, apart from the bundled one.
    fn columns_of_plugins(&self) -> usize {
        self.all.last().map_or(0, |it| it.columns.end)
    }

    /// Appends a value per column. On failure appends nulls and calls `error`.
    /// Leaves the file's position alone. Without a file, skips extractors that
    /// need bytes. What some tell may be `known`.
    pub(crate) fn extract(
        &mut self,
        file: Option<&File>,
        site: Site<'_>,
        metadata: &Metadata,
        known: Option<Known<'_>>,
        out: &mut Vec<Option<Value>>,
        error: &mut dyn FnMut(Cause),
    ) {
        let sample = sample(site, metadata);
        let mut source = file.map(source);
        let columns = self.columns_of_plugins();
        for (number, own) in self.all.iter_mut().enumerate() {
            let Own { extractor, columns, is_asked } = own;
            if !*is_asked {
                out.extend(columns.clone().map(|_| None));
                continue;
            }
            if let Some(known) = known.and_then(|it| it.of(number, columns)) {
                out.extend_from_slice(known);
                continue;
            }
            let source = source.as_mut().map(|it| it as _);
            let Err(failure) = extractor.extract(&sample, source, out) else {
                continue;
            };
            error(cause(failure, extractor.plugin().name()));
        }
        let known = known.and_then(|it| it.of_media(columns));
        match (&mut self.media, known) {
            (None, _) => {}
            (Some(_), Some(known)) => out.extend_from_slice(known),
            (Some(media), None) => {
                let told = media.extract(file, site, metadata, out);
                told.unwrap_or_else(error);
            }
        }
    }
}

impl Own {
    /// The extractors among plugins; those are asked whose columns are wanted.
    fn all(
        plugins: &Plugins,
        is_asked: impl Fn(&Range<usize>) -> bool,
    ) -> Vec<Self> {
        let mut first = 0;
        let own = |plugin: &Plugin| {
            let columns = first..first + plugin.columns().len();
            first = columns.end;
            let is_asked = is_asked(&columns);
            Some(Self { extractor: plugin.extractor()?, columns, is_asked })
        };
        plugins.iter().filter_map(own).collect()
    }
}

/// A file, as extractors see it.
pub(crate) fn sample<'a>(site: Site<'a>, metadata: &Metadata) -> Sample<'a> {
    Sample {
        directory: site.directory,
        name: site.name,
        size: metadata.size,
        modified: metadata.modified,
        mode: metadata.mode,
    }
}

/// What reads an open file for extractors.
pub(crate) fn source(
    file: &File,
) -> impl FnMut(u64, usize, &mut Vec<u8>) -> io::Result<()> {
    move |from, wanted, space| read(file, from, wanted, space)
}

/// The cause of a plugin's failure.
pub(crate) fn cause(failure: ExtractError, plugin: &str) -> Cause {
    let plugin = plugin.into();
    match failure {
        ExtractError::Read(error) => error.into(),
        ExtractError::Fault(fault) => Cause::Plugin { plugin, fault },
        failure => {
            let mut complaint = failure.to_string();
            complaint.truncate(complaint.floor_char_boundary(COMPLAINT));
            let complaint = escaped(complaint.as_bytes()).to_string();
            Cause::Complaint { plugin, complaint }
        }
    }
}

/// Reads `wanted` bytes of a file, or as many as it has.
fn read(
    file: &File,
    from: u64,
    wanted: usize,
    space: &mut Vec<u8>,
) -> io::Result<()> {
    space.resize(wanted, 0);
    let got = file.read_full_at(space, from)?;
    space.truncate(got);
    Ok(())
}
