//! The interface `checklists`.

use alloc::vec::Vec;

use sanchay_core::checklist as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::checklists as wit;

impl wit::Guest for Inspector {
    fn parse(
        text: Vec<u8>,
        algorithm: Option<wit::Algorithm>,
        separator: wit::Separator,
    ) -> wit::Checklist {
        let algorithm = algorithm.map(Into::into);
        logic::parse(&text, algorithm, separator.into()).into()
    }
}

impl From<logic::Checklist> for wit::Checklist {
    fn from(checklist: logic::Checklist) -> Self {
        let logic::Checklist { lines, entries, malformed, separator } =
            checklist;
        Self {
            lines,
            entries: entries.into_iter().map(Into::into).collect(),
            malformed: malformed.into_iter().map(Into::into).collect(),
            separator: separator.into(),
        }
    }
}

impl From<logic::ChecksumEntry> for wit::ChecksumEntry {
    fn from(entry: logic::ChecksumEntry) -> Self {
        let logic::ChecksumEntry { line, path, expected } = entry;
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
            logic::Expectation::Partial(digest, chunk) => {
                let digest = digest.into();
                Self::Partial(wit::PartialChecksum { digest, chunk })
            }
        }
    }
}

impl From<logic::Malformed> for wit::MalformedLine {
    fn from(malformed: logic::Malformed) -> Self {
        let logic::Malformed { line, flaw } = malformed;
        let flaw = match flaw {
            logic::Flaw::Form => wit::Flaw::Form,
            logic::Flaw::Algorithm => wit::Flaw::Algorithm,
            logic::Flaw::Length(algorithm, digest_size) => {
                let algorithm = algorithm.map(Into::into);
                wit::Flaw::Length(wit::WrongLength { algorithm, digest_size })
            }
        };
        Self { line, flaw }
    }
}

impl From<wit::Separator> for logic::Separator {
    fn from(separator: wit::Separator) -> Self {
        match separator {
            wit::Separator::Undecided => Self::Undecided,
            wit::Separator::Double => Self::Double,
            wit::Separator::Single => Self::Single,
        }
    }
}

impl From<logic::Separator> for wit::Separator {
    fn from(separator: logic::Separator) -> Self {
        match separator {
            logic::Separator::Undecided => Self::Undecided,
            logic::Separator::Double => Self::Double,
            logic::Separator::Single => Self::Single,
        }
    }
}
