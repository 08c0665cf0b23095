//! Lines that a template writes, one a record.

use alloc::vec::Vec;

use sanchay_core::record::RecordBatch;
use sanchay_core::template::{Resolved, State};
use spin::Mutex;

use crate::text::TextOptions;
use crate::{EncodeError, Encoded, Encoder};

/// Writes records by a template.
#[derive(Debug)]
pub struct TemplateEncoder {
    template: Resolved,
    terminal: bool,
    end: u8,
    /// How far it has counted. Only a template that counts needs it, whose
    /// batches are encoded one after the other: nobody waits for it.
    state: Mutex<State>,
}

impl TemplateEncoder {
    /// Writes records of the schema that the template was resolved to.
    #[must_use]
    pub fn new(template: Resolved, options: TextOptions) -> Self {
        let TextOptions { terminal, zero, .. } = options;
        let end = if zero { 0 } else { b'\n' };
        Self { template, terminal, end, state: Mutex::default() }
    }

    fn rows(&self, batch: &RecordBatch, state: &mut State, out: &mut Encoded) {
        for row in 0..batch.len() {
            let bytes: &mut Vec<u8> = &mut out.bytes;
            self.template.write(batch, row, self.terminal, state, bytes);
            bytes.push(self.end);
            out.end_record();
        }
    }
}

impl Encoder for TemplateEncoder {
    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        if self.is_ordered() {
            self.rows(batch, &mut self.state.lock(), out);
        } else {
            self.rows(batch, &mut State::default(), out);
        }
        Ok(())
    }

    fn is_ordered(&self) -> bool {
        self.template.counts()
    }
}
