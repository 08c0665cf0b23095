//! `sanchay scan`: which files are there.

use alloc::format;
use alloc::string::String;

use sanchay_arguments::Scan;
use sanchay_core::exit::Exit;
use sanchay_core::record::{RecordKind, Row};
use wasi::filesystem::types::Descriptor;

use crate::failure::{EntryError, Failure};
use crate::folders::Folders;
use crate::messages;
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
    let mut visitor = Listing { to, tally: Tally::default() };
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
    tally: Tally,
}

impl Listing {
    fn write(
        &mut self,
        parent: &str,
        name: &str,
        stat: &Stat,
    ) -> Result<(), Failure> {
        let facts = stat.facts();
        self.to.push(&Row {
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
    fn named(
        &mut self,
        path: &str,
        _file: &Descriptor,
        stat: &Stat,
    ) -> Result<(), Failure> {
        self.write("", path, stat)
    }

    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let Some(stat) = file.stat else { return Ok(()) };
        self.write(file.parent, file.name, &stat)
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}
