//! From words to an expression.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use super::lexer::{Token, Word, Wrong, words};
use super::{EVERYTHING, MAX_TEXT, NOTHING};
use crate::duration;
use crate::escape::escaped;
use crate::filter::accounts::Accounts;
use crate::filter::clock::Clock;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::fields::{Field, FieldType, mode};
use crate::filter::program::{MAX_DEPTH, MAX_PARTS};
use crate::kind::{EntryKind, KindSet};
use crate::nearest::nearest;
use crate::pattern::{Compiled, Syntax};
use crate::size;
use crate::syntax_error::SyntaxError;

/// Parses an expression.
pub(super) fn parse(text: &str, clock: &Clock) -> Result<Expr, SyntaxError> {
    let error = |(message, column, length): Wrong, hint: String| {
        let (line, column) = line_of(text, column);
        SyntaxError { message, column, length, hint, line }
    };
    if text.len() > MAX_TEXT {
        let message = format!("it is longer than {} KiB", MAX_TEXT / 1024);
        let line = String::from("...");
        let hint = String::new();
        return Err(SyntaxError { message, column: 0, length: 1, hint, line });
    }
    let words = words(text).map_err(|wrong| error(wrong, String::new()))?;
    let mut parser = Parser { words, at: 0, values: 0, clock };
    let whole = parser.or(0).and_then(|expr| match parser.word() {
        Word::End if count(&expr) > MAX_COUNT => {
            Err(parser.error("it has too many parts and values"))
        }
        Word::End => Ok(expr),
        _ => Err(parser.expected("and, or, or the end")),
    });
    whole.map_err(|Failed { wrong, hint }| error(wrong, hint))
}

/// How many parts and values there may be. A program has room for some more,
/// which other options add.
const MAX_COUNT: usize = MAX_PARTS - 1000;

/// How deep an expression may be. Each level takes up to two of a program's;
/// some are left for a negated test, and for what other options add.
const MAX_LEVELS: usize = MAX_DEPTH / 2 - 5;

/// How many parts and values an expression has.
fn count(expr: &Expr) -> usize {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => {
            parts.iter().map(count).fold(1, usize::saturating_add)
        }
        Expr::Not(part) => count(part).saturating_add(1),
        Expr::Test(test) => test.operands.len().saturating_add(1),
    }
}

/// The line that a character stands in, and at which of its characters.
fn line_of(text: &str, column: usize) -> (String, usize) {
    let mut rest = column;
    for line in text.split('\n') {
        let length = line.chars().count();
        if rest <= length {
            return (line.to_owned(), rest);
        }
        rest = rest.saturating_sub(length).saturating_sub(1);
    }
    (String::new(), 0)
}

/// What went wrong, and what to write instead.
struct Failed {
    wrong: Wrong,
    hint: String,
}

type Parsed<T> = Result<T, Failed>;

/// A parser of words, the last of which is the end.
struct Parser<'c> {
    words: Vec<Token>,
    at: usize,
    values: usize,
    clock: &'c Clock,
}

const END: &Token = &Token { what: Word::End, column: 0, length: 1 };

impl Parser<'_> {
    fn token(&self) -> &Token {
        self.words.get(self.at).or(self.words.last()).unwrap_or(END)
    }

    fn word(&self) -> &Word {
        &self.token().what
    }

    fn next(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn error(&self, why: impl Into<String>) -> Failed {
        let Token { column, length, .. } = *self.token();
        Failed { wrong: (why.into(), column, length), hint: String::new() }
    }

    fn expected(&self, what: &str) -> Failed {
        self.error(format!("expected {what}"))
    }

    /// Takes a keyword if it is next.
    fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(
            self.word(),
            Word::Bare(word) if word.eq_ignore_ascii_case(keyword)
        );
        if found {
            self.next();
        }
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.word(), Word::Sign(it) if *it == sign);
        if found {
            self.next();
        }
        found
    }

    fn check(&self, depth: usize) -> Parsed<()> {
        match depth >= MAX_LEVELS {
            true => Err(self.error("it is nested too deeply")),
            false => Ok(()),
        }
    }

    /// Turns a test into its opposite, which is a level of its own.
    fn negate(&self, test: Expr, negated: bool, depth: usize) -> Parsed<Expr> {
        if !negated {
            return Ok(test);
        }
        self.check(depth.saturating_add(1))?;
        Ok(Expr::Not(Box::new(test)))
    }

    fn or(&mut self, depth: usize) -> Parsed<Expr> {
        let first = self.and(depth)?;
        let mut parts = vec![first];
        while self.keyword("or") {
            parts.push(self.and(depth)?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn and(&mut self, depth: usize) -> Parsed<Expr> {
        let first = self.not(depth)?;
        let mut parts = vec![first];
        while self.keyword("and") {
            parts.push(self.not(depth)?);
        }
        Ok(one_or(parts, Expr::All))
    }

    fn not(&mut self, depth: usize) -> Parsed<Expr> {
        self.check(depth)?;
        if self.keyword("not") {
            let part = self.not(depth.saturating_add(1))?;
            return Ok(Expr::Not(Box::new(part)));
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: usize) -> Parsed<Expr> {
        if self.sign("(") {
            let inner = self.or(depth.saturating_add(1))?;
            return match self.sign(")") {
                true => Ok(inner),
                false => Err(self.expected("and, or, or a closing )")),
            };
        }
        let Word::Bare(name) = self.word() else {
            return Err(self.expected("the name of a field, not or ("));
        };
        let name = name.clone();
        if name.eq_ignore_ascii_case("has") {
            self.next();
            return self.has();
        }
        for (word, expr) in [
            (EVERYTHING, Expr::All(Vec::new())),
            (NOTHING, Expr::Any(Vec::new())),
        ] {
            if self.keyword(word) {
                return Ok(expr);
            }
        }
        let Some(field) = Field::named(&name) else {
            return Err(self.unknown(&name));
        };
        self.next();
        if field.value == FieldType::Flag {
            return Ok(Expr::flag(field));
        }
        self.test(field, depth)
    }

    fn unknown(&self, name: &str) -> Failed {
        let shown = escaped(name.as_bytes());
        let mut failed = self.error(format!("there is no field '{shown}'"));
        let names = Field::names();
        let near = nearest(name, names.clone());
        failed.hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => {
                let names: Vec<_> = names.collect();
                format!("fields are {}", names.join(", "))
            }
        };
        failed
    }

    fn has(&mut self) -> Parsed<Expr> {
        if !self.sign("(") {
            return Err(self.expected("( and a field"));
        }
        let Word::Bare(name) = self.word() else {
            return Err(self.expected("the name of a field"));
        };
        let name = name.clone();
        let Some(field) = Field::named(&name) else {
            return Err(self.unknown(&name));
        };
        self.next();
        if !self.sign(")") {
            return Err(self.expected("a closing )"));
        }
        Ok(field.present())
    }

    fn test(&mut self, field: &'static Field, depth: usize) -> Parsed<Expr> {
        let negated = self.keyword("not");
        if self.keyword("in") {
            let test = self.list(field)?;
            return self.negate(test, negated, depth);
        }
        if negated {
            return Err(self.expected("in"));
        }
        if field.value == FieldType::Time {
            let within = [
                ("within", Operator::GreaterOrEqual),
                ("before", Operator::Less),
                ("after", Operator::Greater),
            ];
            for (word, operator) in within {
                if self.keyword(word) {
                    let time = self.time(field, true)?;
                    return Ok(Expr::test(field, operator, time));
                }
            }
        }
        let (operator, negated) = self.operator(field)?;
        let value = self.value(field, operator)?;
        self.negate(Expr::test(field, operator, value), negated, depth)
    }

    /// The operator, and whether it is negated.
    fn operator(&mut self, field: &Field) -> Parsed<(Operator, bool)> {
        let found = match self.word() {
            Word::Sign("=" | "==") => (Operator::Equal, false),
            Word::Sign("!=") => (Operator::Equal, true),
            Word::Sign("<") => (Operator::Less, false),
            Word::Sign("<=") => (Operator::LessOrEqual, false),
            Word::Sign(">") => (Operator::Greater, false),
            Word::Sign(">=") => (Operator::GreaterOrEqual, false),
            Word::Sign("~") => (Operator::Regex, false),
            Word::Sign("!~") => (Operator::Regex, true),
            Word::Bare(word) if word.eq_ignore_ascii_case("glob") => {
                (Operator::Glob, false)
            }
            Word::Bare(word) if word.eq_ignore_ascii_case("iglob") => {
                (Operator::GlobIgnoreCase, false)
            }
            Word::Bare(word) if word.eq_ignore_ascii_case("all") => {
                (Operator::AllBits, false)
            }
            Word::Bare(word) if word.eq_ignore_ascii_case("any") => {
                (Operator::AnyBit, false)
            }
            _ => return Err(self.expected(field.value.operators())),
        };
        if !field.value.takes(found.0) {
            let expected = field.value.operators();
            return Err(self.error(format!(
                "{} is compared otherwise: expected {expected}",
                field.name
            )));
        }
        self.next();
        Ok(found)
    }

    fn list(&mut self, field: &'static Field) -> Parsed<Expr> {
        if !self.sign("(") {
            return Err(self.expected("( and values"));
        }
        let mut operands = Vec::new();
        loop {
            operands.push(self.value(field, Operator::Equal)?);
            if self.sign(")") {
                break;
            }
            if !self.sign(",") {
                return Err(self.expected(", or a closing )"));
            }
        }
        if field.value == FieldType::Kind {
            operands = vec![union(&operands)];
        }
        let (field, operator) = (field.code, Operator::Equal);
        Ok(Expr::Test(Test { field, operator, operands }))
    }

    fn value(
        &mut self,
        field: &'static Field,
        operator: Operator,
    ) -> Parsed<Operand> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_PARTS / 2 {
            return Err(self.error("it has too many values"));
        }
        if field.value == FieldType::Time {
            return self.time(field, false);
        }
        let text = match self.word() {
            Word::Bare(word) => word.as_bytes().to_vec(),
            Word::Text(text) => text.clone(),
            Word::Sign(_) | Word::End => {
                return Err(self.expected(field.value.values()));
            }
        };
        let accounts = self.clock.accounts();
        let operand = operand(field, operator, &text, accounts);
        let operand = operand.map_err(|why| self.error(why))?;
        self.next();
        Ok(operand)
    }

    /// A time; a duration where that is said by the operator.
    fn time(&mut self, field: &Field, relative: bool) -> Parsed<Operand> {
        let mut text = match self.word() {
            Word::Bare(word) => word.clone(),
            Word::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Word::Sign(_) | Word::End => {
                return Err(self.expected(FieldType::Time.values()));
            }
        };
        if !relative && self.clock.is_duration(&text) {
            let name = field.name;
            let mut failed = self.error("a duration is no point in time");
            failed.hint = format!(
                "{name} within {text}: not older; {name} before {text}: older"
            );
            return Err(failed);
        }
        let begins = self.token().column;
        self.next();
        // `now - 7d` and a date with its time are several words.
        if matches!(self.word(), Word::Bare(word) if word == "-") {
            self.next();
            if let Word::Bare(word) = self.word() {
                text = format!("{text} - {word}");
                self.next();
            }
        }
        self.clock.time(&text).map(Operand::Time).map_err(|why| {
            let last =
                self.at.checked_sub(1).and_then(|at| self.words.get(at));
            let ends = last.map_or(begins, |it| it.column + it.length);
            let length = ends.saturating_sub(begins).max(1);
            Failed { wrong: (why, begins, length), hint: String::new() }
        })
    }
}

/// One part alone, or several joined.
fn one_or(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// The kinds that several operands stand for, as one.
fn union(operands: &[Operand]) -> Operand {
    Operand::Number(operands.iter().fold(0, |set, operand| match operand {
        Operand::Number(bits) => set | bits,
        Operand::Time(_) | Operand::Bytes(_) => set,
    }))
}

/// The operand that a text means for a field.
fn operand(
    field: &Field,
    operator: Operator,
    text: &[u8],
    accounts: &Accounts,
) -> Result<Operand, String> {
    let utf8 = || {
        let why = || format!("expected {}", field.value.values());
        str::from_utf8(text).map_err(|_| why())
    };
    Ok(match field.value {
        FieldType::Text | FieldType::Tag => {
            let syntax = match operator {
                Operator::Regex => Some(Syntax::Regex),
                Operator::Glob => Some(Syntax::Glob),
                Operator::GlobIgnoreCase => Some(Syntax::GlobIgnoreCase),
                _ => None,
            };
            if let Some(syntax) = syntax {
                let compiled = Compiled::new(syntax, &[text]);
                compiled.map_err(|why| format!("{why} (at {})", why.at))?;
            }
            Operand::Bytes(text.to_vec())
        }
        FieldType::Extension => {
            let bare = text.strip_prefix(b".").unwrap_or(text);
            let is_possible = !bare.contains(&b'/') && !bare.contains(&0);
            if bare.is_empty() || !is_possible {
                return Err(format!("expected {}", field.value.values()));
            }
            Operand::Bytes(bare.to_vec())
        }
        FieldType::Size => Operand::Number(size::parse(utf8()?)?),
        FieldType::Duration => {
            let nanoseconds = duration::parse(utf8()?);
            let expected = || format!("expected {}", field.value.values());
            Operand::Number(nanoseconds.ok_or_else(expected)?)
        }
        FieldType::Number | FieldType::Flag => {
            let number = utf8()?.parse();
            Operand::Number(
                number.map_err(|_| {
                    format!("expected {}", field.value.values())
                })?,
            )
        }
        FieldType::Mode => {
            let expected = || format!("expected {}", field.value.values());
            Operand::Number(mode(utf8()?).ok_or_else(expected)?)
        }
        FieldType::User => Operand::Number(accounts.user(text)?),
        FieldType::Group => Operand::Number(accounts.group(text)?),
        FieldType::Kind => {
            let kind = EntryKind::named(utf8()?).ok_or_else(|| {
                let names = EntryKind::ALL.map(|kind| kind.to_string());
                format!("expected one of {}", names.join(", "))
            })?;
            Operand::Number(KindSet::default().with(kind).bits().into())
        }
        // Times have a way of their own.
        FieldType::Time => return Err("expected a time".to_owned()),
    })
}
