//! The program under test, run as a user runs it: real arguments, streams and
//! exit codes, and never for longer than a limit.

mod running;

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

pub use self::running::{Finished, Running};
use crate::tree::{Tree, set_mode};

/// How long a run may take unless a test says otherwise. No run comes near
/// it unless it hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// Whom a test runs the program as where it must not be root: nobody.
const NOBODY: u32 = 65_534;

/// The program and how it is to be run.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    directory: Option<PathBuf>,
    environment: Vec<(&'static str, OsString)>,
    input: Input,
    limit: Duration,
    open_files: Option<u32>,
    address_space_kib: Option<u64>,
    unprivileged: bool,
}

#[derive(Debug)]
enum Input {
    Nothing,
    Bytes(Vec<u8>),
    Stream(Stdio),
}

impl Program {
    /// The program in this file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
            input: Input::Nothing,
            limit: LIMIT,
            open_files: None,
            address_space_kib: None,
            unprivileged: false,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let arguments = arguments.into_iter();
        self.arguments.extend(arguments.map(|it| it.as_ref().to_owned()));
        self
    }

    /// Adds arguments that are parted by spaces.
    #[must_use]
    pub fn words(self, words: &str) -> Self {
        self.args(words.split_whitespace())
    }

    /// Runs it in this directory.
    #[must_use]
    pub fn within(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Gives it bytes to read.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Input::Bytes(bytes.into());
        self
    }

    /// Gives it a stream to read.
    #[must_use]
    pub fn stdin(mut self, stream: impl Into<Stdio>) -> Self {
        self.input = Input::Stream(stream.into());
        self
    }

    /// Sets how long it may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Lets it have no more than so many open files.
    #[must_use]
    pub fn open_files(mut self, files: u32) -> Self {
        self.open_files = Some(files);
        self
    }

    /// Lets it have no more than so many KiB of address space.
    #[must_use]
    pub fn address_space_kib(mut self, kib: u64) -> Self {
        self.address_space_kib = Some(kib);
        self
    }

    /// Runs it as a user without privileges, whoever runs the tests. For that
    /// it is copied into the tree: the folder in which it was built need not
    /// be open to others.
    #[must_use]
    pub fn unprivileged(mut self, tree: &Tree) -> Self {
        if !rustix::process::geteuid().is_root() {
            return self;
        }
        let copy = tree.path(".program-under-test");
        if !copy.exists() {
            // By another process: one that another test starts while this
            // one writes would hold the copy open, and it would be busy.
            let copied =
                Command::new("cp").arg(&self.path).arg(&copy).status();
            assert!(copied.unwrap().success());
            set_mode(&copy, 0o755);
        }
        self.path = copy;
        self.unprivileged = true;
        self
    }

    /// The command, without its streams.
    fn command(&self) -> Command {
        let limits = [
            self.open_files.map(|files| format!("ulimit -n {files}")),
            self.address_space_kib.map(|kib| format!("ulimit -v {kib}")),
        ];
        let limits: Vec<_> = limits.into_iter().flatten().collect();
        let mut command = if limits.is_empty() {
            with_default_signals(&self.path)
        } else {
            let mut shell = with_default_signals(Path::new("sh"));
            let script = format!("{} && exec \"$@\"", limits.join(" && "));
            shell.arg("-c").arg(script).arg("sh").arg(&self.path);
            shell
        };
        command.args(&self.arguments);
        // What changes how a program speaks is set by the tests alone.
        for name in [
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "COLUMNS",
            "CI",
            "LINES",
            "NO_COLOR",
        ] {
            command.env_remove(name);
        }
        let variables = env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|it| is_of_the_program(it)) {
            command.env_remove(name);
        }
        // Nor does a developer's own configuration.
        command.env("SANCHAY_NO_CONFIG", "1");
        command.env("TERM", "xterm");
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        if self.unprivileged {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Starts it, and does not wait.
    #[must_use]
    pub fn start(self) -> Running {
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = format!("{command:?}");
        let input = match self.input {
            Input::Nothing => {
                command.stdin(Stdio::null());
                None
            }
            Input::Bytes(bytes) => {
                command.stdin(Stdio::piped());
                Some(bytes)
            }
            Input::Stream(stream) => {
                command.stdin(stream);
                None
            }
        };
        let started = Instant::now();
        let child = command.spawn().unwrap();
        // With the command go this process's ends of what was handed down.
        drop(command);
        Running::new(shown, child, input, started, self.limit)
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(self) -> Finished {
        self.start().wait()
    }

    /// Runs it on a terminal and returns its exit code and all that it wrote.
    #[must_use]
    pub fn run_on_terminal(self) -> (Option<i32>, Vec<u8>) {
        let limit = self.limit;
        crate::terminal::run(self.command(), limit)
    }

    /// Runs it with its standard error on a terminal, and returns what it
    /// wrote there.
    #[must_use]
    pub fn run_with_stderr_on_terminal(
        self,
        stdout: &Path,
    ) -> (Option<i32>, Vec<u8>) {
        let limit = self.limit;
        let file = fs::File::create(stdout).unwrap();
        crate::terminal::run_with(self.command(), Some(file.into()), limit)
    }
}

/// Whether a variable sets an option of the program.
fn is_of_the_program(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"SANCHAY_")
}

/// A command that hears signals, also where the tests themselves do not: they
/// may run in the background of a shell, or under `nohup`.
#[must_use]
pub fn with_default_signals(program: &Path) -> Command {
    static DEAF: LazyLock<bool> = LazyLock::new(|| {
        let status = fs::read_to_string("/proc/self/status");
        let status = status.unwrap_or_default();
        let mask = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
        // SIGHUP, SIGINT and SIGTERM are signals 1, 2 and 15.
        mask.unwrap_or_default() & (1 | 1 << 1 | 1 << 14) != 0
    });
    if !*DEAF {
        return Command::new(program);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP,INT,TERM").arg(program);
    command
}
