//! Records in a temporary file, in order. The file has no name: nothing is
//! left of it when the program ends, however that happens.

use std::{
    fs::File,
    io::{
        self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _,
        SeekFrom, Write as _,
    },
};

use sanchay_core::record::put_number;

use super::record::damaged;

/// How much is written, or read, at a time.
const BUFFER: usize = 64 * 1024;

/// The longest record that is believed: a path has 64 KiB and a name.
const LONGEST: u64 = 1 << 30;

/// Records in order.
#[derive(Debug)]
pub(super) struct Run(BufReader<File>);

/// Writes a run.
pub(super) struct RunWriter(BufWriter<File>);

impl Run {
    /// A new run, to be written.
    pub(super) fn writer() -> io::Result<RunWriter> {
        let file = tempfile::tempfile()?;
        Ok(RunWriter(BufWriter::with_capacity(BUFFER, file)))
    }

    /// Writes records, which are in order.
    pub(super) fn write<'r>(
        records: impl Iterator<Item = io::Result<&'r [u8]>>,
    ) -> io::Result<Self> {
        let mut writer = Self::writer()?;
        for record in records {
            writer.push(record?)?;
        }
        writer.finish()
    }

    /// Reads the next record into a buffer; whether there is one.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        record.clear();
        if self.0.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut length = 0_u64;
        let mut shift = 0;
        loop {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            length |= u64::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] < 0x80 {
                break;
            }
            if shift > 56 {
                return Err(damaged());
            }
        }
        if length > LONGEST {
            return Err(damaged());
        }
        let read = self.0.by_ref().take(length).read_to_end(record)?;
        match u64::try_from(read) == Ok(length) {
            true => Ok(true),
            false => Err(damaged()),
        }
    }
}

impl RunWriter {
    /// Appends a record.
    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let mut length = Vec::with_capacity(10);
        let bytes = u64::try_from(record.len()).unwrap_or(u64::MAX);
        put_number(bytes, &mut length);
        self.0.write_all(&length)?;
        self.0.write_all(record)
    }

    /// The run, to be read.
    pub(super) fn finish(self) -> io::Result<Run> {
        let mut file =
            self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Run(BufReader::with_capacity(BUFFER, file)))
    }
}
