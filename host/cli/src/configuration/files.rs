//! Which files configure the program: the user's own, and the nearest one
//! upward from the working directory, if nobody else can have written it.

use std::{
    env,
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{EntryKind, Metadata, describe_io_error, storage};
use sanchay_names::with_slashes;
use sanchay_system::{files, host::HOME, writers};

use super::{ConfigurationError, Origin, variables};

/// What the files are called.
const NAME: &str = "sanchay.toml";

/// No file is larger, in bytes.
const LIMIT: u64 = 1 << 20;

/// Which files the user wants to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Those that are found.
    #[default]
    Found,
    /// This one alone.
    Only(PathBuf),
    /// None.
    Nothing,
}

impl Selection {
    /// What the command line says (`--config`, `--no-config`), else the
    /// variables of these names.
    pub(crate) fn new(
        file: Option<&Path>,
        none: bool,
    ) -> Result<Self, ConfigurationError> {
        if let Some(file) = file {
            return Ok(Self::Only(file.to_owned()));
        }
        const NONE: &str = "no-config";
        let text = variables::get(NONE);
        let truth = text.map_or(Ok(false), |it| variables::truth(&it));
        let unset = truth.map_err(|why| {
            let origin = Origin::Variable(variables::name(NONE));
            ConfigurationError::new(origin, why)
        })?;
        if none || unset {
            return Ok(Self::Nothing);
        }
        let named = variables::get("config");
        Ok(named.map_or(Self::Found, |file| Self::Only(file.into())))
    }
}

/// Why a file is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// It is in the user's configuration folder.
    User,
    /// It is in the working directory or in one above.
    Project,
    /// The user named it.
    Named,
}

impl FileKind {
    /// Its name in output.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Named => "named",
        }
    }
}

/// What became of a file that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is none.
    Absent,
    /// It is read.
    Read,
    /// It is not read, for this reason.
    Refused(String),
}

impl State {
    /// Its name in output.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Read => "read",
            Self::Refused(_) => "refused",
        }
    }
}

/// A file that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) kind: FileKind,
    pub(crate) path: Arc<Path>,
    pub(crate) state: State,
}

/// A file's text.
#[derive(Debug)]
pub(super) struct Contents {
    /// How it was found.
    pub(super) kind: FileKind,
    pub(super) path: Arc<Path>,
    pub(super) text: String,
}

/// The files that there are.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Those that were looked for.
    pub(super) looked: Vec<Looked>,
    /// Those that were read, the nearest first.
    pub(super) contents: Vec<Contents>,
}

impl Files {
    /// Looks for files and reads them.
    pub(super) fn find(
        selection: &Selection,
    ) -> Result<Self, ConfigurationError> {
        let mut files = Self::default();
        match selection {
            Selection::Nothing => {}
            Selection::Only(path) => {
                let path = Arc::from(path.as_path());
                let file = File::open(&path)
                    .map_err(|error| cannot(&path, "open", &error))?;
                files.read(FileKind::Named, path, file)?;
            }
            Selection::Found => {
                let user = files.user()?;
                files.project(user.as_ref())?;
                // The project's is nearer.
                files.contents.reverse();
            }
        }
        Ok(files)
    }

    /// Reads the user's own file, which is returned as the system knows it.
    fn user(&mut self) -> Result<Option<Metadata>, ConfigurationError> {
        let Some(path) = user_file() else { return Ok(None) };
        let path: Arc<Path> = Arc::from(path);
        let file = match open(&path) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => {
                self.note(FileKind::User, path, State::Absent);
                return Ok(None);
            }
            Err(error) => return Err(cannot(&path, "open", &error)),
        };
        let metadata = storage::stat_open(&file)
            .map_err(|error| cannot(&path, "read", &error))?;
        if metadata.kind != EntryKind::File {
            let origin = Origin::file(&path);
            let why = "it is not a regular file";
            return Err(ConfigurationError::new(origin, why));
        }
        self.read(FileKind::User, path, file)?;
        Ok(Some(metadata))
    }

    /// Reads the nearest file upward from the working directory, unless it
    /// is the user's own.
    fn project(
        &mut self,
        user: Option<&Metadata>,
    ) -> Result<(), ConfigurationError> {
        let Ok(directory) = env::current_dir() else { return Ok(()) };
        for directory in directory.ancestors() {
            let path: Arc<Path> = with_slashes(directory.join(NAME)).into();
            let file = match open(&path) {
                Ok(file) => file,
                Err(error) if is_absent(&error) => {
                    self.note(FileKind::Project, path, State::Absent);
                    continue;
                }
                Err(error) => {
                    let why = describe_io_error(&error);
                    let state = State::Refused(format!("cannot open: {why}"));
                    self.note(FileKind::Project, path, state);
                    return Ok(());
                }
            };
            let id = |it: &Metadata| it.id;
            let found = storage::stat_open(&file).ok();
            if user.is_some() && found.as_ref().map(id) == user.map(id) {
                return Ok(());
            }
            match distrust(&file, found.as_ref(), directory) {
                None => self.read(FileKind::Project, path, file)?,
                Some(why) => {
                    let state = State::Refused(why);
                    self.note(FileKind::Project, path, state);
                }
            }
            return Ok(());
        }
        Ok(())
    }

    fn read(
        &mut self,
        kind: FileKind,
        path: Arc<Path>,
        file: File,
    ) -> Result<(), ConfigurationError> {
        let mut bytes = Vec::new();
        file.take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| cannot(&path, "read", &error))?;
        let wrong =
            |why: &str| ConfigurationError::new(Origin::file(&path), why);
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LIMIT) {
            return Err(wrong("a configuration has at most 1 MiB"));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| wrong("a configuration is UTF-8, and this is not"))?;
        self.note(kind, Arc::clone(&path), State::Read);
        self.contents.push(Contents { kind, path, text });
        Ok(())
    }

    fn note(&mut self, kind: FileKind, path: Arc<Path>, state: State) {
        self.looked.push(Looked { kind, path, state });
    }
}

/// The user's own file, where the variables tell a place.
fn user_file() -> Option<PathBuf> {
    place(env::var_os("XDG_CONFIG_HOME"), env::var_os(HOME))
}

fn place(xdg: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    // One that is not absolute does not count, says the specification.
    let absolute = |path: Option<OsString>| {
        path.map(PathBuf::from).filter(|path| path.is_absolute())
    };
    let folder = absolute(xdg)
        .or_else(|| absolute(home).map(|home| home.join(".config")))?;
    Some(with_slashes(folder.join("sanchay").join(NAME)))
}

/// Opens a file without waiting: it may turn out to be a pipe.
fn open(path: &Path) -> io::Result<File> {
    files::without_waiting(OpenOptions::new().read(true)).open(path)
}

/// Whether there is no such file.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Why a file in a folder may be somebody else's, if it may.
fn distrust(
    file: &File,
    found: Option<&Metadata>,
    folder: &Path,
) -> Option<String> {
    if found.is_some_and(|it| it.kind != EntryKind::File) {
        return Some("it is not a regular file".to_owned());
    }
    let (Some(_), Ok(of_file), Ok(of_folder)) =
        (found, writers::of_file(file), writers::of_folder(folder))
    else {
        return Some("it cannot be looked at".to_owned());
    };
    let of_file = of_file.map(|it| it.said_of("it").to_string());
    of_file.or_else(|| Some(of_folder?.said_of("its folder").to_string()))
}

fn cannot(
    path: &Arc<Path>,
    what: &str,
    error: &io::Error,
) -> ConfigurationError {
    let why = format!("cannot {what}: {}", describe_io_error(error));
    ConfigurationError::new(Origin::file(path), why)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_users_file_is_where_the_specification_says() {
        let at = |xdg: Option<&str>, home: Option<&str>| {
            place(xdg.map(Into::into), home.map(Into::into))
                .map(|path| path.display().to_string())
        };
        let own = Some("/h/.config/sanchay/sanchay.toml".to_owned());
        assert_eq!(at(None, Some("/h")), own);
        assert_eq!(at(Some(""), Some("/h")), own);
        assert_eq!(at(Some("relative"), Some("/h")), own);
        let other = Some("/x/sanchay/sanchay.toml".to_owned());
        assert_eq!(at(Some("/x"), Some("/h")), other);
        assert_eq!(at(None, None), None);
    }
}
