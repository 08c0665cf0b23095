//! An option that is configured, and the arguments that it means.

use std::{error::Error as _, ffi::OsString};

use clap::{
    Arg, Command, Id,
    builder::Resettable,
    error::{ContextKind, ContextValue},
};
use sanchay::is_terminal_control;

use super::{ConfigurationError, Origin, Value, known::Shape, relaxed};

/// An option that is configured.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The command that it is for; empty where that is every command.
    pub(crate) command: Vec<String>,
    /// The option's long name.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: Value,
    /// Where it stands.
    pub(crate) origin: Origin,
}

impl Setting {
    /// What is wrong with it.
    pub(crate) fn error(&self, why: &str) -> ConfigurationError {
        let origin = self.origin.clone();
        let why = match &self.origin {
            Origin::File { .. } => format!("{}: {why}", self.key),
            Origin::Variable(_) => why.to_owned(),
        };
        ConfigurationError { origin, why }
    }

    /// The arguments that mean the same.
    pub(crate) fn arguments(
        &self,
        option: &Arg,
    ) -> Result<Vec<OsString>, ConfigurationError> {
        let shape = Shape::of(option);
        let checked = shape.map_or(Ok(()), |it| it.check(&self.value));
        checked.map_err(|why| self.error(&why))?;
        let name = OsString::from(format!("--{}", self.key));
        let times = match (&self.value, shape) {
            (Value::Flag(given), _) => usize::from(*given),
            (Value::Number(number), Some(Shape::Count)) => {
                // More than that means no more than that.
                let times = number.parse::<usize>().map(|it| it.min(255));
                times.map_err(|_| self.error("expected a number"))?
            }
            (value, _) => {
                let values = value.each().iter().filter_map(Value::argument);
                return Ok(values.map(|it| with_value(&name, &it)).collect());
            }
        };
        Ok(vec![name; times])
    }

    /// Refuses a value that the option does not take.
    pub(super) fn check(
        &self,
        option: &Arg,
    ) -> Result<(), ConfigurationError> {
        let arguments = self.arguments(option)?;
        let alone = option.clone().overrides_with(Resettable::<Id>::Reset);
        let parser = relaxed(Command::new("sanchay").arg(alone), &[]);
        let parser = parser.no_binary_name(true).args_override_self(true);
        let parsed = parser.try_get_matches_from(arguments);
        parsed.map(drop).map_err(|error| self.error(&reason(&error)))
    }
}

fn with_value(name: &OsString, value: &OsString) -> OsString {
    let mut argument = name.clone();
    argument.push("=");
    argument.push(value);
    argument
}

/// A setting that counts for a command.
#[derive(Clone, Debug)]
pub(crate) struct Chosen<'d> {
    /// The option.
    pub(crate) option: &'d Arg,
    /// How it is set.
    pub(crate) setting: Setting,
    /// What that means on the command line.
    pub(crate) arguments: Vec<OsString>,
}

impl<'d> Chosen<'d> {
    pub(super) fn new(
        option: &'d Arg,
        setting: Setting,
    ) -> Result<Self, ConfigurationError> {
        let arguments = setting.arguments(option)?;
        Ok(Self { option, setting, arguments })
    }
}

/// Why the parser refuses a value, in words that a terminal does not obey.
pub(crate) fn reason(error: &clap::Error) -> String {
    let valid = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) => valid.as_slice(),
        _ => &[],
    };
    let text = match error.source() {
        Some(source) => source.to_string(),
        None if !valid.is_empty() => {
            format!("expected one of {}", valid.join(", "))
        }
        None => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    };
    let obeyed = |c: char| c != '\n' && is_terminal_control(c);
    text.replace(obeyed, "?")
}
