//! Tests of fields that are text: of a name, or of what a name is part of.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::pattern::{Compiled, Syntax};

/// The value of a field, of the directory (below the root; empty, or ending in
/// a slash) and the name in it. What has to be put together is put in the
/// buffer, which is used again.
pub(super) type Part =
    for<'a> fn(&'a [u8], &'a [u8], &'a mut Vec<u8>) -> &'a [u8];

/// Compiles a test of a text.
pub(super) fn compile(
    part: Part,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let texts = Texts::compile(operator, operands)?;
    Some(Box::new(Text { part, texts }))
}

/// A test of a text.
#[derive(Debug)]
struct Text {
    part: Part,
    texts: Texts,
}

/// Texts to compare with, and how.
#[derive(Debug)]
pub(super) enum Texts {
    /// It is one of these, sorted.
    Equal(Vec<Vec<u8>>),
    /// A pattern matches.
    Pattern(Compiled),
}

impl Texts {
    /// `None` where the operator or an operand does not fit.
    pub(super) fn compile(
        operator: Operator,
        operands: &[Operand],
    ) -> Option<Self> {
        let texts = operands.iter().map(Operand::bytes);
        let mut texts = texts.collect::<Option<Vec<_>>>()?;
        let syntax = match operator {
            Operator::Equal => {
                texts.sort_unstable();
                let texts = texts.into_iter().map(<[u8]>::to_vec).collect();
                return Some(Self::Equal(texts));
            }
            Operator::Regex => Syntax::Regex,
            Operator::Glob => Syntax::Glob,
            Operator::GlobIgnoreCase => Syntax::GlobIgnoreCase,
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::AllBits
            | Operator::AnyBit => return None,
        };
        Compiled::new(syntax, &texts).ok().map(Self::Pattern)
    }

    /// Whether a text compares with one of them.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        match self {
            Self::Equal(all) => {
                all.binary_search_by(|it| it.as_slice().cmp(text)).is_ok()
            }
            Self::Pattern(pattern) => pattern.matches(text),
        }
    }
}

impl Predicate for Text {
    fn columns(&self) -> Columns {
        Columns::NAME
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let directory = entries.directory();
        let mut buffer = Vec::new();
        entries.test_names(truth, |name| {
            let text = (self.part)(directory, name.string(), &mut buffer);
            self.texts.matches(text)
        });
    }
}
