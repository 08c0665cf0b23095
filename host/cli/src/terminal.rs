//! Whether a person is watching, and whether they want colour.

use std::io::{IsTerminal as _, stderr, stdout};

use anstream::{AutoStream, ColorChoice};
use clap::{ValueEnum, builder::PossibleValue};

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`,
    /// `CLICOLOR`, `CLICOLOR_FORCE`, `TERM=dumb`).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ValueEnum for Color {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

impl Color {
    /// Finds `--color` among arguments that are not parsed yet, so that the
    /// messages of the parser itself obey it.
    pub(crate) fn prescan<'a>(
        arguments: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        let mut color = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let value = match argument {
                b"--" => break,
                b"--color" => arguments.next(),
                _ => argument.strip_prefix(b"--color="),
            };
            color = match value {
                Some(b"always") => Self::Always,
                Some(b"never") => Self::Never,
                Some(b"auto") => Self::Auto,
                _ => color,
            };
        }
        color
    }

    /// The choice in the words of the argument parser.
    pub(crate) fn for_parser(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }
}

/// What standard output and standard error lead to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether standard output is a terminal.
    pub(crate) stdout: bool,
    /// Whether standard error is a terminal.
    pub(crate) stderr: bool,
    /// Whether what goes to standard error is coloured.
    pub(crate) color: bool,
    /// Whether what goes to standard output is coloured.
    pub(crate) colored_stdout: bool,
}

impl Terminal {
    /// Looks at the standard streams and the environment.
    pub(crate) fn new(color: Color) -> Self {
        let colored = |choice| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => choice != ColorChoice::Never,
        };
        Self {
            stdout: stdout().is_terminal(),
            stderr: stderr().is_terminal(),
            color: colored(AutoStream::choice(&stderr())),
            colored_stdout: colored(AutoStream::choice(&stdout())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Color;

    fn prescan(line: &str) -> Color {
        Color::prescan(line.split(' ').map(str::as_bytes))
    }

    #[test]
    fn the_color_option_is_found_before_the_arguments_are_parsed() {
        assert_eq!(prescan("scan --color never"), Color::Never);
        assert_eq!(prescan("--color=always scan"), Color::Always);
        assert_eq!(prescan("--color=always --color auto"), Color::Auto);
    }

    #[test]
    fn what_is_no_color_option_does_not_count() {
        assert_eq!(prescan("scan -- --color=never"), Color::Auto);
        assert_eq!(prescan("scan --color"), Color::Auto);
        assert_eq!(prescan("scan --color=puce"), Color::Auto);
    }
}
