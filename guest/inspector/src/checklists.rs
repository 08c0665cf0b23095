//! The interface `checklists`.

use alloc::vec::Vec;

use sanchay_logic::checklist as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::checklists as wit;

impl wit::Guest for Inspector {
    fn parse(text: Vec<u8>) -> wit::Checklist {
        logic::parse(&text).into()
    }
}

impl From<logic::Checklist> for wit::Checklist {
    fn from(checklist: logic::Checklist) -> Self {
        let logic::Checklist { lines, promises, malformed } = checklist;
        let promises = promises.into_iter().map(Into::into).collect();
        Self { lines, promises, malformed }
    }
}

impl From<logic::Promise> for wit::Promise {
    fn from(promise: logic::Promise) -> Self {
        let logic::Promise { line, path, expected } = promise;
        Self { line, path, expected: expected.into() }
    }
}

impl From<logic::Expectation> for wit::Expectation {
    fn from(expected: logic::Expectation) -> Self {
        match expected {
            logic::Expectation::Named(algorithm, digest) => {
                let algorithm = algorithm.into();
                Self::Named(wit::NamedDigest { algorithm, digest })
            }
            logic::Expectation::Unnamed(digest) => Self::Unnamed(digest),
            logic::Expectation::Partial(digest) => {
                Self::Partial(digest.into())
            }
        }
    }
}
