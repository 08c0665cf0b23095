//! The other times: when the content was last read, when the metadata last
//! changed, and when the file was created.

pub(super) use super::no_check as check;
use super::Field;
use super::point::{bound, field};
use crate::filter::expr::Operator;
use crate::filter::matcher::Columns;
use crate::filter::options::{FilterOption, Repeat};

/// The two options of a time.
macro_rules! options {
    ($($field:ident, $within:literal, $before:literal, $what:literal;)*) => {
        pub(super) const OPTIONS: &[FilterOption] = &[$(
            FilterOption {
                name: $within,
                short: None,
                value_name: "WHEN",
                help: concat!(
                    "Only what was ", $what, " within WHEN, or since then"
                ),
                long_help: "WHEN is as in --changed-within.",
                repeat: Repeat::Last,
                parse: |text, clock| {
                    bound(&$field, text, clock, Operator::GreaterOrEqual)
                },
            },
            FilterOption {
                name: $before,
                short: None,
                value_name: "WHEN",
                help: concat!("Only what was ", $what, " before WHEN"),
                long_help: "",
                repeat: Repeat::Last,
                parse: |text, clock| {
                    bound(&$field, text, clock, Operator::Less)
                },
            },
        )*];
    };
}

options! {
    CREATED, "created-within", "created-before", "created";
    ACCESSED, "accessed-within", "accessed-before", "last read";
    CHANGED, "status-changed-within", "status-changed-before",
        "last changed in content or metadata (find's ctime)";
}

pub(super) const FIELDS: &[&Field] = &[&ACCESSED, &CHANGED, &CREATED];

const ACCESSED: Field =
    field::<{ Columns::ACCESSED.bits() }>(14, "accessed");

const CHANGED: Field = field::<{ Columns::CHANGED.bits() }>(15, "changed");

const CREATED: Field = field::<{ Columns::CREATED.bits() }>(16, "created");
