//! What extractors tell of the files that a walk found, reported with them.

use std::{fs::File, path::Path, sync::Arc};

use sanchay_sandbox::plugin::Value;

use super::{Walk, node::Node, scout::Scout, slice};
use crate::{
    entry::{Batch, Metadata, join},
    error::{Action, EntryError},
    extract::Extractors,
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
        let opened = node.opened();
        let mut values = Vec::new();
        let (mut first, mut bytes) = (0, 0);
        let Scout { measured, metadata, extractors, .. } = scout;
        let count = measured.len();
        for (index, (span, found)) in
            measured.iter().zip(metadata.iter()).enumerate()
        {
            let name = slice(names, *span);
            let start = values.len();
            if extractors.know(name, found) && !self.run.is_over() {
                let error = |action, cause| {
                    let path = join(node.path(), name);
                    self.error(EntryError::new(path, action, cause));
                };
                let file = match &opened {
                    Ok(node) => node.open_file(name),
                    // Said of the first file; others fail in the same way.
                    Err(_) => node.opened().and_then(|it| it.open_file(name)),
                };
                match file {
                    Ok((file, now)) => extractors.extract(
                        &file,
                        name,
                        &now,
                        &mut values,
                        &mut |cause| error(Action::Extract, cause),
                    ),
                    Err(cause) => error(Action::Open, cause),
                }
            }
            values.resize(start + extractors.columns(), None);
            bytes += weight(values.get(start..).unwrap_or_default());
            if bytes < ENOUGH && index + 1 < count {
                continue;
            }
            let range = first..index + 1;
            self.report(
                Some(node),
                &Batch {
                    parent: node.path(),
                    names,
                    spans: measured.get(range.clone()).unwrap_or_default(),
                    metadata: metadata.get(range).unwrap_or_default(),
                    values: &values,
                    worker: scout.index,
                },
            );
            values.clear();
            (first, bytes) = (index + 1, 0);
            if self.run.is_over() {
                return;
            }
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
                file,
                name.as_encoded_bytes(),
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
