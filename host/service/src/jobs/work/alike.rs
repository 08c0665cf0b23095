//! Searches for files that are equal, or nearly so.

use std::path::PathBuf;

use sanchay::{
    DuplicateOptions, EntryKind, FileFacts, Monitor, SimilarImagesOptions,
    SimilarOptions,
};
use sanchay_core::{
    content::Content,
    record::{Group, Row},
};
use serde_json::json;

use super::{Failure, Outcome, Worker, done, flow, sums};

impl Worker<'_> {
    pub(super) fn dupes(
        &self,
        roots: &[PathBuf],
        options: &DuplicateOptions,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.duplicates(roots).options(options);
        let request = request.monitor(&self.live.monitor()).times(true);
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        let mut number = 0;
        for group in found.folder_groups() {
            number += 1;
            let reclaimable = group.reclaimable;
            let content = Content::Whole(group.algorithm, group.digest);
            for (path, role) in group.paths.iter().zip(&group.roles) {
                rows.push(&Row {
                    name: path.as_os_str().as_encoded_bytes(),
                    kind: Some(EntryKind::Directory),
                    size: Some(group.size),
                    file_count: Some(group.files),
                    content: Some(content),
                    group: Some(Group { number, reclaimable }),
                    role: Some(*role),
                    ..Row::default()
                })?;
            }
        }
        for group in found.groups() {
            number += 1;
            let reclaimable = group.reclaimable();
            let content = Content::Whole(group.algorithm(), group.digest());
            for member in group.files() {
                let state = member.state;
                let facts = FileFacts {
                    size: group.size(),
                    inode: state.map(|it| it.id.inode),
                    device: state.map(|it| it.id.device),
                    ..FileFacts::default()
                };
                rows.push(&Row {
                    parent: &member.parent,
                    name: member.name,
                    root: Some(member.root),
                    modified: state.map(|it| it.modified),
                    facts: Some(&facts),
                    size: Some(group.size()),
                    content: Some(content),
                    group: Some(Group { number, reclaimable }),
                    role: Some(member.role),
                    kind: Some(EntryKind::File),
                    ..Row::default()
                })?;
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "folder_groups": summary.folder_groups,
            "redundant_files": summary.redundant_files,
            "redundant_folders": summary.redundant_folders,
            "reclaimable": summary.reclaimable_bytes,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
    }

    pub(super) fn similar(
        &self,
        roots: &[PathBuf],
        options: &SimilarOptions,
        pairs: bool,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.similar(roots).options(options);
        let request = request.monitor(&self.live.monitor());
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        if pairs {
            let monitor = Monitor {
                cancel: self.live.cancel.clone(),
                ..Monitor::default()
            };
            self.engine.similar_pairs(
                &found,
                &monitor,
                |error| self.error(&error),
                |group, one, other| {
                    let path = [&*other.parent, other.name].concat();
                    let row = alike((&one.parent, one.name), group as u64 + 1);
                    flow(rows.push(&Row {
                        other: Some(&path),
                        similarity: Some(one.similarity),
                        ..row
                    }))
                },
            )?;
        } else {
            for (number, group) in (1..).zip(found.groups()) {
                for file in group.files() {
                    rows.push(&Row {
                        size: Some(file.size),
                        similarity: Some(file.similarity),
                        ..alike((&file.parent, file.name), number)
                    })?;
                }
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "similar_files": summary.files,
            "texts": summary.texts,
            "too_large": summary.too_large,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
    }

    pub(super) fn similar_images(
        &self,
        roots: &[PathBuf],
        options: &SimilarImagesOptions,
        pairs: bool,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.similar_images(roots).options(options);
        let request = request.monitor(&self.live.monitor());
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        for (number, group) in (1..).zip(found.groups()) {
            if pairs {
                for pair in group.pairs() {
                    let (one, other) = (&pair.one, &pair.other);
                    let path = [&*other.parent, other.name].concat();
                    rows.push(&Row {
                        other: Some(&path),
                        similarity: Some(pair.similarity),
                        ..alike((&one.parent, one.name), number)
                    })?;
                }
                continue;
            }
            for image in group.files() {
                rows.push(&Row {
                    size: Some(image.size),
                    similarity: Some(image.similarity),
                    ..alike((&image.parent, image.name), number)
                })?;
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "similar_files": summary.files,
            "images": summary.images,
            "too_large": summary.too_large,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
    }
}

/// What the records of a group of similar files have in common: the path, in
/// two parts, and the number of the group, which frees nothing.
fn alike<'r>((parent, name): (&'r [u8], &'r [u8]), number: u64) -> Row<'r> {
    let group = Some(Group { number, reclaimable: 0 });
    Row { parent, name, group, ..Row::default() }
}
