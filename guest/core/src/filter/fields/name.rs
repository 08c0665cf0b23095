//! The name, and the path below the root: `--glob '*.rs'`, `--regex
//! '^src/'`, `--exclude target`.

use alloc::string::{String, ToString as _};
use alloc::vec;

pub(super) use super::no_check as check;
use super::{Field, FieldType, path, text};
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::options::{FilterOption, Repeat};
use crate::kind::{EntryKind, KindSet};
use crate::pattern::{Compiled, Syntax};

const GLOB: FilterOption = FilterOption {
    name: "glob",
    short: Some('g'),
    value_name: "GLOB",
    help: "Only entries that match GLOB (*.rs, src/**): its name, or the path \
           below the root where GLOB has a slash; !GLOB leaves out; may be \
           given more than once",
    long_help: "* and ? match within a name, ** across directories, [a-z] one \
                character, {a,b} alternatives. Of several globs one must \
                match; what an !GLOB matches is left out, and not entered.",
    repeat: Repeat::Pattern,
    parse: |glob, _| globs(Syntax::Glob, glob),
};

const IGLOB: FilterOption = FilterOption {
    name: "iglob",
    short: None,
    value_name: "GLOB",
    help: "As --glob, without regard to case",
    long_help: "",
    repeat: Repeat::Pattern,
    parse: |glob, _| globs(Syntax::GlobIgnoreCase, glob),
};

const REGEX: FilterOption = FilterOption {
    name: "regex",
    short: None,
    value_name: "REGEX",
    help: "Only entries in whose name REGEX is found, or in whose path below \
           the root where REGEX has a slash; may be given more than once",
    long_help: "The syntax is that of Rust's regex crate. A pattern without \
                capital letters is matched without regard to case; (?-i) \
                before it prevents that.",
    repeat: Repeat::Any,
    parse: |regex, _| {
        let compiled = Compiled::new(Syntax::Regex, &[regex]);
        compiled.map_err(|why| why.to_string())?;
        let text = String::from_utf8_lossy(regex);
        let smart = match text.chars().any(char::is_uppercase) {
            true => text.into_owned(),
            false => alloc::format!("(?i){text}"),
        };
        Ok(pattern(Operator::Regex, smart.as_bytes()))
    },
};

const EXCLUDE: FilterOption = FilterOption {
    name: "exclude",
    short: Some('E'),
    value_name: "GLOB",
    help: "Leave out what GLOB matches, and do not enter directories that it \
           matches; may be given more than once",
    long_help: "GLOB is as in --glob; one that ends in a slash only matches \
                directories.",
    repeat: Repeat::Exclude,
    parse: |glob, _| globs(Syntax::Glob, glob),
};

pub(super) const OPTIONS: &[FilterOption] = &[GLOB, IGLOB, REGEX, EXCLUDE];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 5,
    name: "name",
    value: FieldType::Text,
    compile: |operator, operands| {
        text::compile(|_, name, _| name, operator, operands)
    },
};

/// The test that a glob means.
fn globs(syntax: Syntax, glob: &[u8]) -> Result<Expr, String> {
    if glob.is_empty() {
        return Err("a glob has at least one character".into());
    }
    let (glob, directory) = match glob.strip_suffix(b"/") {
        Some(glob) => (glob, true),
        None => (glob, false),
    };
    let compiled = Compiled::new(syntax, &[glob]);
    compiled.map_err(|why| why.to_string())?;
    let operator = match syntax {
        Syntax::GlobIgnoreCase => Operator::GlobIgnoreCase,
        Syntax::Glob | Syntax::Regex => Operator::Glob,
    };
    let test = pattern(operator, glob);
    if !directory {
        return Ok(test);
    }
    let directories = KindSet::default().with(EntryKind::Directory);
    let bits = Operand::Number(directories.bits().into());
    let kind = Expr::test(Field::KIND, Operator::Equal, bits);
    Ok(Expr::All(vec![test, kind]))
}

/// A test of the path where a pattern has a slash, else of the name.
fn pattern(operator: Operator, pattern: &[u8]) -> Expr {
    let field = match pattern.contains(&b'/') {
        true => &path::FIELD,
        false => &FIELD,
    };
    // A leading slash anchors a glob, which it is without one.
    let pattern = match operator {
        Operator::Regex => pattern,
        _ => pattern.strip_prefix(b"/").unwrap_or(pattern),
    };
    let operands = vec![Operand::Bytes(pattern.to_vec())];
    Expr::Test(Test { field: field.code, operator, operands })
}
