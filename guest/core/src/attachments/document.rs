//! The attachments of a job as the service has them: JSON.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::canonical::write_string;
use super::path::PathFormat;
use super::text::lossy;
use super::value::{Lexer, Stop, Value};

/// Why a text is no attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError(String);

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "these are no attachments: {}", self.0)
    }
}

impl core::error::Error for DocumentError {}

impl From<Stop> for DocumentError {
    fn from(stop: Stop) -> Self {
        Self(match stop {
            Stop::Wrong(at) => format!("not the JSON expected, at byte {at}"),
            Stop::Incomplete => "the JSON is cut".to_owned(),
        })
    }
}

/// The attachments of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachments {
    /// One for each root.
    pub manifests: Vec<ManifestProperties>,
    /// `COPIED` or `VIRTUAL`.
    pub file_system: String,
}

impl Default for Attachments {
    fn default() -> Self {
        Self { manifests: Vec::new(), file_system: "COPIED".to_owned() }
    }
}

/// What a job has beneath a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestProperties {
    /// The path of the root where the job was submitted.
    pub root_path: Vec<u8>,
    /// The location of the storage profile that it is in.
    pub file_system_location_name: Option<Vec<u8>>,
    /// Whose rules hold for that path.
    pub root_path_format: PathFormat,
    /// The manifest's key, beneath the prefix of manifests.
    pub input_manifest_path: Option<String>,
    /// The hash of the manifest's text.
    pub input_manifest_hash: Option<String>,
    /// Directories of outputs, relative to the root.
    pub output_relative_directories: Vec<Vec<u8>>,
}

impl Attachments {
    /// Reads JSON. What is not known is passed over.
    ///
    /// # Errors
    /// It is no JSON, or not of this form.
    pub fn parse(json: &[u8]) -> Result<Self, DocumentError> {
        let mut lexer = Lexer::new(json, true);
        let mut attachments = Self::default();
        let mut begun = false;
        lexer.take(b'{')?;
        while lexer.more(&mut begun, b'}')? {
            match &*lexer.key()? {
                b"manifests" => {
                    let mut items = false;
                    lexer.take(b'[')?;
                    while lexer.more(&mut items, b']')? {
                        let read = ManifestProperties::read(&mut lexer)?;
                        attachments.manifests.push(read);
                    }
                }
                b"fileSystem" => {
                    let text = lossy(&lexer.string()?);
                    if !matches!(&*text, "COPIED" | "VIRTUAL") {
                        let why = "fileSystem is neither COPIED nor VIRTUAL";
                        return Err(DocumentError(why.to_owned()));
                    }
                    attachments.file_system = text;
                }
                _ => drop(lexer.value()?),
            }
        }
        match lexer.peek() {
            None => Ok(attachments),
            Some(_) => Err(Stop::Wrong(lexer.at).into()),
        }
    }

    /// Its JSON, as Python's `json.dumps` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = b"{\"manifests\": [".to_vec();
        for (number, manifest) in self.manifests.iter().enumerate() {
            if number > 0 {
                out.extend_from_slice(b", ");
            }
            manifest.write(&mut out);
        }
        out.extend_from_slice(b"], \"fileSystem\": ");
        write_string(self.file_system.as_bytes(), &mut out);
        out.push(b'}');
        // It is ASCII.
        lossy(&out)
    }
}

impl ManifestProperties {
    fn read(lexer: &mut Lexer<'_>) -> Result<Self, DocumentError> {
        let (mut root, mut format) = (None, None);
        let mut properties = Self::default();
        let mut begun = false;
        lexer.take(b'{')?;
        while lexer.more(&mut begun, b'}')? {
            let key = lexer.key()?;
            let optional = |value| match value {
                Value::Text(text) => Ok(Some(text)),
                Value::Null => Ok(None),
                _ => Err(DocumentError(format!(
                    "{} must be a string",
                    lossy(&key)
                ))),
            };
            match &*key {
                b"rootPath" => root = optional(lexer.value()?)?,
                b"rootPathFormat" => {
                    let text = lossy(&lexer.string()?);
                    let read = text.parse().map_err(DocumentError)?;
                    format = Some(read);
                }
                b"fileSystemLocationName" => {
                    properties.file_system_location_name =
                        optional(lexer.value()?)?;
                }
                b"inputManifestPath" => {
                    let path = optional(lexer.value()?)?;
                    properties.input_manifest_path =
                        path.map(|path| lossy(&path));
                }
                b"inputManifestHash" => {
                    let hash = optional(lexer.value()?)?;
                    properties.input_manifest_hash =
                        hash.map(|hash| lossy(&hash));
                }
                b"outputRelativeDirectories" => {
                    if lexer.next()? != b'[' {
                        optional(lexer.value()?)?;
                        continue;
                    }
                    lexer.take(b'[')?;
                    let mut items = false;
                    while lexer.more(&mut items, b']')? {
                        let directory = lexer.string()?;
                        properties.output_relative_directories.push(directory);
                    }
                }
                _ => drop(lexer.value()?),
            }
        }
        let missing = |name| DocumentError(format!("{name} is missing"));
        properties.root_path = root.ok_or_else(|| missing("rootPath"))?;
        properties.root_path_format =
            format.ok_or_else(|| missing("rootPathFormat"))?;
        Ok(properties)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"rootPath\": ");
        write_string(&self.root_path, out);
        let mut member = |name: &str, value: Option<&[u8]>| {
            let Some(value) = value.filter(|it| !it.is_empty()) else {
                return;
            };
            out.extend_from_slice(b", \"");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\": ");
            write_string(value, out);
        };
        let location = self.file_system_location_name.as_deref();
        member("fileSystemLocationName", location);
        let format = self.root_path_format.name();
        member("rootPathFormat", Some(format.as_bytes()));
        let path = self.input_manifest_path.as_deref();
        member("inputManifestPath", path.map(str::as_bytes));
        let hash = self.input_manifest_hash.as_deref();
        member("inputManifestHash", hash.map(str::as_bytes));
        if let [first, rest @ ..] = &*self.output_relative_directories {
            out.extend_from_slice(b", \"outputRelativeDirectories\": [");
            write_string(first, out);
            for directory in rest {
                out.extend_from_slice(b", ");
                write_string(directory, out);
            }
            out.push(b']');
        }
        out.push(b'}');
    }
}
