//! A program that does a job, and its command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::count::Answer;
use crate::data::Set;

/// What a program is to Sanchay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The program that is measured.
    Ours,
    /// The same, on another data set: for growth.
    Again,
    /// Another project's program.
    Peer,
    /// A program that makes the job's system calls and nothing else.
    Floor,
    /// A native program with the same logic, without a sandbox.
    Twin,
}

/// A program with its arguments, and what it runs on.
#[derive(Clone, Debug)]
pub(crate) struct Contestant {
    /// What it is called in the tables.
    pub(crate) name: String,
    /// What it is to us.
    pub(crate) role: Role,
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// What it reads from standard input; nothing when left out.
    pub(crate) input: Option<PathBuf>,
    /// How its output tells how much it found.
    pub(crate) answer: Answer,
    /// What it runs on.
    pub(crate) set: Set,
    /// An exit code that also means that all went well.
    pub(crate) accepts: i32,
    /// What it makes and must not find: removed before each run.
    pub(crate) leaves: Option<PathBuf>,
    /// Commands that are run before each run, and not timed: each a program
    /// and its arguments.
    pub(crate) before: Vec<Vec<OsString>>,
}

impl Contestant {
    /// A program that runs on a set; its arguments and the form of its answer
    /// follow.
    pub(crate) fn new(
        name: impl Into<String>,
        role: Role,
        program: impl Into<PathBuf>,
        set: Set,
    ) -> Self {
        Self {
            name: name.into(),
            role,
            program: program.into(),
            arguments: Vec::new(),
            input: None,
            answer: Answer::Silence,
            set,
            accepts: 0,
            leaves: None,
            before: Vec::new(),
        }
    }

    /// Under another name.
    pub(crate) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// With further arguments, separated by blanks.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.arguments.extend(words.split(' ').map(OsString::from));
        self
    }

    /// With a further argument.
    pub(crate) fn word(mut self, word: impl Into<OsString>) -> Self {
        self.arguments.push(word.into());
        self
    }

    /// With the path of its set, or of a file in it, as a further argument.
    pub(crate) fn tree(self, sets: &Path, below: &str) -> Self {
        let folder = self.set.folder(sets);
        let path = if below.is_empty() { folder } else { folder.join(below) };
        self.word(path)
    }

    /// With the list of its set's files as standard input.
    pub(crate) fn list(mut self, sets: &Path) -> Self {
        self.input = Some(self.set.list(sets));
        self
    }

    /// With an answer of this form.
    pub(crate) fn answering(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// With a further exit code that means success.
    pub(crate) fn accepting(mut self, code: i32) -> Self {
        self.accepts = code;
        self
    }

    /// With a folder that it makes, which is removed before each run.
    pub(crate) fn leaving(mut self, folder: PathBuf) -> Self {
        self.leaves = Some(folder);
        self
    }

    /// After a command that is run before each run, and not timed.
    pub(crate) fn after<S: Into<OsString>>(
        mut self,
        command: impl IntoIterator<Item = S>,
    ) -> Self {
        self.before.push(command.into_iter().map(Into::into).collect());
        self
    }

    /// The command as a person would type it in the folder of the project,
    /// with `$DATA` for the place of the data sets.
    pub(crate) fn command_line(&self, sets: &Path, project: &Path) -> String {
        let program = self.program.file_name().unwrap_or_default();
        let mut line = program.to_string_lossy().into_owned();
        for argument in &self.arguments {
            let within = Path::new(argument).strip_prefix(project);
            let text = within.map_or(&**argument, Path::as_os_str);
            let text = text.to_string_lossy();
            let text = text.replace(&*sets.to_string_lossy(), "$DATA");
            line.push(' ');
            if text.contains(['\\', '*', ' ']) {
                line.push_str(&format!("'{text}'"));
            } else {
                line.push_str(&text);
            }
        }
        if let Some(input) = &self.input {
            let name = input.file_name().unwrap_or_default();
            line.push_str(&format!(" < $DATA/{}", name.to_string_lossy()));
        }
        line
    }
}
