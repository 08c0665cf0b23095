//! One manual page: what is generated of a command's options, and what stands
//! behind them in its `--help`, under the headings that manual pages have.

use std::io;

use clap::Command;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::exit;

/// A line of help that begins a part, and the part's heading in a manual.
const PARTS: [(&str, &str); 2] =
    [("Examples:", "EXAMPLES"), ("Exit status:", "EXIT STATUS")];

/// The heading of what stands before these.
const NOTES: &str = "NOTES";

/// The page of a command.
pub(super) struct Page {
    manual: Man,
    options: bool,
    commands: bool,
    help: String,
}

impl Page {
    pub(super) fn of(command: Command) -> Self {
        let help = command
            .get_after_long_help()
            .or(command.get_after_help())
            .map(ToString::to_string)
            .unwrap_or_default();
        let shown = |it: &clap::Arg| !it.is_hide_set();
        let options = command.get_arguments().any(shown);
        let commands = command.has_subcommands();
        Self { options, commands, help, manual: Man::new(command) }
    }

    pub(super) fn file_name(&self) -> String {
        self.manual.get_filename()
    }

    /// The page as roff.
    pub(super) fn text(&self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.manual.render_title(&mut out)?;
        self.manual.render_name_section(&mut out)?;
        self.manual.render_synopsis_section(&mut out)?;
        self.manual.render_description_section(&mut out)?;
        if self.options {
            self.manual.render_options_section(&mut out)?;
        }
        if self.commands {
            self.manual.render_subcommands_section(&mut out)?;
        }
        let mut parts = parts(&self.help);
        if !parts.iter().any(|(heading, _)| *heading == "EXIT STATUS") {
            parts.extend(self::parts(exit::HELP));
        }
        let order = |heading: &str| {
            ["NOTES", "EXIT STATUS", "EXAMPLES"]
                .iter()
                .position(|it| *it == heading)
        };
        parts.sort_by_key(|(heading, _)| order(heading));
        let mut roff = Roff::default();
        for (heading, lines) in parts {
            roff.control("SH", [heading]);
            for paragraph in lines.split(|line| line.is_empty()) {
                write(paragraph, &mut roff);
            }
        }
        roff.to_writer(&mut out)?;
        Ok(out)
    }
}

/// The parts of a help text: headings, and their lines.
fn parts(help: &str) -> Vec<(&'static str, Vec<&str>)> {
    let mut parts: Vec<(&str, Vec<&str>)> = vec![(NOTES, Vec::new())];
    for line in help.lines() {
        let begun = PARTS.iter().find(|(begins, _)| *begins == line);
        if let Some((_, heading)) = begun {
            parts.push((heading, Vec::new()));
        } else if let Some((_, lines)) = parts.last_mut() {
            lines.push(line);
        }
    }
    parts.retain(|(_, lines)| lines.iter().any(|line| !line.is_empty()));
    parts
}

/// Writes a paragraph: lines that are indented stay as they are.
fn write(lines: &[&str], roff: &mut Roff) {
    if lines.is_empty() {
        return;
    }
    roff.control("PP", []);
    for group in
        lines.chunk_by(|a, b| a.starts_with(' ') == b.starts_with(' '))
    {
        let verbatim = group.iter().all(|line| line.starts_with(' '));
        if verbatim {
            roff.control("nf", []);
        }
        for line in group {
            let line = line.strip_prefix("  ").unwrap_or(line);
            roff.text([roman(line)]);
        }
        if verbatim {
            roff.control("fi", []);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn help_is_parted_at_its_headings() {
        let help = "Words.\n\nExamples:\n  one\n  two\n\nExit status:\n  0";
        assert_eq!(
            parts(help),
            [
                ("NOTES", vec!["Words.", ""]),
                ("EXAMPLES", vec!["  one", "  two", ""]),
                ("EXIT STATUS", vec!["  0"]),
            ]
        );
        assert!(parts("").is_empty());
    }
}
