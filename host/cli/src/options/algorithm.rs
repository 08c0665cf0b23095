//! The hash functions by name.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sanchay::Algorithm;

/// Parses a hash function's name.
pub(crate) fn parser() -> impl TypedValueParser<Value = Algorithm> {
    among(&|_| true)
}

/// Parses the name of a hash function that can tell files apart.
pub(crate) fn identifying() -> impl TypedValueParser<Value = Algorithm> {
    among(&Algorithm::identifies)
}

fn among(
    offered: &dyn Fn(Algorithm) -> bool,
) -> impl TypedValueParser<Value = Algorithm> + use<> {
    let offered = Algorithm::ALL.into_iter().filter(|it| offered(*it));
    PossibleValuesParser::new(offered.map(Algorithm::name))
        .try_map(|name| name.parse::<Algorithm>())
}
