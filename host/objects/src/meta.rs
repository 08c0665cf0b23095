//! What is known of an object beside its contents.

use bytes::Bytes;

/// What is known of an object without its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub last_modified: chrono::DateTime<chrono::Utc>,
    /// What changes whenever the object is written anew, if the storage tells.
    /// It is no digest of the contents.
    pub etag: Option<String>,
    /// The type that it was stored with, if the storage keeps one. A listing
    /// does not tell it.
    pub content_type: Option<String>,
}

/// An object with all that is known of it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its contents.
    pub data: Bytes,
    /// What every storage knows of it.
    pub meta: ObjectMeta,
    /// The names, in lower case, and values that it was stored with.
    pub metadata: Vec<(String, String)>,
}
