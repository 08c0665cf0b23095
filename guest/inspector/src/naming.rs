//! The interface `naming`.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;

use sanchay_core::batch::Batch;
use sanchay_core::naming as logic;
use sanchay_core::plan::NameFlaw;
use sanchay_core::record::{RecordBatch, Schema};
use sanchay_core::time::{OffsetChange, Offsets};

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::batches::BatchError;
use crate::interfaces::exports::sanchay::inspect::naming as wit;

impl wit::Guest for Inspector {
    type Namer = Namer;
}

/// Rules, compiled, and the records that they name.
pub(crate) struct Namer {
    schema: Arc<Schema>,
    working: RefCell<Working>,
}

struct Working {
    namer: logic::Namer,
    batch: RecordBatch,
}

impl wit::GuestNamer for Namer {
    fn compile(rules: wit::Rules) -> Result<wit::Namer, wit::RulesError> {
        let change = |it: wit::OffsetChange| OffsetChange {
            since: it.since,
            offset: it.offset,
        };
        let zone = rules.zone.into_iter().map(change).collect();
        let naming = logic::Naming {
            template: rules.template,
            pattern: rules.pattern,
            replacements: rules.replacements,
            folders: rules.folders,
            truncate: rules.truncate,
            portable: rules.portable,
        };
        let (schema, namer) =
            logic::Namer::new(&naming, Offsets::new(zone), [])?;
        let schema = Arc::new(schema);
        let batch = RecordBatch::new(Arc::clone(&schema));
        let working = RefCell::new(Working { namer, batch });
        Ok(wit::Namer::new(Self { schema, working }))
    }

    fn fields(&self) -> Vec<String> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name.to_string()).collect()
    }

    fn name(
        &self,
        data: Vec<u8>,
        ends: Vec<u32>,
    ) -> Result<wit::Names, BatchError> {
        let records = Batch::new(&data, &ends)?;
        let mut working = self.working.borrow_mut();
        let Working { namer, batch } = &mut *working;
        let mut names = wit::Names {
            data: Vec::new(),
            ends: Vec::with_capacity(records.len()),
            outcomes: Vec::with_capacity(records.len()),
        };
        let mut name = Vec::new();
        for record in records.iter() {
            batch.clear();
            let outcome = match batch.push_encoded(record) {
                None => wit::Outcome::Refused(wit::NameFlaw::Empty),
                Some(()) => match namer.name(batch, 0, &mut name) {
                    Ok(()) => {
                        names.data.extend_from_slice(&name);
                        wit::Outcome::Named
                    }
                    Err(refusal) => refusal.into(),
                },
            };
            names.outcomes.push(outcome);
            let end = u32::try_from(names.data.len()).unwrap_or(u32::MAX);
            names.ends.push(end);
        }
        Ok(names)
    }
}

impl From<logic::NamingError> for wit::RulesError {
    fn from(error: logic::NamingError) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        match error {
            logic::NamingError::Template(error) => {
                Self::Template(place(error.column))
            }
            logic::NamingError::Pattern(at, _) => Self::Pattern(place(at)),
            logic::NamingError::Replacement(number, ..) => {
                Self::Replacement(place(number))
            }
        }
    }
}

impl From<logic::Refusal> for wit::Outcome {
    fn from(refusal: logic::Refusal) -> Self {
        match refusal {
            logic::Refusal::Unmatched => Self::Unmatched,
            logic::Refusal::Missing(number) => Self::Missing(number),
            logic::Refusal::Name(flaw) => Self::Refused(flaw.into()),
            logic::Refusal::NotPortable => Self::NotPortable,
        }
    }
}

impl From<NameFlaw> for wit::NameFlaw {
    fn from(flaw: NameFlaw) -> Self {
        match flaw {
            NameFlaw::Empty => Self::Empty,
            NameFlaw::Dots => Self::Dots,
            NameFlaw::Slash => Self::Slash,
            NameFlaw::Absolute => Self::Absolute,
            NameFlaw::Zero => Self::Zero,
            NameFlaw::TooLong => Self::TooLong,
        }
    }
}
