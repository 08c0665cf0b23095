//! `sanchay scan`: which files are there.

use alloc::format;
use alloc::string::String;

use sanchay_core::record::{RecordKind, Row};

use crate::arguments::Scan;
use crate::failure::{Action, EntryError, Failure};
use crate::folders::{Folders, Named};
use crate::listing::Lister;
use crate::messages;
use crate::output::{Output, Sink, refuse_overwrite};
use crate::stat::Stat;
use crate::tally::Tally;
use crate::walk::{Found, Visitor, Walk, wants_named};
use sanchay_core::exit::Exit;

/// Lists the files, or counts them.
pub(super) fn run(mut scan: Scan, folders: &Folders) -> Result<Exit, Failure> {
    let inputs = || scan.roots.iter().map(String::as_str);
    let file = scan.output.file.as_deref();
    let (output, sink) = if scan.count {
        refuse_overwrite(file, inputs(), folders)?;
        let sink = Sink::open(file, folders)?;
        scan.walk.leave_out = sink.file();
        (None, Some(sink))
    } else {
        let (options, kind) = (&scan.output, RecordKind::File);
        let output = Output::open(options, inputs(), folders, kind)?;
        scan.walk.leave_out = output.file();
        (Some(output), None)
    };
    let matcher = scan.walk.matcher()?;
    let mut visitor = Listing { output, files: 0, tally: Tally::default() };
    for root in &scan.roots {
        match folders.open(root) {
            Ok(Named::Directory(folder)) => {
                let lister = Lister::new(&matcher, true);
                Walk::go(folder, root, &lister, &scan.walk, &mut visitor)?;
            }
            Ok(Named::File(_, stat)) if wants_named(&matcher, &stat) => {
                visitor.write("", root, &stat)?;
            }
            Ok(Named::File(..)) => {}
            Err(cause) => {
                visitor.error(&EntryError::named(root, Action::Open, cause))?
            }
        }
    }
    let exit = visitor.tally.exit(scan.roots.len());
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
        parent: &str,
        name: &str,
        stat: &Stat,
    ) -> Result<(), Failure> {
        self.files += 1;
        match &mut self.output {
            Some(output) => {
                output.push(&Row {
                    parent: parent.as_bytes(),
                    name: name.as_bytes(),
                    size: Some(stat.size),
                    modified: stat.modified,
                    ..Row::default()
                });
                output.flush_if_due()
            }
            None => Ok(()),
        }
    }
}

impl Visitor for Listing {
    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let Some(stat) = file.stat else { return Ok(()) };
        self.write(file.parent, file.name, &stat)
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}
