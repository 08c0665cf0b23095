//! Commands that are run for paths: their arguments, with placeholders.
//!
//! | placeholder | of `d/a.tar.gz` |
//! |---|---|
//! | `{}` | `d/a.tar.gz` |
//! | `{/}` | `a.tar.gz` |
//! | `{//}` | `d` |
//! | `{.}` | `d/a.tar` |
//! | `{/.}` | `a.tar` |
//!
//! `{{` and `}}` are braces. Where no argument has a placeholder, the path is
//! one argument more.

use alloc::vec::Vec;

use crate::record::split_extension;

/// A command with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    arguments: Vec<Argument>,
}

/// An argument: its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Argument(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Placeholder(Placeholder),
}

/// What is made of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placeholder {
    Path,
    Name,
    Parent,
    PathWithoutExtension,
    Stem,
}

impl Placeholder {
    /// How they are written; longer ones before those that they begin with.
    const ALL: [(&'static [u8], Self); 5] = [
        (b"{/.}", Self::Stem),
        (b"{//}", Self::Parent),
        (b"{/}", Self::Name),
        (b"{.}", Self::PathWithoutExtension),
        (b"{}", Self::Path),
    ];

    fn of(self, path: &[u8]) -> &[u8] {
        let (parent, name) = split(path);
        match self {
            Self::Path => path,
            Self::Name => name,
            Self::Parent => parent,
            Self::PathWithoutExtension => {
                let (_, extension) = split_extension(name);
                let dot = extension.map_or(0, |it| it.len().saturating_add(1));
                path.get(..path.len().saturating_sub(dot)).unwrap_or(path)
            }
            Self::Stem => split_extension(name).0,
        }
    }
}

/// The folder that a path is in, and its last component.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        None => (b".", path),
        Some(slash) => {
            let name = path.get(slash.saturating_add(1)..);
            let parent = path.get(..slash.max(1));
            (parent.unwrap_or_default(), name.unwrap_or_default())
        }
    }
}

/// Why a command cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// There is no program.
    Empty,
    /// Several arguments have placeholders, of which a batch could fill only
    /// one.
    ManyPlaceholders,
    /// The program itself is a placeholder, of which a batch has many.
    ProgramIsPlaceholder,
}

impl core::fmt::Display for CommandError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Empty => "expected a program to run",
            Self::ManyPlaceholders => {
                "a batch can fill one argument with a placeholder only"
            }
            Self::ProgramIsPlaceholder => {
                "the program of a batch cannot be a placeholder"
            }
        })
    }
}

impl core::error::Error for CommandError {}

impl CommandLine {
    /// Parses a program and its arguments. `batch` says that it is to be run
    /// for many paths at once.
    ///
    /// # Errors
    ///
    /// There is no program, or no batch can be made of it.
    pub fn parse<'a>(
        arguments: impl IntoIterator<Item = &'a [u8]>,
        batch: bool,
    ) -> Result<Self, CommandError> {
        let mut arguments: Vec<Argument> =
            arguments.into_iter().map(Argument::parse).collect();
        let first = arguments.first().ok_or(CommandError::Empty)?;
        if first.0.is_empty() {
            return Err(CommandError::Empty);
        }
        let program_varies = first.has_placeholder();
        let count = arguments.iter().filter(|it| it.has_placeholder()).count();
        match count {
            0 => {
                let path = Part::Placeholder(Placeholder::Path);
                arguments.push(Argument(Vec::from([path])));
            }
            _ if batch && program_varies => {
                return Err(CommandError::ProgramIsPlaceholder);
            }
            1 => {}
            _ if batch => return Err(CommandError::ManyPlaceholders),
            _ => {}
        }
        Ok(Self { arguments })
    }

    /// The arguments for a path, the program first.
    pub fn fill(&self, path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let all = self.arguments.iter().enumerate();
        all.map(|(index, argument)| {
            let mut filled = argument.fill(path);
            if index == 0
                && argument.has_placeholder()
                && !filled.contains(&b'/')
            {
                // Else it would be looked for where programs are.
                filled.splice(..0, *b"./");
            }
            filled
        })
    }

    /// What stands before the argument that is made of each path of a batch,
    /// the program first, and what stands after it.
    #[must_use]
    pub fn around(&self) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let all = || self.arguments.iter();
        let plain = |argument: &Argument| argument.fill(b"");
        let before = all().take_while(|it| !it.has_placeholder());
        let after = all().skip_while(|it| !it.has_placeholder()).skip(1);
        (before.map(plain).collect(), after.map(plain).collect())
    }

    /// The argument that a batch has for a path.
    #[must_use]
    pub fn of_path(&self, path: &[u8]) -> Vec<u8> {
        let mut arguments = self.arguments.iter();
        let its = arguments.find(|argument| argument.has_placeholder());
        its.map_or_else(Vec::new, |argument| argument.fill(path))
    }
}

impl Argument {
    fn parse(mut text: &[u8]) -> Self {
        let mut argument = Self::default();
        while let Some((first, rest)) = text.split_first() {
            let found = Placeholder::ALL
                .iter()
                .find_map(|(it, what)| Some((text.strip_prefix(*it)?, what)));
            if let Some((rest, what)) = found {
                argument.0.push(Part::Placeholder(*what));
                text = rest;
                continue;
            }
            // A brace that is written twice is one.
            let twice =
                matches!(first, b'{' | b'}') && rest.first() == Some(first);
            text = match twice {
                true => rest.get(1..).unwrap_or_default(),
                false => rest,
            };
            match argument.0.last_mut() {
                Some(Part::Text(text)) => text.push(*first),
                _ => argument.0.push(Part::Text(Vec::from([*first]))),
            }
        }
        argument
    }

    fn has_placeholder(&self) -> bool {
        self.0.iter().any(|it| matches!(it, Part::Placeholder(_)))
    }

    /// The argument for a path. A name that begins with a hyphen would be
    /// taken for an option: `./` stands before it.
    fn fill(&self, path: &[u8]) -> Vec<u8> {
        let mut filled = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.extend_from_slice(text),
                Part::Placeholder(what) => {
                    let value = what.of(path);
                    if filled.is_empty() && value.starts_with(b"-") {
                        filled.extend_from_slice(b"./");
                    }
                    filled.extend_from_slice(value);
                }
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(words: &str, batch: bool) -> Result<CommandLine, CommandError> {
        CommandLine::parse(words.split(' ').map(str::as_bytes), batch)
    }

    fn filled(words: &str, path: &str) -> String {
        let command = parsed(words, false).unwrap();
        let arguments: Vec<_> = command
            .fill(path.as_bytes())
            .map(|it| String::from_utf8(it).unwrap())
            .collect();
        arguments.join(" ")
    }

    #[test]
    fn a_file_that_is_the_program_is_not_looked_for_among_programs() {
        assert_eq!(filled("{} -a", "ls"), "./ls -a");
        assert_eq!(filled("{} -a", "d/ls"), "d/ls -a");
        assert_eq!(filled("ls {}", "ls"), "ls ls");
    }

    #[test]
    fn placeholders_are_parts_of_a_path() {
        let all = "run {} {/} {//} {.} {/.}";
        for (path, expected) in [
            ("d/a.tar.gz", "run d/a.tar.gz a.tar.gz d d/a.tar a.tar"),
            ("a", "run a a . a a"),
            ("/a.b", "run /a.b a.b / /a a"),
            ("d.e/.rc", "run d.e/.rc .rc d.e d.e/.rc .rc"),
        ] {
            assert_eq!(filled(all, path), expected);
        }
        let within = "run --to={.}.png x{/}y {{}} {x} }}";
        assert_eq!(filled(within, "d/a.b"), "run --to=d/a.png xa.by {} {x} }");
        assert_eq!(filled("gzip -9", "d/a"), "gzip -9 d/a");
        assert_eq!(filled("{}", "d/a"), "d/a");
    }

    #[test]
    fn a_name_that_begins_with_a_hyphen_is_no_option() {
        let all = "run {} {/} {//} x{/}";
        assert_eq!(filled(all, "-d/-a"), "run ./-d/-a ./-a ./-d x-a");
        assert_eq!(filled("run {}", "/-a"), "run /-a");
    }

    #[test]
    fn a_batch_fills_one_argument() {
        let command = parsed("mv -t to {} --", true).unwrap();
        let (before, after) = command.around();
        assert_eq!(before, [&b"mv"[..], b"-t", b"to"]);
        assert_eq!(after, [b"--"]);
        assert_eq!(command.of_path(b"-a"), b"./-a");
        let command = parsed("cat", true).unwrap();
        assert_eq!(command.around(), (vec![b"cat".to_vec()], vec![]));
        assert_eq!(command.of_path(b"d/a"), b"d/a");
        for (words, why) in [
            ("run {} {/}", CommandError::ManyPlaceholders),
            ("{} x", CommandError::ProgramIsPlaceholder),
            ("", CommandError::Empty),
        ] {
            assert_eq!(parsed(words, true), Err(why));
        }
        assert!(parsed("run {} {/}", false).is_ok());
    }

    proptest! {
        #[test]
        fn only_placeholders_change_and_nothing_is_lost(
            text: Vec<u8>, path: Vec<u8>,
        ) {
            // Braces written twice are text, whatever stands between them.
            let mut written = Vec::new();
            for byte in &text {
                written.push(*byte);
                if matches!(byte, b'{' | b'}') {
                    written.push(*byte);
                }
            }
            let command = CommandLine::parse([&b"x"[..], &written], false);
            let arguments: Vec<_> = command.unwrap().fill(&path).collect();
            prop_assert_eq!(&arguments[1], &text);
            prop_assert!(arguments[2].ends_with(&path));
            prop_assert!(!arguments[2].starts_with(b"-"));
        }
    }
}
