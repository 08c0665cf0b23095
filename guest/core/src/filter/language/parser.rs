//! From words to an expression.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use super::lexer::{Token, Word, Wrong, words};
use super::{EVERYTHING, MAX_TEXT, NOTHING, Refused};
use crate::duration;
use crate::escape::escaped;
use crate::filter::accounts::Accounts;
use crate::filter::clock::Clock;
use crate::filter::columns::{Slots, ValueColumns};
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::fields::{Field, FieldType, Subject, mode};
use crate::filter::program::{MAX_DEPTH, MAX_PARTS};
use crate::filter::slot;
use crate::kind::{EntryKind, KindSet};
use crate::nearest::nearest;
use crate::pattern::{Compiled, Syntax};
use crate::size;
use crate::syntax_error::SyntaxError;

/// Parses an expression; without slots, it is not known which columns there
/// are.
pub(super) fn parse(
    text: &str,
    clock: &Clock,
    slots: Option<&mut Slots<'_>>,
) -> Result<Expr, Refused> {
    let error = |(message, column, length): Wrong, hint: String| {
        let (line, column) = line_of(text, column);
        let error = SyntaxError { message, column, length, hint, line };
        Refused { error, is_of_column: false }
    };
    if text.len() > MAX_TEXT {
        let message = format!("it is longer than {} KiB", MAX_TEXT / 1024);
        let line = String::from("...");
        let hint = String::new();
        let error = SyntaxError { message, column: 0, length: 1, hint, line };
        return Err(Refused { error, is_of_column: false });
    }
    let words = words(text).map_err(|wrong| error(wrong, String::new()))?;
    let mut parser =
        Parser { words, at: 0, values: 0, clock, slots, is_of_column: false };
    let whole = parser.or(0).and_then(|expr| match parser.word() {
        Word::End if count(&expr) > MAX_COUNT => {
            Err(parser.error("it has too many parts and values"))
        }
        Word::End => Ok(expr),
        _ => Err(parser.expected("and, or, or the end")),
    });
    let is_of_column = parser.is_of_column;
    whole.map_err(|Failed { wrong, hint }| Refused {
        is_of_column,
        ..error(wrong, hint)
    })
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
struct Parser<'p, 'c> {
    words: Vec<Token>,
    at: usize,
    values: usize,
    clock: &'p Clock,
    slots: Option<&'p mut Slots<'c>>,
    /// Whether it came across a name that may be that of a column, where none
    /// are known.
    is_of_column: bool,
}

const END: &Token = &Token { what: Word::End, column: 0, length: 1 };

impl Parser<'_, '_> {
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
        let subject = self.subject(&name)?;
        self.next();
        let flag = || vec![Operand::Number(1)];
        match subject.value {
            FieldType::Flag => Ok(subject.test(Operator::Equal, flag())),
            FieldType::Boolean if self.ends_test() => {
                Ok(subject.test(Operator::Equal, flag()))
            }
            _ => self.test(&subject, depth),
        }
    }

    /// Whether what is next does not belong to a test.
    fn ends_test(&self) -> bool {
        match self.word() {
            Word::End | Word::Sign(")") => true,
            Word::Bare(word) => ["and", "or"]
                .iter()
                .any(|joint| word.eq_ignore_ascii_case(joint)),
            Word::Sign(_) | Word::Text(_) => false,
        }
    }

    /// The field or the column of a name.
    fn subject(&mut self, name: &str) -> Parsed<Subject> {
        if let Some(field) = Field::named(name) {
            return Ok(field.into());
        }
        let slots = self.slots.as_mut();
        match slots.and_then(|slots| slots.named(name)) {
            Some(Ok(column)) => Ok(column.into()),
            Some(Err(why)) => Err(self.error(why)),
            None => {
                let may_be = is_column(name) || ValueColumns::is_result(name);
                let is_of_column = self.slots.is_none() && may_be;
                self.is_of_column |= is_of_column;
                Err(self.unknown(name))
            }
        }
    }

    fn unknown(&self, name: &str) -> Failed {
        let shown = escaped(name.as_bytes());
        let mut failed = self.error(format!("there is no field '{shown}'"));
        let none = ValueColumns::default();
        let columns = self.slots.as_ref().map_or(&none, |it| it.columns());
        let columns: Vec<&str> = columns.names().collect();
        let fields: Vec<&str> = Field::names().collect();
        let all = [&*fields, &*columns].concat();
        let near = match is_column(name) {
            true => nearest(name, columns.iter().copied()),
            false => nearest(name, all.iter().copied()),
        };
        failed.hint = match near {
            _ if is_digest(name) => {
                "digests are tested where they are made: by sanchay hash"
                    .to_owned()
            }
            _ if ValueColumns::is_result(name) => {
                "how alike files are is tested by sanchay similar".to_owned()
            }
            Some(near) => format!("did you mean {near}?"),
            _ if !is_column(name) => {
                format!("fields are {}", all.join(", "))
            }
            _ if columns.is_empty() => {
                "no plugin of this run has columns".to_owned()
            }
            _ => {
                format!("the columns of plugins are {}", columns.join(", "))
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
        let subject = self.subject(&name)?;
        self.next();
        if !self.sign(")") {
            return Err(self.expected("a closing )"));
        }
        Ok(subject.present())
    }

    fn test(&mut self, subject: &Subject, depth: usize) -> Parsed<Expr> {
        let negated = self.keyword("not");
        if self.keyword("in") {
            let test = self.list(subject)?;
            return self.negate(test, negated, depth);
        }
        if negated {
            return Err(self.expected("in"));
        }
        if subject.value == FieldType::Time {
            let within = [
                ("within", Operator::GreaterOrEqual),
                ("before", Operator::Less),
                ("after", Operator::Greater),
            ];
            for (word, operator) in within {
                if self.keyword(word) {
                    let time = self.time(subject, true)?;
                    return Ok(subject.test(operator, vec![time]));
                }
            }
        }
        let (operator, negated) = self.operator(subject)?;
        let value = self.value(subject, operator)?;
        self.negate(subject.test(operator, vec![value]), negated, depth)
    }

    /// The operator, and whether it is negated.
    fn operator(&mut self, subject: &Subject) -> Parsed<(Operator, bool)> {
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
            _ => return Err(self.expected(subject.value.operators())),
        };
        if !subject.value.takes(found.0) {
            let expected = subject.value.operators();
            return Err(self.error(format!(
                "{} is compared otherwise: expected {expected}",
                subject.name
            )));
        }
        self.next();
        Ok(found)
    }

    fn list(&mut self, subject: &Subject) -> Parsed<Expr> {
        if !self.sign("(") {
            return Err(self.expected("( and values"));
        }
        let mut operands = Vec::new();
        loop {
            operands.push(self.value(subject, Operator::Equal)?);
            if self.sign(")") {
                break;
            }
            if !self.sign(",") {
                return Err(self.expected(", or a closing )"));
            }
        }
        if subject.value == FieldType::Kind {
            operands = vec![union(&operands)];
        }
        Ok(subject.test(Operator::Equal, operands))
    }

    fn value(
        &mut self,
        subject: &Subject,
        operator: Operator,
    ) -> Parsed<Operand> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_PARTS / 2 {
            return Err(self.error("it has too many values"));
        }
        if subject.value == FieldType::Time {
            return self.time(subject, false);
        }
        let text = match self.word() {
            Word::Bare(word) => word.as_bytes().to_vec(),
            Word::Text(text) => text.clone(),
            Word::Sign(_) | Word::End => {
                return Err(self.expected(subject.value.values()));
            }
        };
        let accounts = self.clock.accounts();
        let text = match is_digest(&subject.name) {
            true => digest_text(operator, text),
            false => text,
        };
        let operand = operand(subject.value, operator, &text, accounts);
        let operand = operand.map_err(|why| self.error(why))?;
        self.next();
        Ok(operand)
    }

    /// A time; a duration where that is said by the operator.
    fn time(&mut self, subject: &Subject, relative: bool) -> Parsed<Operand> {
        let mut text = match self.word() {
            Word::Bare(word) => word.clone(),
            Word::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Word::Sign(_) | Word::End => {
                return Err(self.expected(FieldType::Time.values()));
            }
        };
        if !relative && self.clock.is_duration(&text) {
            let name = &subject.name;
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

/// Whether a name is that of the column of digests.
fn is_digest(name: &str) -> bool {
    name.eq_ignore_ascii_case(ValueColumns::DIGEST)
}

/// What a digest is compared with. They are in lower case, and many programs
/// print them in capitals.
fn digest_text(operator: Operator, text: Vec<u8>) -> Vec<u8> {
    const IGNORING_CASE: &[u8] = b"(?i)";
    let has_capitals = text.iter().any(u8::is_ascii_uppercase);
    match operator {
        Operator::Regex
            if !has_capitals || text.starts_with(IGNORING_CASE) =>
        {
            text
        }
        Operator::Regex => [IGNORING_CASE, &text].concat(),
        _ => text.to_ascii_lowercase(),
    }
}

/// Whether a name may be that of a plugin's column: two names with a dot
/// between them.
fn is_column(name: &str) -> bool {
    let is_name = |name: &str| {
        let is_part =
            |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        !name.is_empty() && name.chars().all(is_part)
    };
    let parts = name.split_once('.');
    parts.is_some_and(|(plugin, own)| is_name(plugin) && is_name(own))
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
    value: FieldType,
    operator: Operator,
    text: &[u8],
    accounts: &Accounts,
) -> Result<Operand, String> {
    let utf8 = || {
        let why = || format!("expected {}", value.values());
        str::from_utf8(text).map_err(|_| why())
    };
    Ok(match value {
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
                return Err(format!("expected {}", value.values()));
            }
            Operand::Bytes(bare.to_vec())
        }
        FieldType::Size => Operand::Number(size::parse(utf8()?)?),
        FieldType::Duration => {
            let nanoseconds = duration::parse(utf8()?);
            let expected = || format!("expected {}", value.values());
            Operand::Number(nanoseconds.ok_or_else(expected)?)
        }
        FieldType::Number | FieldType::Flag => {
            let number = utf8()?.parse();
            Operand::Number(
                number.map_err(|_| format!("expected {}", value.values()))?,
            )
        }
        FieldType::Mode => {
            let expected = || format!("expected {}", value.values());
            Operand::Number(mode(utf8()?).ok_or_else(expected)?)
        }
        FieldType::Signed => {
            let number: Option<i64> = utf8()?.parse().ok();
            let expected = || format!("expected {}", value.values());
            Operand::Number(slot::of_signed(number.ok_or_else(expected)?))
        }
        FieldType::Float => {
            let number: Option<f64> = utf8()?.parse().ok();
            let number = number.filter(|it| it.is_finite());
            let expected = || format!("expected {}", value.values());
            Operand::Number(slot::of_float(number.ok_or_else(expected)?))
        }
        FieldType::Boolean => {
            Operand::Number(match utf8()?.to_ascii_lowercase().as_str() {
                "true" => 1,
                "false" => 0,
                _ => return Err(format!("expected {}", value.values())),
            })
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
