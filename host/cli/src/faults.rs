//! Faults of plugins, in words for a person.
//!
//! A message may quote a plugin's names, at any length: it is cut, and what a
//! terminal would obey in it is escaped. Where a limit was reached, the option
//! that moves it is named.

use sanchay::{Cause, EntryError, Fault, PluginError, escaped};

/// How much of a plugin's text is shown, in characters.
const EXCERPT: usize = 500;

/// The beginning of a plugin's text, escaped.
pub(crate) fn escaped_excerpt(words: &str) -> String {
    let shown = escaped(words.as_bytes()).to_string();
    match shown.char_indices().nth(EXCERPT) {
        Some((end, _)) => {
            let beginning = shown.get(..end).unwrap_or_default();
            format!("{beginning} ...")
        }
        None => shown,
    }
}

/// What a plugin did wrong in a call.
pub(crate) fn fault(fault: &Fault) -> String {
    let words = fault.to_string();
    match fault {
        Fault::BudgetExhausted { .. } => {
            format!("{words}; --plugin-time gives it longer")
        }
        Fault::MemoryRefused { .. } => {
            format!("{words}; --plugin-memory gives it more")
        }
        Fault::AnswerTooLarge { .. } => {
            format!("{words}; --plugin-output lets it be larger")
        }
        _ => escaped_excerpt(&words),
    }
}

/// Why an entry failed, by a plugin's doing or not.
pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Plugin { plugin, fault: why } => {
            format!("plugin {plugin}: {}", fault(why))
        }
        other => other.to_string(),
    }
}

/// An entry that failed, and why.
pub(crate) fn entry(error: &EntryError) -> String {
    let path = escaped(error.path.as_os_str().as_encoded_bytes());
    format!("{path}: {}: {}", error.action, cause(&error.cause))
}

/// What is said where a plugin is refused.
pub(crate) fn refusal(error: &PluginError) -> String {
    let why = match error {
        PluginError::Fault(why) => {
            format!("it cannot describe itself: {}", fault(why))
        }
        PluginError::CompileTime(_) => {
            format!("{error}; --plugin-compile-time gives it longer")
        }
        PluginError::Instances { .. } => {
            format!("{error}; --plugin-instances allows it more")
        }
        // Our own words: what they quote is escaped, and short.
        PluginError::Description(_) => error.to_string(),
        other => escaped_excerpt(&other.to_string()),
    };
    format!("cannot use it as a plugin: {why}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn words_are_escaped_and_cut() {
        assert_eq!(escaped_excerpt("a\n\u{1b}\u{202e}"), r"a\n\u{1b}\u{202e}");
        let long = escaped_excerpt(&"ä".repeat(90_000));
        assert_eq!(long, format!("{} ...", "ä".repeat(EXCERPT)));
    }

    #[test]
    fn a_limit_that_was_reached_is_told_with_the_option_that_moves_it() {
        let budget = Duration::from_millis(100);
        for (why, option) in [
            (Fault::BudgetExhausted { budget }, "--plugin-time"),
            (Fault::MemoryRefused { asked: 2, ceiling: 1 }, "--plugin-memory"),
            (Fault::AnswerTooLarge { ceiling: 1 }, "--plugin-output"),
        ] {
            assert!(fault(&why).contains(option), "{option}");
            let refused = refusal(&PluginError::Fault(why));
            assert!(refused.contains(option), "{refused}");
        }
        let long = PluginError::CompileTime(budget);
        assert!(refusal(&long).contains("--plugin-compile-time"));
        let many = PluginError::Instances { count: 65, allowed: 64 };
        assert!(refusal(&many).contains("--plugin-instances"));
    }
}
