//! A part of the folders as a map shows it: the large ones first, as deep and
//! as many as are asked for, and what is too small to be seen as one.

use std::collections::BinaryHeap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{FolderSums, Sums};
use crate::{
    file_types, folder_tree::Sum as _, problem::Problem, results::cells::split,
};

/// What is smaller than this part of all is not shown by itself.
const SMALL: u64 = 4000;

/// Which part.
#[derive(Clone, Debug)]
pub(crate) struct MapRequest {
    /// The folder.
    pub(crate) path: Vec<u8>,
    /// How many levels down.
    pub(crate) depth: u32,
    /// How many nodes at most; a few more, since folders are opened as a
    /// whole.
    pub(crate) limit: usize,
    /// Whether the number of files counts, and not that of bytes.
    pub(crate) by_files: bool,
}

/// Folders with what is in them, in columns: each after the one that it is in.
/// The first is the one that was asked for.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Map {
    /// The place of the folder that it is in among these; -1 for the first.
    parent: Vec<i64>,
    /// Its name; of a root, its path. Null where it is no single folder.
    name: Vec<Option<String>>,
    /// The same in Base64, where it is not UTF-8.
    name_base64: Vec<Option<String>>,
    /// How many bytes its files have.
    size: Vec<u64>,
    /// How many files it has.
    files: Vec<u64>,
    /// The type that most of its bytes are of: `image`, `raw`, `video`,
    /// `audio`, `document`, `archive`, `code`, `data`, `log` or `other`.
    kind: Vec<&'static str>,
    /// When the newest of its files was modified, in seconds since 1970.
    mtime: Vec<Option<i64>>,
    /// 1 for a folder; 0 for files of a type that lie in it directly, and for
    /// folders that are too small to be seen.
    dir: Vec<u8>,
    /// How many folders are in it; of those that are too small, how many they
    /// are.
    folders: Vec<u64>,
}

/// What is added to a map.
#[derive(Debug)]
struct MapNode<'a> {
    parent: i64,
    /// `None` where it is no single folder.
    name: Option<&'a [u8]>,
    size: u64,
    files: u64,
    kind: usize,
    mtime: Option<i64>,
    folders: u64,
}

impl Map {
    /// A part of the folders of some sums.
    ///
    /// # Errors
    /// 404 where there is no such folder.
    pub(crate) fn new(
        sums: &Sums,
        request: &MapRequest,
    ) -> Result<Self, Problem> {
        let folders = &sums.folders;
        let first = folders.find(&request.path).ok_or_else(|| {
            Problem::not_found("There is no folder of that path in it.")
        })?;
        let value = |sums: &FolderSums| match request.by_files {
            true => sums.files,
            false => sums.bytes,
        };
        let mut map = Self::default();
        let Some(folder) = folders.get(first) else { return Ok(map) };
        let least = value(&folder.all) / SMALL;
        map.push(&MapNode {
            parent: -1,
            name: Some(&folders.path(first)),
            ..MapNode::of(&folder.all, folders.within(first).len())
        });
        // The largest are opened first, so that what is left out is small.
        let mut open = BinaryHeap::from([(value(&folder.all), 0, first, 0)]);
        while let Some((_, depth, number, place)) = open.pop() {
            if depth >= request.depth || map.parent.len() >= request.limit {
                continue;
            }
            let Some(folder) = folders.get(number) else { continue };
            let parent = i64::try_from(place).unwrap_or(-1);
            let within = folders.within(number);
            let mut small = FolderSums::default();
            let mut left = 0;
            let mut within: Vec<_> = within
                .iter()
                .filter_map(|child| Some((*child, folders.get(*child)?)))
                .collect();
            within.sort_by(|(_, a), (_, b)| {
                value(&b.all).cmp(&value(&a.all)).then(a.name.cmp(&b.name))
            });
            // What is at the end of a list is as small as can be.
            let room = request.limit.saturating_sub(map.parent.len()).max(1);
            for (at, (child, folder)) in within.into_iter().enumerate() {
                if at >= room || value(&folder.all) < least {
                    small.add(&folder.all);
                    left += 1;
                    continue;
                }
                let count = folders.within(child).len();
                let node = MapNode::of(&folder.all, count);
                let name = Some(&*folder.name);
                let place = map.push(&MapNode { parent, name, ..node });
                let size = value(&folder.all);
                open.push((size, depth.saturating_add(1), child, place));
            }
            if left > 0 {
                map.push(&MapNode { parent, ..MapNode::of(&small, left) });
            }
            map.push_files(parent, &folder.own);
        }
        Ok(map)
    }

    /// Adds what lies directly in a folder, by types.
    fn push_files(&mut self, parent: i64, own: &FolderSums) {
        let types = own.type_files.iter().zip(&own.type_bytes).enumerate();
        for (kind, (files, bytes)) in types {
            if *files > 0 {
                self.push(&MapNode {
                    parent,
                    name: None,
                    size: *bytes,
                    files: u64::from(*files),
                    kind,
                    mtime: own.newest,
                    folders: 0,
                });
            }
        }
    }

    fn push(&mut self, node: &MapNode<'_>) -> usize {
        let place = self.parent.len();
        let (name, name_base64) = split(node.name);
        let text = |value: Value| value.as_str().map(str::to_owned);
        self.parent.push(node.parent);
        self.name.push(text(name));
        self.name_base64.push(text(name_base64));
        self.size.push(node.size);
        self.files.push(node.files);
        self.kind.push(file_types::name(node.kind));
        self.mtime.push(node.mtime);
        self.dir.push(u8::from(node.name.is_some()));
        self.folders.push(node.folders);
        place
    }
}

impl<'a> MapNode<'a> {
    fn of(sums: &FolderSums, folders: usize) -> MapNode<'a> {
        MapNode {
            parent: -1,
            name: None,
            size: sums.bytes,
            files: sums.files,
            kind: sums.main_type(),
            mtime: sums.newest,
            folders: folders as u64,
        }
    }
}
