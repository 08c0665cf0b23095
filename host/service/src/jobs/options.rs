//! The options of a job, taken out of its request one by one: what is left
//! over is unknown, and refused.

use jiff::Zoned;
use sanchay::{Clock, Filter, FilterOption, WalkOptions};
use sanchay_core::{filter::Repeat, size};
use serde_json::{Map, Value};

use crate::problem::Problem;

/// The options that are left.
#[derive(Debug)]
pub(crate) struct Options {
    left: Map<String, Value>,
    known: Vec<String>,
}

impl Options {
    pub(crate) fn new(left: Map<String, Value>) -> Self {
        Self { left, known: Vec::new() }
    }

    /// Takes an option's value; nothing where it is absent or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.known.push(name.to_owned());
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Takes an option that is true or false; false where it is absent.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            Some(_) => Err(wrong(name, "expected true or false")),
        }
    }

    /// Takes a text.
    pub(crate) fn text(
        &mut self,
        name: &str,
    ) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "expected a text")),
        }
    }

    /// Takes a number that is not negative.
    pub(crate) fn number(
        &mut self,
        name: &str,
    ) -> Result<Option<u64>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(name, "expected a number from 0")),
            },
        }
    }

    /// Takes a part, from 0 to 1.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<f64>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(part) if part > 0.0 && part <= 1.0 => Ok(Some(part)),
                _ => Err(wrong(name, "expected a number above 0, up to 1")),
            },
        }
    }

    /// Takes a size: a number of bytes, or text with a unit.
    pub(crate) fn size(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Number(number)) => match number.as_u64() {
                Some(bytes) => Ok(Some(bytes)),
                None => Err(wrong(name, "expected a size such as 10MiB")),
            },
            Some(Value::String(text)) => match size::parse(&text) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(why) => Err(wrong(name, &why)),
            },
            Some(_) => Err(wrong(name, "expected a size such as 10MiB")),
        }
    }

    /// Takes what says which entries a walk looks at.
    pub(crate) fn walk(&mut self) -> Result<WalkOptions, Problem> {
        let mut walk = WalkOptions::default();
        let mut filter = Filter::default().hidden(self.flag("hidden")?);
        let clock = clock();
        for option in FilterOption::all() {
            let name = keyword(option);
            let Some(value) = self.take(&name) else { continue };
            for text in texts(option, &name, value)? {
                set(&mut filter, option, &name, &text, &clock)?;
            }
        }
        filter.check().map_err(|error| {
            wrong(&error.option.replace('-', "_"), &error.why)
        })?;
        walk.filter = filter;
        walk.follow = self.flag("follow")?;
        // A link must not lead out of the root, whoever asks.
        walk.beneath = walk.follow;
        walk.one_file_system = self.flag("one_file_system")?;
        walk.gitignore = self.flag("gitignore")?;
        let depth = self.number("max_depth")?;
        walk.max_depth =
            depth.map(|it| usize::try_from(it).unwrap_or(usize::MAX));
        Ok(walk)
    }

    /// Refuses what is left.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        let Some((name, _)) = self.left.into_iter().next() else {
            return Ok(());
        };
        let shown = sanchay::escaped(name.as_bytes()).to_string();
        let mut known = self.known;
        known.sort_unstable();
        let known = known.join(", ");
        Err(Problem::invalid(format!(
            "There is no option `{shown}`; options are {known}."
        ))
        .with("option", shown))
    }
}

/// What an option of a filter is called in a request, where `kind` is that of
/// the job.
pub(crate) fn keyword(option: &FilterOption) -> String {
    match option.name {
        "kind" => "entry_kind".to_owned(),
        _ => option.keyword(),
    }
}

/// What an option of a filter says; a mistake in an expression with its place.
fn set(
    filter: &mut Filter,
    option: &'static FilterOption,
    name: &str,
    text: &str,
    clock: &Clock,
) -> Result<(), Problem> {
    if option.repeat == Repeat::All && name == "where" {
        parse(text, clock)?;
    }
    filter
        .set(option, text.as_bytes(), clock)
        .map_err(|error| wrong(name, &error.why))
}

/// Reads an expression.
///
/// # Errors
/// 422 with the place of the mistake: `at` and `length` in characters, and a
/// `hint`.
pub(crate) fn parse(
    text: &str,
    clock: &Clock,
) -> Result<sanchay::Expr, Problem> {
    sanchay::Expr::parse(text, clock).map_err(|error| {
        Problem::expression(error.message.clone())
            .with("at", error.column)
            .with("length", error.length)
            .with("hint", error.hint.clone())
    })
}

/// What times in expressions are reckoned from.
pub(crate) fn clock() -> Clock {
    Clock::new(Zoned::now()).with_accounts(sanchay::accounts())
}

/// One text, or several where the option takes them; numbers as text.
fn texts(
    option: &FilterOption,
    name: &str,
    value: Value,
) -> Result<Vec<String>, Problem> {
    let one = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() => Ok(number.to_string()),
        _ => Err(wrong(name, "expected a text or a number")),
    };
    match value {
        Value::Array(all) if option.repeat != Repeat::Last => {
            all.into_iter().map(one).collect()
        }
        Value::Array(_) => Err(wrong(name, "it can be given once")),
        value => Ok(vec![one(value)?]),
    }
}

/// An option has a value that makes no sense.
pub(crate) fn wrong(name: &str, why: &str) -> Problem {
    Problem::invalid(format!("{name}: {why}.")).with("option", name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn walk(options: Value) -> Result<WalkOptions, Problem> {
        let Value::Object(options) = options else { panic!("an object") };
        let mut options = Options::new(options);
        let walk = options.walk()?;
        options.finish()?;
        Ok(walk)
    }

    #[test]
    fn options_are_those_of_the_program_with_underscores() {
        let walk = walk(json!({
            "extension": ["rs", "md"], "min_size": "1KiB", "max_depth": 3,
            "hidden": true, "where": "size < 1GiB", "follow": true,
            "changed_within": null,
        }))
        .unwrap();
        assert_eq!(walk.max_depth, Some(3));
        assert!(walk.follow && walk.beneath);
        let text = walk.program().unwrap().expression().to_string();
        assert!(text.contains("1024"), "{text}");
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (options, option) in [
            (json!({"exstension": "rs"}), "exstension"),
            (json!({"min_size": "x"}), "min_size"),
            (json!({"min_size": ["1", "2"]}), "min_size"),
            (json!({"hidden": 1}), "hidden"),
            (json!({"max_depth": -1}), "max_depth"),
            (json!({"extension": {"a": 1}}), "extension"),
            (json!({"ignore_file": "/etc/passwd"}), "ignore_file"),
        ] {
            let problem = walk(options).unwrap_err();
            assert_eq!(problem.document()["option"], option);
            assert_eq!(problem.status(), 422);
        }
    }

    #[test]
    fn a_mistake_in_an_expression_has_a_place_and_a_hint() {
        let problem = walk(json!({"where": "modified > 30d"})).unwrap_err();
        let document = problem.document();
        assert_eq!(document["at"], 11);
        assert_eq!(document["length"], 3);
        assert!(document["hint"].as_str().unwrap().contains("within 30d"));
    }
}
