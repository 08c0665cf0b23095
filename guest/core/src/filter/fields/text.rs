//! Tests of fields that are text: of a name, or of what a name is part of.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::pattern::{Compiled, Syntax};

/// The value of a field, of the directory (below the root; empty, or ending in
/// a slash) and the name in it.
pub(super) type Part = for<'a> fn(&'a [u8], &'a [u8]) -> Cow<'a, [u8]>;

/// Compiles a test of a text.
pub(super) fn compile(
    part: Part,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let bytes = |operand: &Operand| match operand {
        Operand::Bytes(bytes) => Some(bytes.clone()),
        Operand::Number(_) | Operand::Time(_) => None,
    };
    let texts = operands.iter().map(bytes).collect::<Option<Vec<_>>>()?;
    let syntax = match operator {
        Operator::Equal => {
            let mut texts = texts;
            texts.sort_unstable();
            return Some(Box::new(Text { part, test: Test::Equal(texts) }));
        }
        Operator::Regex => Syntax::Regex,
        Operator::Glob => Syntax::Glob,
        Operator::GlobIgnoreCase => Syntax::GlobIgnoreCase,
        Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => return None,
    };
    let compiled = Compiled::new(syntax, &texts).ok()?;
    Some(Box::new(Text { part, test: Test::Pattern(compiled) }))
}

/// A test of a text.
#[derive(Debug)]
struct Text {
    part: Part,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// It is one of these, sorted.
    Equal(Vec<Vec<u8>>),
    /// A pattern matches.
    Pattern(Compiled),
}

impl Predicate for Text {
    fn columns(&self) -> Columns {
        Columns::NAME
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some(names) = entries.names() else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        let directory = entries.directory();
        for (truth, name) in truth.iter_mut().zip(names.iter()) {
            let text = (self.part)(directory, name);
            *truth = Truth::of(match &self.test {
                Test::Equal(all) => {
                    all.binary_search_by(|it| it.as_slice().cmp(&text)).is_ok()
                }
                Test::Pattern(pattern) => pattern.matches(&text),
            });
        }
    }
}
