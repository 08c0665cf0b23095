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
        let numbered = |number| Group { number, reclaimable: 0 };
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
                    flow(rows.push(&Row {
                        parent: &one.parent,
                        name: one.name,
                        other: Some(&path),
                        group: Some(numbered(group as u64 + 1)),
                        similarity: Some(one.similarity),
                        ..Row::default()
                    }))
                },
            )?;
        } else {
            for (number, group) in (1..).zip(found.groups()) {
                for file in group.files() {
                    rows.push(&Row {
                        parent: &file.parent,
                        name: file.name,
                        size: Some(file.size),
                        group: Some(numbered(number)),
                        similarity: Some(file.similarity),
                        ..Row::default()
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
            let group_of = Group { number, reclaimable: 0 };
            if pairs {
                for pair in group.pairs() {
                    let (one, other) = (&pair.one, &pair.other);
                    let path = [&*other.parent, other.name].concat();
                    rows.push(&Row {
                        parent: &one.parent,
                        name: one.name,
                        other: Some(&path),
                        group: Some(group_of),
                        similarity: Some(pair.similarity),
                        ..Row::default()
                    })?;
                }
                continue;
            }
            for image in group.files() {
                rows.push(&Row {
                    parent: &image.parent,
                    name: image.name,
                    size: Some(image.size),
                    group: Some(group_of),
                    similarity: Some(image.similarity),
                    ..Row::default()
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
