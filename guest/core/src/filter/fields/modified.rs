//! When the content was last modified: `--changed-within 7d`,
//! `--changed-before 2026-01-01`.

pub(super) use super::no_check as check;
use super::{Field, point};
use crate::filter::expr::Operator;
use crate::filter::matcher::Columns;
use crate::filter::options::{FilterOption, Repeat};

const WITHIN: FilterOption = FilterOption {
    name: "changed-within",
    short: None,
    value_name: "WHEN",
    help: "Only what was modified within WHEN (7d, 12h), or since then \
           (2026-01-31, 2026-01-31T12:00:00Z)",
    long_help: "A duration is made of y, months, w, d, h, m and s: 90s, \
                1d12h, 3months. A time without an offset is that of the local \
                zone; today, yesterday and now are times, too.",
    repeat: Repeat::Last,
    parse: |text, clock| {
        point::bound(&FIELD, text, clock, Operator::GreaterOrEqual)
    },
};

const BEFORE: FilterOption = FilterOption {
    name: "changed-before",
    short: None,
    value_name: "WHEN",
    help: "Only what was modified before WHEN: longer ago than a duration, or \
           before a time",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, clock| point::bound(&FIELD, text, clock, Operator::Less),
};

pub(super) const OPTIONS: &[FilterOption] = &[WITHIN, BEFORE];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field =
    point::field::<{ Columns::MODIFIED.bits() }>(3, "modified");
