//! The log: what the program and the library do inside, for whoever looks
//! for a fault. Off unless asked for, and then it costs nothing: no filter
//! is compiled and no subscriber is installed.

use std::{env, io::stderr};

use clap::{ValueEnum, builder::PossibleValue};
use tracing_subscriber::EnvFilter;

use crate::{failure::Failure, faults::escaped_excerpt};

/// The variable that asks for a log.
const VARIABLE: &str = "SANCHAY_LOG";

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}

/// Starts the log if the environment or the number of `-v` asks for it. The
/// environment, which can say more, goes before `-v`. Whether there is one.
pub(crate) fn start(
    verbose: u8,
    format: LogFormat,
    color: bool,
) -> Result<bool, Failure> {
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let directives = match (&variable, verbose) {
        (Some(value), _) => value.to_string_lossy().into_owned(),
        (None, 0) => return Ok(false),
        (None, verbose) => directives(verbose),
    };
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        let error = escaped_excerpt(&error.to_string());
        let why = format!("not a log filter such as debug: {error}");
        Failure::Environment { name: VARIABLE, why }
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(color)
        .with_writer(stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(true)
}

/// The filter that a number of `-v` stands for.
fn directives(verbose: u8) -> String {
    let level = match verbose {
        0 | 1 => "info",
        2 => "debug",
        _ => "trace",
    };
    format!("sanchay={level},sanchay_sandbox={level}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_v_is_a_valid_filter() {
        for verbose in 1..=4 {
            assert!(EnvFilter::try_new(directives(verbose)).is_ok());
        }
    }

    #[test]
    fn more_v_say_more() {
        let levels = [1, 2, 3].map(directives);
        assert!(levels[0].contains("info"));
        assert!(levels[1].contains("debug"));
        assert!(levels[2].contains("trace"));
    }
}
