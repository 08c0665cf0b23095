//! `sanchay scan`: which files are there.

use alloc::format;
use alloc::string::String;

use wasi::clocks::wall_clock::Datetime;

use crate::arguments::Scan;
use crate::exit::{Exit, Tally};
use crate::failure::{Action, EntryError, Failure};
use crate::folders::{Folders, Named};
use crate::listing::Lister;
use crate::messages;
use crate::output::{Kind, Name, Output, Sink, spare};
use crate::walk::{Found, Visitor, Walk};

/// Lists the files, or counts them.
pub(super) fn run(mut scan: Scan, folders: &Folders) -> Result<Exit, Failure> {
    let inputs = || scan.roots.iter().map(String::as_str);
    let file = scan.output.file.as_deref();
    let (output, sink) = if scan.count {
        spare(file, inputs(), folders)?;
        let sink = Sink::open(file, folders)?;
        scan.walk.leave_out = sink.own();
        (None, Some(sink))
    } else {
        let (options, text, kind) = (&scan.output, scan.text, Kind::Files);
        let output = Output::open(options, inputs(), folders, kind, text)?;
        scan.walk.leave_out = output.own();
        (Some(output), None)
    };
    let mut visitor = Listing { output, files: 0, tally: Tally::default() };
    for root in &scan.roots {
        match folders.open(root) {
            Ok(Named::Directory(folder)) => {
                let filter = scan.walk.filter()?;
                let lister = Lister::new(&filter, true);
                Walk::go(folder, root, &lister, &scan.walk, &mut visitor)?;
            }
            Ok(Named::File(_, stat)) if scan.walk.admits(stat.size) => {
                let name = Name { parent: "", name: root };
                visitor.write(name, stat.size, stat.modified)?;
            }
            Ok(Named::File(..)) => {}
            Err(cause) => {
                visitor.error(&EntryError::named(root, Action::Open, cause))?
            }
        }
    }
    let exit = Exit::of_run(visitor.tally, scan.roots.len());
    match (visitor.output, sink) {
        (Some(output), _) => output.finish(exit),
        (None, Some(sink)) => sink.put(&format!("{}\n", visitor.files), exit),
        (None, None) => Ok(exit),
    }
}

/// Writes down what a walk finds.
struct Listing {
    /// Where to; nowhere if files are only counted.
    output: Option<Output>,
    files: u64,
    tally: Tally,
}

impl Listing {
    fn write(
        &mut self,
        name: Name<'_>,
        size: u64,
        modified: Option<Datetime>,
    ) -> Result<(), Failure> {
        self.files += 1;
        match &mut self.output {
            Some(output) => output.file(name, size, modified),
            None => Ok(()),
        }
    }
}

impl Visitor for Listing {
    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let Some(stat) = file.stat else { return Ok(()) };
        let name = Name { parent: file.parent, name: file.name };
        self.write(name, stat.size, stat.modified)
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}
