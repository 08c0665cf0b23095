//! The interface `classifying`.

use alloc::vec::Vec;

use sanchay_core::batch::Batch;
use sanchay_core::content_kind as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::batches::BatchError;
use crate::interfaces::exports::sanchay::inspect::classifying::{
    ContentKind, Guest,
};

impl Guest for Inspector {
    fn head_size() -> u32 {
        u32::try_from(logic::HEAD).unwrap_or(u32::MAX)
    }

    fn classify(
        data: Vec<u8>,
        ends: Vec<u32>,
    ) -> Result<Vec<ContentKind>, BatchError> {
        let kinds = logic::classify(Batch::new(&data, &ends)?);
        Ok(kinds.into_iter().map(ContentKind::from).collect())
    }
}

impl From<logic::ContentKind> for ContentKind {
    fn from(kind: logic::ContentKind) -> Self {
        match kind {
            logic::ContentKind::Empty => Self::Empty,
            logic::ContentKind::Text => Self::Text,
            logic::ContentKind::Image => Self::Image,
            logic::ContentKind::Video => Self::Video,
            logic::ContentKind::Audio => Self::Audio,
            logic::ContentKind::Archive => Self::Archive,
            logic::ContentKind::Document => Self::Document,
            logic::ContentKind::Executable => Self::Executable,
            logic::ContentKind::Other => Self::Other,
        }
    }
}
