//! Options that are set by variables: `SANCHAY_MAX_DEPTH` for `--max-depth`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::{OsStr, OsString},
};

use clap::{Arg, Command};
use sanchay_names::{OsStrExt as _, OsStringExt as _};

use super::{
    ConfigurationError, Origin, Setting, Value,
    known::{self, Shape},
};

/// What the names of all variables begin with.
const PREFIX: &str = "SANCHAY_";

/// The variables of this program that are set and not empty.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, OsString>);

impl Variables {
    /// Those of this process.
    pub(super) fn of_environment() -> Self {
        let named = |(name, value): (OsString, OsString)| {
            let is_ours = name.as_bytes().starts_with(PREFIX.as_bytes());
            let wanted = is_ours && !value.is_empty();
            Some((name.into_string().ok().filter(|_| wanted)?, value))
        };
        Self(env::vars_os().filter_map(named).collect())
    }

    /// Whether none is set.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is set of an option.
    pub(super) fn of(
        &self,
        option: &Arg,
    ) -> Result<Option<Setting>, ConfigurationError> {
        let key = option.get_long().unwrap_or_default();
        if self.is_empty() {
            return Ok(None);
        }
        let name = name(key);
        let (Some(text), Some(shape)) = (self.0.get(&name), Shape::of(option))
        else {
            return Ok(None);
        };
        let origin = Origin::Variable(name);
        let value = value(text, shape)
            .map_err(|why| ConfigurationError::new(origin.clone(), why))?;
        let (command, key) = (Vec::new(), key.to_owned());
        Ok(Some(Setting { command, key, value, origin }))
    }

    /// What is set of the options that any command has.
    pub(super) fn known(
        &self,
        description: &Command,
    ) -> Result<Vec<Setting>, ConfigurationError> {
        let mut found = Vec::new();
        let mut keys = BTreeSet::new();
        for path in known::commands(description) {
            for option in known::options(description, &path) {
                if let Some(setting) = self.of(option)?
                    && keys.insert(setting.key.clone())
                {
                    found.push(setting);
                }
            }
        }
        Ok(found)
    }
}

/// The variable of an option.
pub(super) fn name(option: &str) -> String {
    format!("{PREFIX}{}", option.replace('-', "_").to_ascii_uppercase())
}

/// The value of a variable, where that is not empty.
pub(super) fn get(option: &str) -> Option<OsString> {
    env::var_os(name(option)).filter(|value| !value.is_empty())
}

/// What the text of a variable means to an option.
fn value(text: &OsStr, shape: Shape) -> Result<Value, String> {
    Ok(match shape {
        Shape::Flag => Value::Flag(truth(text)?),
        Shape::Count => match text.to_str() {
            Some(number) if number.parse::<u8>().is_ok() => {
                Value::Number(number.to_owned())
            }
            _ => return Err("expected a number from 0 to 255".to_owned()),
        },
        Shape::Value { optional: true, .. } if text == "true" => {
            Value::Flag(true)
        }
        Shape::Value { optional: true, .. } if text == "false" => {
            Value::Flag(false)
        }
        Shape::Value { several: false, .. } => Value::Text(text.to_owned()),
        Shape::Value { several: true, .. } => {
            let lines = text.as_bytes().split(|byte| *byte == b'\n');
            let lines = lines.filter(|line| !line.is_empty());
            let texts = lines.map(|line| OsString::from_vec(line.to_vec()));
            Value::List(texts.map(Value::Text).collect())
        }
    })
}

/// Whether the value of a variable means yes or no.
pub(super) fn truth(text: &OsStr) -> Result<bool, String> {
    let is = |words: [&str; 4]| {
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    if is(["1", "true", "yes", "on"]) {
        Ok(true)
    } else if is(["0", "false", "no", "off"]) {
        Ok(false)
    } else {
        Err("expected 1 or 0, true or false, yes or no".to_owned())
    }
}
