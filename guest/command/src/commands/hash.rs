//! `sanchay hash`: the digests of files, in order.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use sanchay_arguments::{Hash, WalkOptions};
use sanchay_core::exit::Exit;
use sanchay_core::reading::{FileDigest, Method, of_file, of_stream};
use sanchay_core::record::{RecordKind, Row};
use wasi::cli::stdin::get_stdin;
use wasi::filesystem::types::Descriptor;

use crate::failure::{Action, Cause, EntryError, Failure};
use crate::folders::Folders;
use crate::messages;
use crate::opening::{join, open_file};
use crate::output::Output;
use crate::source::{OpenFile, Stdin};
use crate::stat::{Stat, kind_of};
use crate::tally::Tally;
use crate::walk::{Found, Visitor, Walker};

/// Hashes what is named, and what lies in the directories that are.
pub(super) fn run(hash: Hash, folders: &Folders) -> Result<Exit, Failure> {
    let inputs = hash.paths.iter().map(String::as_str);
    let partial = matches!(hash.method, Method::Partial { .. });
    let kind = RecordKind::Hash { partial };
    let output = Output::open(&hash.output, inputs, folders, kind)?;
    let filter = hash.walk.filter.files_only();
    let walk = WalkOptions { filter, ..hash.walk };
    let walker = Walker::new(folders, walk, false, output.file())?;
    let (method, tally) = (hash.method, Tally::default());
    let root = String::new();
    let mut visitor = Hashing { output, method, tally, root };
    let mut stdin = Stdin(Some(get_stdin()));
    for path in &hash.paths {
        match path.as_str() {
            "-" => visitor.stream(path, &mut stdin)?,
            path => walker.root(path, &mut visitor)?,
        }
    }
    let exit = visitor.tally.exit(hash.paths.len());
    visitor.output.finish(exit)
}

/// Hashes what a walk finds.
struct Hashing {
    output: Output,
    method: Method,
    tally: Tally,
    /// The directory that is walked.
    root: String,
}

impl Hashing {
    fn hashed(
        &mut self,
        path: &str,
        root: Option<&str>,
        found: &FileDigest,
        stat: Option<&Stat>,
    ) -> Result<(), Failure> {
        let facts = stat.map(Stat::facts);
        let root = root.unwrap_or(&self.root);
        self.output.push(&Row {
            root: Some(root.as_bytes()),
            kind: stat.map(|stat| kind_of(stat.kind)),
            facts: facts.as_ref(),
            name: path.as_bytes(),
            size: Some(found.size),
            modified: stat.and_then(|stat| stat.modified),
            content: Some(found.content),
            chunk: match self.method {
                Method::Partial { chunk } => Some(chunk),
                Method::Whole(_) => None,
            },
            ..Row::default()
        });
        self.output.flush_if_due()
    }

    fn unread(&mut self, path: &str, cause: Cause) -> Result<(), Failure> {
        self.error(&EntryError::named(path, Action::Read, cause))
    }

    fn stream(
        &mut self,
        path: &str,
        source: &mut Stdin,
    ) -> Result<(), Failure> {
        match of_stream(source, self.method) {
            Ok(found) => self.hashed(path, Some(path), &found, None),
            Err(cause) => self.unread(path, cause),
        }
    }
}

impl Visitor for Hashing {
    fn root(&mut self, path: &str) {
        path.clone_into(&mut self.root);
    }

    fn named(
        &mut self,
        path: &str,
        file: &Descriptor,
        stat: &Stat,
    ) -> Result<(), Failure> {
        match of_file(&OpenFile(file), stat.size, self.method) {
            Ok(found) => self.hashed(path, Some(path), &found, Some(stat)),
            Err(cause) => self.unread(path, cause),
        }
    }

    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let result = open_file(file.folder, file.name)
            .map_err(|cause| (Action::Open, cause))
            .and_then(|(opened, stat)| {
                of_file(&OpenFile(&opened), stat.size, self.method)
                    .map(|found| (found, stat))
                    .map_err(|cause| (Action::Read, cause))
            });
        let path = join(file.parent, file.name);
        match result {
            Ok((found, stat)) => self.hashed(&path, None, &found, Some(&stat)),
            Err((action, cause)) => {
                self.error(&EntryError::new(path, action, cause))
            }
        }
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        // The records before it first, where both are read.
        self.output.flush()?;
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}
