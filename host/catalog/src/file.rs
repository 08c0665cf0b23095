//! The catalog's file: opened, made, or set aside where it is damaged.

use std::{
    ffi::OsString,
    fs,
    io::{self, Read as _},
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sanchay_names::OsStrExt as _;
use sanchay_system::files;

use crate::{
    error::{CatalogError, is_damage},
    schema::{self, APPLICATION_ID, VERSION},
};

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of the file each connection keeps in memory, in KiB.
const CACHE: i64 = 4096;

/// How many pages are written to the log before they are moved to the file,
/// which waits for the disk: better meanwhile than at the end of a run.
const CHECKPOINT: i64 = 1000;

/// What is escaped in the path of SQLite's URIs.
const IN_URI: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'/');

/// The first bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// How much of a database tells what it is, in bytes.
const HEAD: u64 = 105;

/// Where the identifier of the program is, in `sqlite3`'s file format.
const ID: Range<usize> = 68..72;

/// Where the page begins that lists the tables.
const TABLES: Range<usize> = 100..105;

/// How it begins where there are none: a leaf without free blocks or cells.
const NO_TABLES: [u8; 5] = [13, 0, 0, 0, 0];

/// What belongs to a database beside its file.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How a catalog is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read and write.
    Write,
    /// To read, by who may not write it.
    Read,
    /// To read what nobody writes: on a medium that cannot be written.
    Fixed,
    /// To find nothing: there is no file.
    Nothing,
}

/// What became of opening.
pub(crate) struct OpenedFile {
    pub(crate) connection: Connection,
    pub(crate) access: Access,
    /// Where a damaged file is now.
    pub(crate) set_aside: Option<PathBuf>,
    /// Why it can only be read.
    pub(crate) read_only: Option<rusqlite::Error>,
}

/// Opens a catalog, and makes it if there is none.
pub(crate) fn open(path: &Path) -> Result<OpenedFile, CatalogError> {
    refuse_other_files(path)?;
    let mut set_aside = None;
    loop {
        let (connection, access, read_only) = match writable(path) {
            Ok(connection) => (Ok(connection), Access::Write, None),
            Err(error) if is_refused(&error) && path.exists() => {
                let (connection, access) = readable(path);
                (connection, access, Some(error))
            }
            Err(error) => (Err(error), Access::Write, None),
        };
        match connection.and_then(|it| Ok((version_of(&it)?, it))) {
            Ok((Version::Known, connection)) => {
                let opened =
                    OpenedFile { connection, access, set_aside, read_only };
                return Ok(opened);
            }
            Ok((Version::Newer(found), _)) => {
                let path = path.to_owned();
                return Err(CatalogError::Newer {
                    path,
                    found,
                    known: VERSION,
                });
            }
            Ok((Version::Foreign, _)) => {
                let what = "the database of another program";
                let path = path.to_owned();
                return Err(CatalogError::Foreign { path, what });
            }
            Err(error)
                if is_damage(&error)
                    && access == Access::Write
                    && set_aside.is_none() =>
            {
                set_aside = Some(self::set_aside(path)?);
            }
            Err(error) => {
                return Err(CatalogError::sqlite(path, "open it")(error));
            }
        }
    }
}

/// Opens a catalog that is there, only to read it.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, CatalogError> {
    refuse_other_files(path)?;
    let failed = |error| CatalogError::sqlite(path, "open it")(error);
    let connection = readable(path).0.map_err(failed)?;
    match version_of(&connection).map_err(failed)? {
        Version::Known => Ok(connection),
        Version::Newer(found) => {
            let path = path.to_owned();
            Err(CatalogError::Newer { path, found, known: VERSION })
        }
        Version::Foreign => {
            let path = path.to_owned();
            let what = "the database of another program";
            Err(CatalogError::Foreign { path, what })
        }
    }
}

/// Another connection to a catalog that was opened.
pub(crate) fn connect(
    path: &Path,
    access: Access,
) -> rusqlite::Result<Connection> {
    let common = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let flags = match access {
        Access::Nothing => return nothing(),
        Access::Write => {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        }
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Fixed => {
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI
        }
    };
    let connection = match access {
        Access::Fixed => {
            Connection::open_with_flags(fixed_uri(path), flags | common)
        }
        _ => Connection::open_with_flags(path, flags | common),
    }?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(64);
    if access == Access::Write {
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    }
    Ok(connection)
}

/// A connection to tables that are empty, and stay so.
fn nothing() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    schema::migrate(&mut connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection that may write, with the tables of this version unless it is
/// a database of another.
fn writable(path: &Path) -> rusqlite::Result<Connection> {
    // It names files that others may not see: what is made, is made for this
    // user alone, and SQLite makes what belongs to it alike. Whatever is wrong
    // with the path, SQLite says below.
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create_new(true);
    let _ = files::private(options).open(path);
    let mut connection = connect(path, Access::Write)?;
    let found = schema::version(&connection)?;
    let is_ours = is_ours(&connection)?;
    if found < VERSION && (is_ours || is_empty(&connection)?) {
        // Once and for all: what reads does not wait for what writes.
        connection.pragma_update_and_check(
            None,
            "journal_mode",
            "wal",
            |_| Ok(()),
        )?;
        schema::migrate(&mut connection)?;
    } else if is_ours {
        // Whether it can be written shows only now.
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    }
    Ok(connection)
}

/// A connection that only reads.
fn readable(path: &Path) -> (rusqlite::Result<Connection>, Access) {
    let connection = connect(path, Access::Read);
    let connection = connection.and_then(|it| {
        schema::version(&it)?;
        Ok(it)
    });
    match connection {
        // In a folder that cannot be written, there is no place for the log
        // that readers and writers share. Where there is no log, nobody
        // writes.
        Err(error)
            if is_refused(&error) && !companion(path, "-wal").exists() =>
        {
            (connect(path, Access::Fixed), Access::Fixed)
        }
        other => (other, Access::Read),
    }
}

/// A file's name as SQLite takes it with the option that nobody writes it.
fn fixed_uri(path: &Path) -> String {
    let whole = sanchay::storage::absolute(path);
    let whole = whole.unwrap_or_else(|_| path.to_owned());
    let whole = whole.as_os_str().as_bytes();
    // The letter of a drive has a slash before it there. A server's name has
    // two, and two more before it: SQLite knows no machine but this one.
    let top = if whole.starts_with(b"/") { "" } else { "/" };
    let whole = percent_encode(whole, IN_URI);
    format!("file://{top}{whole}?immutable=1")
}

/// What a database is.
enum Version {
    Known,
    Newer(i64),
    Foreign,
}

fn version_of(connection: &Connection) -> rusqlite::Result<Version> {
    let found = schema::version(connection)?;
    Ok(match is_ours(connection)? {
        true if found > VERSION => Version::Newer(found),
        true => Version::Known,
        false => Version::Foreign,
    })
}

fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let id: i64 =
        connection
            .pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(id == APPLICATION_ID)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let ask = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)";
    connection.query_row(ask, [], |row| row.get(0))
}

/// Whether it is a question of rights, or of a medium that cannot be written.
pub(crate) fn is_refused(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
        )
    )
}

/// Refuses what was hardly meant: a folder, or a file of another kind. A
/// catalog says that it is one at a fixed place of its first bytes, and only
/// what does is set aside where it is damaged.
fn refuse_other_files(path: &Path) -> Result<(), CatalogError> {
    let io = |action| {
        let path = path.to_owned();
        move |source| CatalogError::Io { path, action, source }
    };
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(());
        }
        other => other.map_err(io("open it"))?,
    };
    let foreign = |what| {
        let path = path.to_owned();
        Err(CatalogError::Foreign { path, what })
    };
    if found.is_dir() {
        return foreign("a folder");
    }
    if !found.is_file() {
        return foreign("no regular file");
    }
    if found.len() == 0 {
        return Ok(());
    }
    let mut head = Vec::new();
    let file = fs::File::open(path).map_err(io("open it"))?;
    file.take(HEAD).read_to_end(&mut head).map_err(io("read it"))?;
    let says = head.get(ID).and_then(|it| it.first_chunk());
    let says = says.map(|it| i64::from(u32::from_be_bytes(*it)));
    match says {
        Some(APPLICATION_ID) => Ok(()),
        _ if !head.starts_with(MAGIC) => foreign("another kind of file"),
        // One that was begun and got no tables yet; or all it has is in its
        // log, and SQLite can tell.
        Some(0) if head.get(TABLES) == Some(&NO_TABLES[..]) => Ok(()),
        _ => foreign("the database of another program"),
    }
}

/// The path of what belongs to a database.
fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// The paths of a catalog's files, whether they are there or not.
pub(crate) fn all(path: &Path) -> Vec<PathBuf> {
    let companions = COMPANIONS.iter().map(|it| companion(path, it));
    std::iter::once(path.to_owned()).chain(companions).collect()
}

/// Where a catalog's files are, and their names: SQLite puts what belongs to
/// a file beside it, not beside a link.
pub(crate) fn real_names(path: &Path) -> (PathBuf, Vec<OsString>) {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let names = all(&real)
        .iter()
        .filter_map(|path| path.file_name().map(ToOwned::to_owned))
        .collect();
    (real, names)
}

/// Gives a damaged catalog another name, with what belongs to it.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf, CatalogError> {
    let mut number = 1_u32;
    let new = loop {
        let new = companion(path, &format!(".damaged-{number}"));
        match files::rename_new(path, &new) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                number = number.saturating_add(1);
            }
            Ok(()) => break new,
            Err(source) => {
                return Err(CatalogError::Io {
                    path: path.to_owned(),
                    action: "set it aside though it is damaged",
                    source,
                });
            }
        }
    };
    for suffix in COMPANIONS {
        // What is not there need not be moved.
        let _ = files::rename_new(
            &companion(path, suffix),
            &companion(&new, suffix),
        );
    }
    Ok(new)
}
