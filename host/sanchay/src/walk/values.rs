//! What extractors tell of the files that a walk found, reported with them.

use std::{cell::LazyCell, fs::File, ops::Range, path::Path, sync::Arc};

use sanchay_sandbox::plugin::Value;

use super::{Walk, node::Node, scout::Scout, slice};
use crate::{
    entry::{Batch, Metadata, join},
    error::{Action, EntryError},
    extract::{Extractors, Site},
    plugins::weight,
};

/// When the values of so many bytes have come together, they are reported.
const ENOUGH: usize = 1 << 20;

impl Walk<'_> {
    /// Has the extractors look at the files that were measured, and reports
    /// them: as many at a time as their values do not fill memory.
    pub(super) fn report_values(
        &self,
        node: &Arc<Node>,
        names: &[u8],
        scout: &mut Scout<'_>,
    ) {
        let opened = LazyCell::new(|| node.opened());
        let parent = node.path();
        let directory = node.relative();
        let mut values = Vec::new();
        let (mut first, mut bytes) = (0, 0);
        let Scout { measured, metadata, extractors, index: worker, .. } =
            scout;
        let report = |range: Range<usize>, values: &[Option<Value>]| {
            self.report(
                Some(node),
                &Batch {
                    parent: &parent,
                    names,
                    spans: measured.get(range.clone()).unwrap_or_default(),
                    metadata: metadata.get(range).unwrap_or_default(),
                    values,
                    worker: *worker,
                },
            );
        };
        let files = measured.iter().zip(metadata.iter());
        for (index, (span, found)) in files.enumerate() {
            // What is not looked at any more is not reported: its values are
            // not known to be none.
            if self.run.is_over() {
                if first < index {
                    report(first..index, &values);
                }
                return;
            }
            let name = slice(names, *span);
            let start = values.len();
            if extractors.know(name, found) {
                let error = |action, cause| {
                    let path = join(&parent, name);
                    self.error(EntryError::new(path, action, cause));
                };
                let open = || match &*opened {
                    Ok(node) => node.open_file(name),
                    // Said of the first file; others fail in the same way.
                    Err(_) => node.opened().and_then(|it| it.open_file(name)),
                };
                let reads = extractors.read(name, found);
                let (file, metadata) = match reads.then(open).transpose() {
                    Ok(Some((file, now))) => (Some(file), now),
                    Ok(None) => (None, *found),
                    Err(cause) => {
                        error(Action::Open, cause);
                        (None, *found)
                    }
                };
                extractors.extract(
                    file.as_ref(),
                    Site { directory: &directory, name },
                    &metadata,
                    &mut values,
                    &mut |cause| error(Action::Extract, cause),
                );
            }
            values.resize(start + extractors.columns(), None);
            bytes += weight(values.get(start..).unwrap_or_default());
            if bytes >= ENOUGH {
                report(first..index + 1, &values);
                values.clear();
                (first, bytes) = (index + 1, 0);
            }
        }
        if first < measured.len() {
            report(first..measured.len(), &values);
        }
    }

    /// The values of a file that the caller named.
    pub(super) fn values_of_named(
        &self,
        path: &Path,
        file: &File,
        metadata: &Metadata,
    ) -> Vec<Option<Value>> {
        let mut values = Vec::new();
        if self.extracts {
            let mut extractors = Extractors::new(&self.options.plugins);
            let name = path.file_name().unwrap_or_default();
            extractors.extract(
                Some(file),
                Site::named(name.as_encoded_bytes()),
                metadata,
                &mut values,
                &mut |cause| {
                    let path = path.to_owned();
                    self.error(EntryError::new(path, Action::Extract, cause));
                },
            );
        }
        values
    }
}
