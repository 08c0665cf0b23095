//! Runs extractors over files and reads what they ask for. A file that no
//! extractor takes is not read.

use std::io;

use sanchay_core::escape::escaped;
use sanchay_sandbox::plugin::{
    ExtractError, Extractor, Interest, Sample, Value,
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
    all: Vec<Extractor>,
    media: Option<MediaExtractor>,
    columns: usize,
}

impl Extractors {
    pub(crate) fn new(plugins: &Plugins) -> Self {
        let all = plugins.iter().filter_map(|it| it.extractor()).collect();
        let columns = plugins.values();
        // Whoever put it among the plugins has set it up.
        let media =
            plugins.have_media().then(|| MediaExtractor::new().ok()).flatten();
        Self { all, media, columns }
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
        let interest = |it: &Extractor| it.interest(name, metadata.size);
        self.all.iter().any(|it| interest(it) != Interest::None)
            || self.media.as_ref().is_some_and(|it| it.takes(name, metadata))
    }

    /// Whether the file has to be opened: an extractor needs its bytes and is
    /// not disabled. What the bundled one tells may be `known`.
    pub(crate) fn read(
        &self,
        name: &[u8],
        metadata: &Metadata,
        known: Option<&[Option<Value>]>,
    ) -> bool {
        let media = self.media.as_ref().filter(|_| known.is_none());
        self.all.iter().any(|it| {
            it.interest(name, metadata.size) == Interest::Bytes
                && !it.is_disabled()
        }) || media.is_some_and(|it| it.takes(name, metadata))
    }

    /// Appends a value per column. On failure appends nulls and calls `error`.
    /// Leaves the file's position alone. Without a file, skips extractors that
    /// need bytes. What the bundled one tells may be `known`.
    pub(crate) fn extract(
        &mut self,
        file: Option<&File>,
        site: Site<'_>,
        metadata: &Metadata,
        known: Option<&[Option<Value>]>,
        out: &mut Vec<Option<Value>>,
        error: &mut dyn FnMut(Cause),
    ) {
        let sample = sample(site, metadata);
        let mut source = file.map(source);
        for extractor in &mut self.all {
            let source = source.as_mut().map(|it| it as _);
            let Err(failure) = extractor.extract(&sample, source, out) else {
                continue;
            };
            error(cause(failure, extractor.plugin().name()));
        }
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
    let mut got = 0;
    while let Some(rest) = space.get_mut(got..).filter(|it| !it.is_empty()) {
        match file.read_at(rest, from + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    space.truncate(got);
    Ok(())
}
