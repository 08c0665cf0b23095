//! What extractors find in the files of a walk, reported with them.

use std::{cell::LazyCell, ops::Range, path::Path, sync::Arc};

use sanchay_sandbox::plugin::Value;
use sanchay_storage::{EntryKind, File, Metadata};

use super::{MatchedFiles, Visitor, Walk, WorkerVisitor, node::Node};
use crate::{
    entry::{Batch, join},
    error::{Action, EntryError},
    extract::{Extractors, Site},
    plugins::weight,
    span::slice,
};

/// Files are reported as soon as their values take up this many bytes.
const MAX_VALUES: usize = 1 << 20;

impl<V: Visitor> Walk<'_, V> {
    /// Has the extractors look at the files that are left of a directory, and
    /// reports them: as many at a time as their values do not fill memory.
    pub(super) fn report_extracted(
        &self,
        node: &Arc<Node>,
        names: &[u8],
        files: MatchedFiles<'_>,
        extractors: &mut Extractors,
        visitor: &mut dyn WorkerVisitor,
    ) {
        let reopened = LazyCell::new(|| node.reopen());
        let parent = node.path();
        let directory = node.relative();
        let mut values = Vec::new();
        let (mut first, mut bytes) = (0, 0);
        let MatchedFiles { spans: matched, metadata, targets, .. } = files;
        let report = |range: Range<usize>,
                      values: &[Option<Value>],
                      visitor: &mut dyn WorkerVisitor| {
            let batch = Batch {
                parent: &parent,
                root: node.root_path(),
                names,
                spans: matched.get(range.clone()).unwrap_or_default(),
                metadata: metadata.get(range.clone()).unwrap_or_default(),
                targets: targets.get(range).unwrap_or_default(),
                values,
            };
            self.report(Some(node), &batch, visitor);
        };
        let mut end = matched.len();
        for (index, (span, found)) in matched.iter().zip(metadata).enumerate()
        {
            // What is not looked at any more is not reported: its values are
            // not known to be none.
            if self.run.is_over() {
                end = index;
                break;
            }
            let name = slice(names, *span);
            let known = files.known(index);
            let start = values.len();
            if found.kind == EntryKind::File && extractors.know(name, found) {
                let mut error = |action, cause| {
                    let path = join(&parent, name);
                    self.error(EntryError::new(path, action, cause), visitor);
                };
                let open = || match &*reopened {
                    Ok(open) => open.open_file(name),
                    // Said of the first file; others fail in the same way.
                    Err(_) => node.reopen().and_then(|it| it.open_file(name)),
                };
                let reads = extractors.read(name, found, known);
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
                    known,
                    &mut values,
                    &mut |cause| error(Action::Extract, cause),
                );
            }
            values.resize(start + extractors.columns(), None);
            bytes += weight(values.get(start..).unwrap_or_default());
            if bytes >= MAX_VALUES {
                report(first..index + 1, &values, visitor);
                values.clear();
                (first, bytes) = (index + 1, 0);
            }
        }
        if first < end {
            report(first..end, &values, visitor);
        }
    }

    /// The values of a file that the caller named.
    pub(super) fn extract_root(
        &self,
        path: &Path,
        file: &File,
        metadata: &Metadata,
        visitor: &mut dyn WorkerVisitor,
    ) -> Vec<Option<Value>> {
        let mut values = Vec::new();
        if self.extracts {
            let mut extractors = Extractors::new(&self.options.plugins);
            let name = path.file_name().unwrap_or_default();
            extractors.extract(
                Some(file),
                Site::named(name.as_encoded_bytes()),
                metadata,
                None,
                &mut values,
                &mut |cause| {
                    let path = path.to_owned();
                    let error = EntryError::new(path, Action::Extract, cause);
                    self.error(error, visitor);
                },
            );
        }
        values
    }
}
