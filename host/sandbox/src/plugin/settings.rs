//! What a plugin's user can set: declared by its description, checked here
//! against what the user gave, and passed to each of its instances.

use std::collections::HashSet;

use sanchay_core::escape::is_terminal_control;
use wasmtime::component::TypedFunc;

use super::describe::is_key;
use super::error::{shortened, wrong};
use super::exports::{ExtractingExports, MatchingExports};
use super::{PluginError, wire};
use crate::Fault;
use crate::caller::{Caller, Instance};
use crate::exports::Exports;

pub use super::wire::{SettingType, SettingValue};

/// How many settings there may be.
const SETTINGS: usize = 64;

/// How long what a setting is for may be, in bytes, and a text.
const DOCS: usize = 256;
const TEXT: usize = 64 << 10;

/// The key that stands for the plugin's name.
const RESERVED: &str = "name";

/// Something about a plugin that its user can set.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// What it is called: lower-case ASCII letters, digits, hyphens and
    /// underscores, a letter first.
    pub key: String,
    /// The type of its value.
    pub setting_type: SettingType,
    /// The value that it has where the user sets none. Without one, it must
    /// be set.
    pub default_value: Option<SettingValue>,
    /// What it is for, for people.
    pub docs: String,
}

/// A plugin's settings and their values.
#[derive(Debug, Default)]
pub(super) struct Settings {
    declared: Vec<Setting>,
    values: Vec<SettingValue>,
}

/// The exports of a world whose plugins have settings.
pub(super) trait Configurable: Exports {
    fn configure(&self) -> &Configure;
}

type Configure =
    TypedFunc<(&'static [wire::Assignment<'static>],), (Result<(), String>,)>;

impl Configurable for MatchingExports {
    fn configure(&self) -> &Configure {
        &self.configure
    }
}

impl Configurable for ExtractingExports {
    fn configure(&self) -> &Configure {
        &self.configure
    }
}

impl Settings {
    /// Takes the settings that a plugin declares.
    pub(super) fn declared(
        said: Vec<wire::Setting>,
    ) -> Result<Self, PluginError> {
        if said.len() > SETTINGS {
            let count = said.len();
            return wrong(format!("{count} settings, more than {SETTINGS}"));
        }
        let mut keys = HashSet::new();
        for setting in &said {
            let key = shortened(&setting.key);
            if !is_key(&setting.key) || setting.key == RESERVED {
                return wrong(format!(
                    "its setting {key:?} must have 1 to 64 lower-case ASCII \
                     letters, digits, hyphens and underscores, a letter \
                     first, and not be called {RESERVED}"
                ));
            }
            if !keys.insert(&setting.key) {
                return wrong(format!("two settings are called {key}"));
            }
            if setting.docs.len() > DOCS
                || setting.docs.chars().any(is_terminal_control)
            {
                return wrong(format!(
                    "what it says of its setting {key} must have at most \
                     {DOCS} bytes and no characters that control a terminal \
                     or the direction of text"
                ));
            }
            let fits = setting.default_value.as_ref().is_none_or(|value| {
                value.setting_type() == setting.setting_type && is_sound(value)
            });
            if !fits {
                return wrong(format!(
                    "the default of its setting {key} must be {}",
                    setting.setting_type.described()
                ));
            }
        }
        let declared = said
            .into_iter()
            .map(|setting| {
                let wire::Setting { key, setting_type, default_value, docs } =
                    setting;
                Setting { key, setting_type, default_value, docs }
            })
            .collect();
        Ok(Self { declared, values: Vec::new() })
    }

    /// Gives them the values that the user set, and the others theirs.
    pub(super) fn set(
        mut self,
        given: &[(String, String)],
    ) -> Result<Self, PluginError> {
        let refused = |why| Err(PluginError::Setting(why));
        for (index, (key, _)) in given.iter().enumerate() {
            if !self.declared.iter().any(|it| it.key == *key) {
                let keys: Vec<_> =
                    self.declared.iter().map(|it| &*it.key).collect();
                let there = match keys.is_empty() {
                    true => "it has none".to_owned(),
                    false => format!("it has {}", keys.join(", ")),
                };
                return refused(format!(
                    "there is no setting {:?}; {there}",
                    shortened(key)
                ));
            }
            if given.iter().skip(index + 1).any(|(other, _)| other == key) {
                return refused(format!("{key} is set twice"));
            }
        }
        self.values.clear();
        for setting in &self.declared {
            let Setting { key, setting_type, default_value, docs } = setting;
            let value = match given.iter().find(|(given, _)| given == key) {
                Some((_, text)) => {
                    setting_type.parse(text).ok_or_else(|| {
                        PluginError::Setting(format!(
                            "{key} must be {}, not {:?}",
                            setting_type.described(),
                            shortened(text)
                        ))
                    })?
                }
                None => match default_value {
                    Some(value) => value.clone(),
                    None => {
                        return refused(format!(
                            "{key} must be set, to {} ({docs})",
                            setting_type.described()
                        ));
                    }
                },
            };
            self.values.push(value);
        }
        Ok(self)
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Setting] {
        &self.declared
    }

    /// Their values, in the same order.
    pub(super) fn values(&self) -> &[SettingValue] {
        &self.values
    }

    /// Tells an instance the values. The inner error is what it does not like
    /// about them.
    pub(super) fn tell<E: Configurable>(
        &self,
        caller: &mut Caller<E>,
    ) -> Result<Result<(), String>, Fault> {
        if self.declared.is_empty() {
            return Ok(Ok(()));
        }
        let assignments: Vec<_> = self
            .declared
            .iter()
            .zip(&self.values)
            .map(|(setting, value)| wire::Assignment {
                key: &setting.key,
                value,
            })
            .collect();
        let (answer,) = caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.configure().call(store, (&assignments,))
        })?;
        Ok(answer)
    }

    /// Tells the instance that there is now the values, unless it knows them:
    /// `configured_generation` remembers which one does.
    pub(super) fn apply<E: Configurable>(
        &self,
        caller: &mut Caller<E>,
        configured_generation: &mut Option<u64>,
    ) -> Result<(), Fault> {
        if self.declared.is_empty()
            || *configured_generation == Some(caller.generation())
        {
            return Ok(());
        }
        match self.tell(caller)? {
            Ok(()) => *configured_generation = Some(caller.generation()),
            Err(_) => {
                return Err(caller
                    .contract_violation("it refuses settings that it took"));
            }
        }
        Ok(())
    }
}

/// Whether a value is one that can be written down, and not too long.
fn is_sound(value: &SettingValue) -> bool {
    match value {
        SettingValue::Boolean(_) | SettingValue::Integer(_) => true,
        SettingValue::Number(number) => number.is_finite(),
        SettingValue::Text(text) => text.len() <= TEXT,
    }
}

impl SettingType {
    /// The value that a text stands for.
    fn parse(self, text: &str) -> Option<SettingValue> {
        let value = match self {
            Self::Boolean => SettingValue::Boolean(text.parse().ok()?),
            Self::Integer => SettingValue::Integer(text.parse().ok()?),
            Self::Number => SettingValue::Number(text.parse().ok()?),
            Self::Text => SettingValue::Text(text.to_owned()),
        };
        is_sound(&value).then_some(value)
    }

    /// What a value must be, in words.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text of at most 64 KiB",
        }
    }
}

impl SettingValue {
    /// The type of settings that have such values.
    #[must_use]
    pub fn setting_type(&self) -> SettingType {
        match self {
            Self::Boolean(_) => SettingType::Boolean,
            Self::Integer(_) => SettingType::Integer,
            Self::Number(_) => SettingType::Number,
            Self::Text(_) => SettingType::Text,
        }
    }
}

impl std::fmt::Display for SettingValue {
    /// As a user would set it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(
        key: &str,
        setting_type: SettingType,
        default_value: Option<SettingValue>,
    ) -> wire::Setting {
        let docs = "For a test".to_owned();
        wire::Setting { key: key.into(), setting_type, default_value, docs }
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(key, value): &(&str, &str)| {
            ((*key).to_owned(), (*value).to_owned())
        };
        pairs.iter().map(own).collect()
    }

    fn declared() -> Settings {
        Settings::declared(vec![
            setting("deep", SettingType::Boolean, None),
            setting(
                "most",
                SettingType::Integer,
                Some(SettingValue::Integer(7)),
            ),
            setting(
                "rate",
                SettingType::Number,
                Some(SettingValue::Number(0.5)),
            ),
            setting(
                "word",
                SettingType::Text,
                Some(SettingValue::Text(String::new())),
            ),
        ])
        .unwrap()
    }

    #[test]
    fn a_setting_has_the_value_that_was_given_or_its_own() {
        let pairs = [("deep", "true"), ("most", "-1"), ("word", "a=b, c")];
        let settings = declared().set(&given(&pairs)).unwrap();
        let expected = [
            SettingValue::Boolean(true),
            SettingValue::Integer(-1),
            SettingValue::Number(0.5),
            SettingValue::Text("a=b, c".into()),
        ];
        assert_eq!(settings.values(), expected);
    }

    #[test]
    fn a_setting_that_cannot_be_is_refused_with_the_reason() {
        let long = "x".repeat(TEXT + 1);
        for (pairs, why) in [
            (&[][..], "deep must be set, to true or false"),
            (&[("deep", "yes")], "deep must be true or false, not \"yes\""),
            (&[("deep", "true"), ("most", "1.5")], "must be a whole number"),
            (&[("deep", "true"), ("rate", "inf")], "rate must be a number"),
            (&[("deep", "true"), ("deep", "true")], "deep is set twice"),
            (&[("deep", "true"), ("word", &long)], "at most 64 KiB"),
            (&[("Deep", "true")], "there is no setting \"Deep\"; it has deep"),
        ] {
            let said = declared().set(&given(pairs)).unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
            assert!(said.len() < 300, "{said}");
        }
        let none = Settings::default().set(&given(&[("a", "b")]));
        let said = none.unwrap_err().to_string();
        assert!(said.contains("it has none"), "{said}");
    }

    #[test]
    fn settings_beyond_the_rules_are_refused() {
        let text = SettingType::Text;
        let long = SettingValue::Text("x".repeat(TEXT + 1));
        let mut talks = setting("a", text, None);
        talks.docs = "\u{1b}[2J".into();
        let mut drones = setting("a", text, None);
        drones.docs = "x".repeat(DOCS + 1);
        let many = (0..=SETTINGS)
            .map(|index| setting(&format!("s{index}"), text, None))
            .collect();
        for said in [
            vec![setting("", text, None)],
            vec![setting("A", text, None)],
            vec![setting("a=b", text, None)],
            vec![setting("name", text, None)],
            vec![setting("a", text, None), setting("a", text, None)],
            vec![setting("a", text, Some(SettingValue::Boolean(true)))],
            vec![setting("a", text, Some(long))],
            vec![setting(
                "a",
                SettingType::Number,
                Some(SettingValue::Number(f64::NAN)),
            )],
            vec![talks],
            vec![drones],
            many,
        ] {
            let said = Settings::declared(said).unwrap_err().to_string();
            assert!(said.contains("setting"), "{said}");
            assert!(!said.contains('\u{1b}') && said.len() < 400, "{said}");
        }
    }
}
