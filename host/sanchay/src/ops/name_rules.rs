//! When a file system takes two names for the same.

use sanchay_storage::FileSystem;
use unicode_normalization::UnicodeNormalization as _;

/// What a file system does not notice of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameRules {
    ignores_case: bool,
    ignores_form: bool,
}

impl NameRules {
    /// Those of a file system.
    pub(super) fn of(system: &FileSystem) -> Self {
        Self {
            ignores_case: system.ignores_case == Some(true),
            ignores_form: system.ignores_form,
        }
    }

    /// Whether names are the same that differ in some byte.
    pub(super) fn are_loose(self) -> bool {
        self.ignores_case || self.ignores_form
    }

    /// A name as it is compared.
    pub(super) fn compared(self, name: &[u8]) -> Vec<u8> {
        if !self.are_loose() {
            return name.to_vec();
        }
        let text = String::from_utf8_lossy(name);
        let text = match self.ignores_form {
            true => text.nfc().collect(),
            false => text.into_owned(),
        };
        if !self.ignores_case {
            return text.into_bytes();
        }
        let small = text.to_lowercase();
        match self.ignores_form {
            // A small letter may be several, of which some are one in turn.
            true => small.nfc().collect::<String>().into_bytes(),
            false => small.into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sanchay_storage::FileSystem;

    use super::NameRules;

    fn rules(ignores_case: bool, ignores_form: bool) -> NameRules {
        let mut system = FileSystem::default();
        system.ignores_case = Some(ignores_case);
        system.ignores_form = ignores_form;
        NameRules::of(&system)
    }

    #[test]
    fn names_are_the_same_in_what_a_file_system_does_not_notice() {
        let [plain, one, two] =
            ["\u{c9}t\u{e9}", "\u{e9}t\u{e9}", "e\u{301}te\u{301}"]
                .map(str::as_bytes);
        for (rules, with_case, with_form) in [
            (rules(false, false), false, false),
            (rules(true, false), true, false),
            (rules(false, true), false, true),
            (rules(true, true), true, true),
        ] {
            let same = |a, b| rules.compared(a) == rules.compared(b);
            assert_eq!(same(plain, one), with_case, "{rules:?}");
            assert_eq!(same(one, two), with_form, "{rules:?}");
            assert_eq!(same(plain, two), with_case && with_form, "{rules:?}");
            assert_eq!(rules.are_loose(), with_case || with_form);
        }
    }
}
