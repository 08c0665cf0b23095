//! The values that a filter asks for and only the contents of files tell: what
//! pictures and films say of themselves, and columns of plugins.

use sanchay_core::{
    filter::{ContentColumn, Program, Slot},
    media::MediaField,
};
use sanchay_sandbox::{Columns, Fault, plugin::Value};
use sanchay_storage::{EntryKind, File, Metadata};

use crate::{
    error::{Action, Cause},
    extract::{Extractors, Site, Told},
    plugins::Plugins,
};

/// What tells a filter the values that it asks for.
pub(crate) struct FilterValues {
    extractors: Extractors,
    told: Told,
    /// Where the value for each slot is among a file's values.
    slots: Vec<(Slot, usize)>,
    /// Where those are that pictures and films say of themselves.
    media: usize,
}

impl FilterValues {
    /// For a filter that asks for these columns, if it asks for any that
    /// contents tell.
    pub(crate) fn new(
        columns: Columns,
        program: &Program,
        plugins: &Plugins,
    ) -> Result<Option<Self>, Fault> {
        let columns = columns.without(program.results());
        if columns.of_contents().is_empty() {
            return Ok(None);
        }
        let all = plugins.columns();
        let place = |(slot, name): (Slot, &str)| {
            let at = all.iter().position(|it| *it.name == *name)?;
            Some((slot, at))
        };
        let slots: Vec<_> =
            program.slots().into_iter().filter_map(place).collect();
        let wanted: Vec<_> = slots.iter().map(|(_, at)| *at).collect();
        let media = !columns.of_media().is_empty();
        let extractors = Extractors::for_filter(plugins, &wanted, media)?;
        let told = extractors.told();
        Ok(Some(Self { extractors, told, slots, media: all.len() }))
    }

    /// Who tells them.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// How many values a file has.
    pub(crate) fn each(&self) -> usize {
        self.extractors.columns()
    }

    /// Appends a file's values. On failure, appends nothing and calls
    /// `error`, at least once. Whether it could.
    pub(crate) fn look(
        &mut self,
        open: impl FnOnce() -> Result<(File, Metadata), Cause>,
        site: Site<'_>,
        metadata: &Metadata,
        out: &mut Vec<Option<Value>>,
        error: &mut dyn FnMut(Action, Cause),
    ) -> bool {
        let is_file = metadata.kind == EntryKind::File;
        let reads = is_file && self.extractors.read(site.name, metadata, None);
        match reads.then(open).transpose() {
            Ok(Some((file, now))) => {
                self.look_at(Some(&file), site, &now, out, error)
            }
            Ok(None) => self.look_at(None, site, metadata, out, error),
            Err(cause) => {
                error(Action::Open, cause);
                false
            }
        }
    }

    /// Appends the values of a file that is open, or need not be. On failure,
    /// appends nothing and calls `error`, at least once. Whether it could.
    pub(crate) fn look_at(
        &mut self,
        file: Option<&File>,
        site: Site<'_>,
        metadata: &Metadata,
        out: &mut Vec<Option<Value>>,
        error: &mut dyn FnMut(Action, Cause),
    ) -> bool {
        let start = out.len();
        let is_file = metadata.kind == EntryKind::File;
        let mut has_failed = false;
        if is_file && self.extractors.know(site.name, metadata) {
            let error = &mut |cause| {
                has_failed = true;
                error(Action::Extract, cause);
            };
            self.extractors.extract(file, site, metadata, None, out, error);
        }
        if has_failed {
            out.truncate(start);
            return false;
        }
        out.resize(start.saturating_add(self.each()), None);
        true
    }

    /// Appends the numbers of columns that contents tell, of so many files
    /// with these values.
    pub(crate) fn push(
        &self,
        columns: Columns,
        files: usize,
        values: &[Option<Value>],
        numbers: &mut Vec<u64>,
    ) {
        let place = |column| match column {
            ContentColumn::Media(field) => {
                let all = MediaField::ALL.iter();
                let at = all.take_while(|it| **it != field).count();
                Some(self.media.saturating_add(at))
            }
            ContentColumn::Slot(slot) => {
                let found = self.slots.iter().find(|it| it.0 == slot);
                found.map(|(_, at)| *at)
            }
        };
        let value = |file: usize, column| {
            let first = file.saturating_mul(self.each());
            values.get(first.saturating_add(place(column)?))?.as_ref()
        };
        columns.of_contents().push_contents(files, &value, numbers);
    }
}
