//! Reading what extractors ask for of a file, and having them look at it.
//! Nothing is read of a file that no extractor knows.

use std::{fs::File, io, os::unix::fs::FileExt as _};

use sanchay_sandbox::plugin::{Extractor, Portion, Sample, Value};

use sanchay_logic::escape::escaped;

use crate::{entry::Metadata, error::Cause, plugins::Plugins};

/// How much of a plugin's complaint is told, in bytes.
const COMPLAINT: usize = 512;

/// What extractors told of a file that was open anyway: it is not opened a
/// second time, and what they saw is what was hashed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Its values; none where nobody knows such files.
    pub(crate) values: Box<[Option<Value>]>,
    /// What went wrong.
    pub(crate) causes: Vec<Cause>,
}

impl Told {
    /// Has the extractors look at an open file.
    pub(crate) fn of(
        extractors: &mut Extractors,
        file: &File,
        name: &[u8],
        metadata: &Metadata,
    ) -> Self {
        let (mut values, mut causes) = (Vec::new(), Vec::new());
        if extractors.know(name, metadata) {
            let mut error = |cause| causes.push(cause);
            let file = Some(file);
            extractors.extract(file, name, metadata, &mut values, &mut error);
        }
        Self { values: values.into(), causes }
    }
}

/// A worker's own instances of the extractors.
#[derive(Default)]
pub(crate) struct Extractors {
    all: Vec<Extractor>,
    columns: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Extractors {
    pub(crate) fn new(plugins: &Plugins) -> Self {
        let all = plugins.iter().filter_map(|it| it.extractor()).collect();
        let columns = plugins.columns().len();
        Self { all, columns, head: Vec::new(), tail: Vec::new() }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many values there are of each file.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether any of them knows such a file.
    pub(crate) fn know(&self, name: &[u8], metadata: &Metadata) -> bool {
        self.all.iter().any(|it| it.knows(name, metadata.size))
    }

    /// Whether the file has to be opened for those that know it: that any of
    /// them asks for bytes, and is still asked.
    pub(crate) fn read(&self, name: &[u8], metadata: &Metadata) -> bool {
        self.all.iter().any(|it| {
            it.knows(name, metadata.size)
                && it.plugin().portion().of(metadata.size) != (0, 0)
                && !it.is_given_up()
        })
    }

    /// Appends the values of a file, one for each column; nothing where it
    /// failed, which `error` is told. The file's position is left alone.
    /// Without a file, those are not asked that want its bytes.
    pub(crate) fn extract(
        &mut self,
        file: Option<&File>,
        name: &[u8],
        metadata: &Metadata,
        out: &mut Vec<Option<Value>>,
        error: &mut dyn FnMut(Cause),
    ) {
        let Self { all, head, tail, .. } = self;
        for extractor in all {
            let columns = extractor.plugin().columns().len();
            let end = out.len() + columns;
            if extractor.knows(name, metadata.size) {
                let mut portion = extractor.plugin().portion();
                if extractor.is_given_up() {
                    // It is asked no more, and says so.
                    portion = Portion::Nothing;
                }
                match bytes(file, portion, metadata.size, head, tail) {
                    Ok(false) => {}
                    Ok(true) => {
                        let sample = Sample {
                            name,
                            size: metadata.size,
                            modified: metadata.modified.into(),
                            head,
                            tail,
                        };
                        one(extractor, &sample, out, error);
                    }
                    Err(failure) => error(failure.into()),
                }
            }
            out.resize(end, None);
        }
    }
}

fn one(
    extractor: &mut Extractor,
    sample: &Sample<'_>,
    out: &mut Vec<Option<Value>>,
    error: &mut dyn FnMut(Cause),
) {
    let cause = match extractor.extract(sample, out) {
        Ok(Ok(())) => return,
        Ok(Err(mut complaint)) => {
            let mut end = complaint.len().min(COMPLAINT);
            while !complaint.is_char_boundary(end) {
                end -= 1;
            }
            complaint.truncate(end);
            let complaint = escaped(complaint.as_bytes()).to_string();
            let plugin = extractor.plugin().name().into();
            Cause::Complaint { plugin, complaint }
        }
        Err(fault) => {
            let plugin = extractor.plugin().name().into();
            Cause::Plugin { plugin, fault }
        }
    };
    error(cause);
}

/// Reads what a plugin asked for of a file of that size. Returns whether there
/// was a file where one was needed.
fn bytes(
    file: Option<&File>,
    portion: Portion,
    size: u64,
    head: &mut Vec<u8>,
    tail: &mut Vec<u8>,
) -> io::Result<bool> {
    head.clear();
    tail.clear();
    let (first, last) = portion.of(size);
    if (first, last) == (0, 0) {
        return Ok(true);
    }
    let Some(file) = file else { return Ok(false) };
    read(file, 0, first, head)?;
    read(file, size.saturating_sub(last as u64), last, tail)?;
    Ok(true)
}

/// Reads so many bytes of a file, or as many as it has.
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
