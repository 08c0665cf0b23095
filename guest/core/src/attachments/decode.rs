//! Reading manifests, piece by piece, with the errors of the Python package.

mod entry;

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use self::entry::Fields;
use super::text::lossy;
use super::value::{Lexer, Stop, Value};
use super::{Entry, Manifest, ManifestVersion};

/// The most bytes that an entry may have, and a value of the manifest.
pub const MAX_ENTRY: usize = 16 << 20;

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestError {
    /// It is not JSON, at this byte.
    Syntax(u64),
    /// It is JSON, and no object.
    NotAnObject,
    /// An entry or a value is longer than [`MAX_ENTRY`], at this byte.
    TooLong(u64),
    /// What the Python package says of it, or would.
    Invalid(String),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(at) => {
                write!(f, "the manifest is not JSON, at byte {at}")
            }
            Self::NotAnObject => f.write_str("the manifest is no JSON object"),
            Self::TooLong(at) => write!(
                f,
                "the manifest has a value of more than {MAX_ENTRY} bytes, at \
                 byte {at}"
            ),
            Self::Invalid(why) => f.write_str(why),
        }
    }
}

impl core::error::Error for ManifestError {}

/// What a manifest says beside its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    /// Its format.
    pub version: ManifestVersion,
    /// The sum of sizes that it states.
    pub total_size: i64,
    /// The hash of the manifest that it tells the changes of.
    pub parent: Option<String>,
}

/// Decodes a manifest that is all there.
///
/// # Errors
/// What is wrong with it.
pub fn decode(text: &[u8]) -> Result<Manifest, ManifestError> {
    let mut reader = ManifestReader::new();
    let mut entries = Vec::new();
    reader.read(text, &mut entries)?;
    let Properties { version, total_size, parent } = reader.finish()?;
    Ok(Manifest { version, entries, total_size, parent })
}

/// Reads a manifest piece by piece. Entries are handed out as they are read;
/// what is wrong with one of them is said at the end, as the Python package
/// does, which looks at the whole first.
#[derive(Debug, Default)]
pub struct ManifestReader {
    rest: Vec<u8>,
    /// How many bytes were dealt with.
    passed: u64,
    state: State,
    top: Top,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// Before a key, or the end.
    Key {
        begun: bool,
    },
    /// Within a list, before an item or the end.
    Items {
        list: List,
        begun: bool,
    },
    End,
}

/// The lists of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Paths,
    Directories,
    Files,
}

/// What the manifest says beside its entries.
#[derive(Debug, Default)]
struct Top {
    version: Option<Value>,
    specification: Option<Value>,
    algorithm: Option<Value>,
    total: Option<Value>,
    parent: Option<Value>,
    paths: Option<Listed>,
    directories: Option<Listed>,
    files: Option<Listed>,
    /// The directories of the index, in its order.
    index: Vec<Box<[u8]>>,
    /// What is wrong with the first bad entry.
    flaw: Option<String>,
    /// A hash that is none, of which the package only tells if all else is
    /// right.
    odd_hash: Option<String>,
    /// Something is there twice.
    twice: Option<String>,
    deleted_file: bool,
    deleted_directory: bool,
}

/// What stands where a list is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    List(u64),
    Something,
}

impl ManifestReader {
    /// Begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next piece, and appends the entries that it completes.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn read(
        &mut self,
        piece: &[u8],
        entries: &mut Vec<Entry>,
    ) -> Result<(), ManifestError> {
        self.rest.extend_from_slice(piece);
        self.proceed(false, entries)
    }

    /// Ends the manifest.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn finish(mut self) -> Result<Properties, ManifestError> {
        self.proceed(true, &mut Vec::new())?;
        if self.state != State::End {
            return Err(ManifestError::Syntax(self.passed));
        }
        self.top.check()
    }

    fn proceed(
        &mut self,
        whole: bool,
        entries: &mut Vec<Entry>,
    ) -> Result<(), ManifestError> {
        let text = core::mem::take(&mut self.rest);
        let mut lexer = Lexer::new(&text, whole);
        let mut done = 0;
        let stopped = loop {
            match self.step(&mut lexer, entries) {
                Ok(()) => {
                    done = lexer.at;
                    // Nothing but white space may follow.
                    if self.state == State::End {
                        match lexer.peek() {
                            None => break None,
                            Some(_) => break Some(lexer.at),
                        }
                    }
                }
                Err(Step::Stop(Stop::Incomplete)) => break None,
                Err(Step::Stop(Stop::Wrong(at))) => break Some(at),
                Err(Step::NotAnObject) => {
                    return Err(ManifestError::NotAnObject);
                }
            }
        };
        let place = |at: usize| self.passed.saturating_add(at as u64);
        if let Some(at) = stopped {
            return Err(ManifestError::Syntax(place(at)));
        }
        let rest = text.get(done..).unwrap_or_default();
        if rest.len() > MAX_ENTRY {
            return Err(ManifestError::TooLong(place(done)));
        }
        self.passed = place(done);
        self.rest = rest.to_vec();
        Ok(())
    }

    /// Reads on by a key, a value or an entry.
    fn step(
        &mut self,
        lexer: &mut Lexer<'_>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Step> {
        match self.state {
            State::Start => {
                if lexer.next()? != b'{' {
                    // It may still be no JSON at all.
                    lexer.value()?;
                    return Err(Step::NotAnObject);
                }
                lexer.take(b'{')?;
                self.state = State::Key { begun: false };
            }
            State::Key { mut begun } => {
                if !lexer.more(&mut begun, b'}')? {
                    self.state = State::End;
                    return Ok(());
                }
                let key = lexer.key()?;
                let list = match &*key {
                    b"paths" => Some(List::Paths),
                    b"dirs" => Some(List::Directories),
                    b"files" => Some(List::Files),
                    _ => None,
                };
                let is_list = list.is_some() && lexer.next()? == b'[';
                self.state = match list {
                    Some(list) if is_list => {
                        lexer.take(b'[')?;
                        self.top.begin(list, Listed::List(0));
                        State::Items { list, begun: false }
                    }
                    Some(list) => {
                        lexer.value()?;
                        self.top.begin(list, Listed::Something);
                        State::Key { begun }
                    }
                    None => {
                        let value = lexer.value()?;
                        self.top.set(&key, value);
                        State::Key { begun }
                    }
                };
            }
            State::Items { list, mut begun } => {
                if !lexer.more(&mut begun, b']')? {
                    self.state = State::Key { begun: true };
                    return Ok(());
                }
                let fields = match lexer.next()? {
                    b'{' => Some(Fields::read(lexer)?),
                    _ => {
                        lexer.value()?;
                        None
                    }
                };
                self.state = State::Items { list, begun };
                self.top.count(list);
                match fields {
                    Some(fields) => self.top.take(list, fields, entries),
                    None => {
                        self.top.flaw(|| "path must be an object".to_owned())
                    }
                }
            }
            State::End => {}
        }
        Ok(())
    }
}

enum Step {
    Stop(Stop),
    NotAnObject,
}

impl From<Stop> for Step {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Top {
    fn set(&mut self, key: &[u8], value: Value) {
        let place = match key {
            b"manifestVersion" => &mut self.version,
            b"specificationVersion" => &mut self.specification,
            b"hashAlg" => &mut self.algorithm,
            b"totalSize" => &mut self.total,
            b"parentManifestHash" => &mut self.parent,
            _ => return,
        };
        if place.replace(value).is_some() {
            self.twice.get_or_insert_with(|| lossy(key));
        }
    }

    fn begin(&mut self, list: List, listed: Listed) {
        let (place, name) = match list {
            List::Paths => (&mut self.paths, "paths"),
            List::Directories => (&mut self.directories, "dirs"),
            List::Files => (&mut self.files, "files"),
        };
        if place.replace(listed).is_some() {
            self.twice.get_or_insert_with(|| name.to_owned());
        }
    }

    fn count(&mut self, list: List) {
        let listed = match list {
            List::Paths => &mut self.paths,
            List::Directories => &mut self.directories,
            List::Files => &mut self.files,
        };
        if let Some(Listed::List(count)) = listed {
            *count = count.saturating_add(1);
        }
    }

    fn flaw(&mut self, why: impl FnOnce() -> String) {
        self.flaw.get_or_insert_with(why);
    }

    fn take(&mut self, list: List, fields: Fields, entries: &mut Vec<Entry>) {
        let taken = match list {
            List::Paths => fields.of_paths(&mut self.odd_hash),
            List::Directories => fields.of_directory(&mut self.index),
            List::Files => fields.of_file(&self.index, &mut self.odd_hash),
        };
        match taken {
            Ok(entry) => {
                match entry.kind {
                    super::EntryKind::Deleted => self.deleted_file = true,
                    super::EntryKind::DeletedDirectory => {
                        self.deleted_directory = true;
                    }
                    _ => {}
                }
                entries.push(entry);
            }
            Err(why) => self.flaw(|| why),
        }
    }

    /// What is wrong, in the order in which the Python package finds it.
    fn check(self) -> Result<Properties, ManifestError> {
        let invalid = |why: String| Err(ManifestError::Invalid(why));
        if let Some(name) = &self.twice {
            return invalid(format!("manifest has the field {name:?} twice"));
        }
        let Some(version) = &self.version else {
            if let Some(version) = &self.specification {
                return invalid(unknown(version));
            }
            return invalid(
                "Manifest is missing the required \"manifestVersion\" field"
                    .to_owned(),
            );
        };
        match version.text() {
            Some(b"2023-03-03") => self.check_2023(),
            Some(b"2025-12-04-beta") => self.check_2025(),
            _ => invalid(unknown(version)),
        }
    }

    fn check_2023(self) -> Result<Properties, ManifestError> {
        let there = [
            ("hashAlg", self.algorithm.is_some()),
            ("paths", self.paths.is_some()),
            ("totalSize", self.total.is_some()),
        ];
        let total = self.common(&there)?;
        let invalid = |why: &str| Err(ManifestError::Invalid(why.to_owned()));
        match self.paths {
            Some(Listed::List(0)) => {
                return invalid("paths must have a least one item");
            }
            Some(Listed::List(_)) => {}
            _ => return invalid("paths must be a list"),
        }
        if let Some(why) = self.flaw.or(self.odd_hash) {
            return Err(ManifestError::Invalid(why));
        }
        let version = ManifestVersion::V2023_03_03;
        if self.files.is_some() || self.directories.is_some() {
            // The package drops what it does not know; entries would come of
            // these.
            return invalid("manifest has files or dirs beside paths");
        }
        Ok(Properties { version, total_size: total, parent: None })
    }

    fn check_2025(self) -> Result<Properties, ManifestError> {
        let there = [
            ("hashAlg", self.algorithm.is_some()),
            ("dirs", self.directories.is_some()),
            ("files", self.files.is_some()),
            ("totalSize", self.total.is_some()),
        ];
        let total_size = self.common(&there)?;
        let invalid = |why: &str| Err(ManifestError::Invalid(why.to_owned()));
        if self.paths.is_some() {
            return invalid("manifest has paths beside files and dirs");
        }
        if !matches!(self.directories, Some(Listed::List(_))) {
            return invalid("dirs must be a list");
        }
        if !matches!(self.files, Some(Listed::List(_))) {
            return invalid("files must be a list");
        }
        let parent = match &self.parent {
            None => None,
            Some(Value::Text(hash)) => Some(lossy(hash)),
            Some(_) => return invalid("parentManifestHash must be a string"),
        };
        if let Some(why) = self.flaw {
            return Err(ManifestError::Invalid(why));
        }
        if parent.is_none() && self.deleted_file {
            return invalid("snapshot manifests cannot have file deletions");
        }
        if parent.is_none() && self.deleted_directory {
            return invalid(
                "snapshot manifests cannot have directory deletions",
            );
        }
        if let Some(why) = self.odd_hash {
            return Err(ManifestError::Invalid(why));
        }
        let version = ManifestVersion::V2025_12_04Beta;
        Ok(Properties { version, total_size, parent })
    }

    /// What both formats have: the sum of sizes.
    fn common(&self, there: &[(&str, bool)]) -> Result<i64, ManifestError> {
        let missing = there.iter().filter(|(_, there)| !there);
        let missing = list_of(missing.map(|(name, _)| *name));
        let why = if !missing.is_empty() {
            format!("manifest is missing required field(s) [{missing}]")
        } else if self.algorithm.as_ref().and_then(Value::text)
            != Some(b"xxh128")
        {
            "hashAlg must be one of {'xxh128'}".to_owned()
        } else {
            match &self.total {
                Some(Value::Huge) => "totalSize is beyond 64 bits".to_owned(),
                total => match total.as_ref().and_then(Value::integer) {
                    Some(total) => return Ok(total),
                    None => "totalSize must be an integer".to_owned(),
                },
            }
        };
        Err(ManifestError::Invalid(why))
    }
}

/// Names as Python prints a list of them.
fn list_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut list = String::new();
    for name in names {
        let comma = if list.is_empty() { "" } else { ", " };
        list.push_str(&format!("{comma}'{name}'"));
    }
    list
}

/// In the words of the Python package, which takes but one version.
fn unknown(version: &Value) -> String {
    let version = match version {
        Value::Text(text) => lossy(text),
        Value::Integer(number) => format!("{number}"),
        Value::Boolean(true) => "True".to_owned(),
        Value::Boolean(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        _ => "what is no text".to_owned(),
    };
    format!(
        "Unknown manifest version: {version} (Currently supported Manifest \
         versions: 2023-03-03)"
    )
}
