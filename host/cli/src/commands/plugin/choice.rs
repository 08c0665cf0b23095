//! The worlds and languages of plugins, as the command line names them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sanchay_plugin_templates::{Language, World};

/// Takes the name of a world.
pub(super) fn world() -> impl TypedValueParser<Value = World> {
    parser(World::ALL, World::kind, |world| match world {
        World::Filter => "select entries of directories",
        World::Extractor => "tell values of files",
    })
}

/// Takes the name of a language.
pub(super) fn language() -> impl TypedValueParser<Value = Language> {
    parser(Language::ALL, Language::name, |language| match language {
        Language::Rust => "with cargo",
        Language::C => "with clang and lld",
        Language::Javascript => "with componentize-qjs",
        Language::Python => "with componentize-py",
    })
}

/// Takes the name of one of these, and shows all names with a help.
fn parser<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    help: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let possible = all.map(|it| PossibleValue::new(name(it)).help(help(it)));
    PossibleValuesParser::new(possible).try_map(move |given| {
        let mut named = all.into_iter().filter(|it| name(*it) == given);
        named.next().ok_or("there is none of this name")
    })
}
