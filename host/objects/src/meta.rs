//! What is known of an object without its contents.

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
