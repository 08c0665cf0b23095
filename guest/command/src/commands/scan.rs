//! `sanchay scan`: which files are there.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use sanchay_arguments::Scan;
use sanchay_core::exit::Exit;
use sanchay_core::record::{FieldId, RecordKind, Row};
use wasi::filesystem::types::{Descriptor, DescriptorType};

use crate::failure::{Action, EntryError, Failure};
use crate::folders::Folders;
use crate::messages;
use crate::opening::join;
use crate::output::{Output, OutputFile, Sink, refuse_overwrite};
use crate::stat::{Stat, kind_of};
use crate::tally::Tally;
use crate::walk::{Found, Visitor, Walker};

/// Lists the files, or counts them.
pub(super) fn run(scan: Scan, folders: &Folders) -> Result<Exit, Failure> {
    let inputs = scan.roots.iter().map(String::as_str);
    let to = if scan.count {
        let file = scan.output.file.as_deref();
        refuse_overwrite(file, inputs, folders)?;
        Destination::Count(Sink::open(file, folders)?, 0)
    } else {
        let kind = RecordKind::File;
        Destination::Records(Output::open(
            &scan.output,
            inputs,
            folders,
            kind,
        )?)
    };
    let walker = Walker::new(folders, scan.walk, true, to.file())?;
    let (root, tally) = (String::new(), Tally::default());
    let mut visitor = Listing { to, root, tally };
    for root in &scan.roots {
        walker.root(root, &mut visitor)?;
    }
    let exit = visitor.tally.exit(scan.roots.len());
    visitor.to.finish(exit)
}

/// Where files go.
enum Destination {
    /// They are printed.
    Records(Output),
    /// They are counted, and their number is printed.
    Count(Sink, u64),
}

impl Destination {
    /// The file that is written.
    fn file(&self) -> OutputFile {
        match self {
            Self::Records(output) => output.file(),
            Self::Count(sink, _) => sink.file(),
        }
    }

    /// Whether records have a field.
    fn has(&self, field: FieldId) -> bool {
        match self {
            Self::Records(output) => output.has(field),
            Self::Count(..) => false,
        }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), Failure> {
        match self {
            Self::Records(output) => {
                output.push(row);
                output.flush_if_due()
            }
            Self::Count(_, files) => {
                *files += 1;
                Ok(())
            }
        }
    }

    fn finish(self, exit: Exit) -> Result<Exit, Failure> {
        match self {
            Self::Records(output) => output.finish(exit),
            Self::Count(sink, files) => sink.put(&format!("{files}\n"), exit),
        }
    }
}

/// Writes down what a walk finds.
struct Listing {
    to: Destination,
    /// The root that is walked.
    root: String,
    tally: Tally,
}

impl Listing {
    fn write(
        &mut self,
        (parent, name): (&str, &str),
        root: Option<&str>,
        stat: &Stat,
        target: Option<&str>,
    ) -> Result<(), Failure> {
        let facts = stat.facts();
        let root = root.unwrap_or(&self.root);
        self.to.push(&Row {
            root: Some(root.as_bytes()),
            target: target.map(str::as_bytes),
            kind: Some(kind_of(stat.kind)),
            facts: Some(&facts),
            parent: parent.as_bytes(),
            name: name.as_bytes(),
            size: Some(stat.size),
            modified: stat.modified,
            ..Row::default()
        })
    }
}

impl Visitor for Listing {
    fn root(&mut self, path: &str) {
        path.clone_into(&mut self.root);
    }

    fn named(
        &mut self,
        path: &str,
        _file: &Descriptor,
        stat: &Stat,
    ) -> Result<(), Failure> {
        self.write(("", path), Some(path), stat, None)
    }

    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let Some(stat) = file.stat else { return Ok(()) };
        let path = (file.parent, file.name);
        let wants = stat.kind == DescriptorType::SymbolicLink
            && self.to.has(FieldId::Target);
        let target = wants.then(|| file.folder.readlink_at(file.name));
        let target = match target.transpose() {
            Ok(target) => target,
            Err(code) => {
                let path = join(file.parent, file.name);
                let action = Action::ReadLink;
                self.error(&EntryError::new(path, action, code))?;
                None
            }
        };
        self.write(path, None, &stat, target.as_deref())
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}
