//! The hash functions by name.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sanchay::Algorithm;

/// Parses a hash function's name.
pub(crate) fn parser() -> impl TypedValueParser<Value = Algorithm> {
    let names = Algorithm::ALL.map(Algorithm::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Algorithm>())
}
