//! Shares of a whole: as bars of characters, and in percent.

/// What bars are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Blocks of Unicode, eight steps to a character.
    Blocks,
    /// `#`.
    Ascii,
}

impl Ink {
    /// What the locale of these variables' values can show: the first that is
    /// set and not empty counts.
    pub(super) fn of_locale(
        mut variable: impl FnMut(&str) -> Option<String>,
    ) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(&mut variable)
            .find(|value| !value.is_empty())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
        if is_utf8 { Self::Blocks } else { Self::Ascii }
    }

    /// A bar for `part` of `whole`, padded to `width` characters.
    pub(super) fn bar(self, part: u64, whole: u64, width: usize) -> String {
        const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
        let steps = match self {
            Self::Blocks => 8,
            Self::Ascii => 1,
        };
        let full = width.saturating_mul(steps);
        let filled = scaled(part, whole, full);
        let mut bar = String::new();
        let block = match self {
            Self::Blocks => '█',
            Self::Ascii => '#',
        };
        bar.extend(std::iter::repeat_n(block, filled / steps));
        let rest = EIGHTHS.get(filled % steps).copied().unwrap_or(' ');
        if filled / steps < width {
            bar.push(if steps == 1 { ' ' } else { rest });
        }
        let drawn = bar.chars().count();
        bar.extend(std::iter::repeat_n(' ', width.saturating_sub(drawn)));
        bar
    }
}

/// `part` of `whole` in `full` steps, rounded; what is not nothing is a step
/// at least.
fn scaled(part: u64, whole: u64, full: usize) -> usize {
    if whole == 0 || part == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part.min(whole)), u128::from(whole));
    let steps = (part * full as u128 + whole / 2) / whole;
    usize::try_from(steps).unwrap_or(full).max(1).min(full)
}

/// `part` of `whole` in percent, with one digit after the point.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0.0 %".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (part * 1000 + whole / 2) / whole;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ink, percent};

    #[test]
    fn a_bar_is_as_long_as_the_part() {
        let blocks = |part| Ink::Blocks.bar(part, 32, 4);
        assert_eq!(blocks(0), "    ");
        assert_eq!(blocks(1), "▏   ");
        assert_eq!(blocks(12), "█▌  ");
        assert_eq!(blocks(32), "████");
        let ascii = |part| Ink::Ascii.bar(part, 32, 4);
        assert_eq!(ascii(1), "#   ");
        assert_eq!(ascii(24), "### ");
        assert_eq!(ascii(32), "####");
        assert_eq!(Ink::Ascii.bar(5, 0, 2), "  ");
    }

    #[test]
    fn percents_are_rounded() {
        for (part, whole, text) in [
            (0, 0, "0.0 %"),
            (1, 3, "33.3 %"),
            (2, 3, "66.7 %"),
            (3, 3, "100.0 %"),
            (u64::MAX, u64::MAX, "100.0 %"),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }

    #[test]
    fn the_first_variable_that_is_set_tells_the_locale() {
        let of = |set: &'static [(&str, &str)]| {
            Ink::of_locale(|name| {
                let value = set.iter().find(|(it, _)| *it == name);
                value.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")]), Ink::Blocks);
        assert_eq!(of(&[("LANG", "en_US.utf8")]), Ink::Blocks);
        assert_eq!(of(&[]), Ink::Ascii);
        let set = &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")];
        assert_eq!(of(set), Ink::Ascii);
        let set = &[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8")];
        assert_eq!(of(set), Ink::Blocks);
    }

    proptest! {
        #[test]
        fn every_bar_has_its_width(
            part: u64, whole: u64, width in 0_usize..40, blocks: bool,
        ) {
            let ink = if blocks { Ink::Blocks } else { Ink::Ascii };
            let bar = ink.bar(part, whole, width);
            prop_assert_eq!(bar.chars().count(), width);
        }
    }
}
