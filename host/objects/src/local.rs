//! Objects as files of a folder.

mod failure;
mod folder;
mod part;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::mpsc;

use self::folder::Folder;
use self::part::Part;
use crate::runtime::{blocking, joined};
use crate::{ObjectMeta, StorageBackend, StorageError, key, runtime};

/// The pieces in which a stream hands out an object, in bytes.
const PIECE: usize = 1 << 20;

/// Objects as files of a folder: the key `a/b` is the file `b` of the folder
/// `a` in it.
///
/// Nothing outside the folder is ever touched: files are opened relative to
/// its handle, and symbolic links in it are not followed; they are no objects.
/// Where files are, no object can be: while there is `a/b`, `a` is an invalid
/// key, and the other way round.
///
/// An object is written to a file of another name (in `.mithril/incoming`),
/// flushed to the disk, and renamed; then the folder is flushed. What a killed
/// process leaves there is removed by [`LocalStorage::remove_stale`], and by
/// the first put of each process if it is a day old.
#[derive(Clone)]
pub struct LocalStorage {
    folder: Arc<Folder>,
}

impl LocalStorage {
    /// Objects in this folder, which is created if there is none.
    ///
    /// # Errors
    /// Why it can be neither opened nor created.
    pub fn new(root: impl AsRef<Path>) -> Result<Self, StorageError> {
        let root = root.as_ref();
        std::fs::create_dir_all(root)
            .map_err(|error| failure::of_root(root, &error.into()))?;
        let folder = Arc::new(Folder::open(root)?);
        Ok(Self { folder })
    }

    /// Objects in a new temporary folder, which is removed with the last clone
    /// of this.
    ///
    /// # Errors
    /// Why it cannot be created.
    pub fn temp() -> Result<Self, StorageError> {
        let place = tempfile::Builder::new().prefix("mithril-").tempdir()?;
        let mut folder = Folder::open(place.path())?;
        folder.delete_with_last(place);
        Ok(Self { folder: Arc::new(folder) })
    }

    /// The folder, as it was given.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Whether a put waits until the object would survive a loss of power, as
    /// it does by default. Objects are written at once either way.
    ///
    /// This holds for the clones that are made of it from now on.
    #[must_use]
    pub fn durable(self, durable: bool) -> Self {
        Self { folder: Arc::new(self.folder.with_durability(durable)) }
    }

    /// Removes files that were being written and have not grown for this time:
    /// their writers were killed. Returns how many.
    ///
    /// # Errors
    /// Why they can be neither listed nor removed.
    pub async fn remove_stale(
        &self,
        age: Duration,
    ) -> Result<u64, StorageError> {
        self.with_folder(move |folder| folder.remove_stale(age)).await
    }

    /// Does what blocks with the folder.
    async fn with_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || work(&folder)).await
    }

    async fn with_key<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Folder, &str) -> Result<T, StorageError>
        + Send
        + 'static,
    ) -> Result<T, StorageError> {
        key::check(key)?;
        let key = key.to_owned();
        self.with_folder(move |folder| work(folder, &key)).await
    }
}

impl fmt::Debug for LocalStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalStorage").field(&self.root()).finish()
    }
}

#[async_trait]
impl StorageBackend for LocalStorage {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.with_key(key, Folder::read).await
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.get(key).await {
            Err(StorageError::NotFound(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        self.with_key(key, move |folder, key| {
            let mut part = folder.begin()?;
            part.write(key, &data)?;
            folder.finish(part, key)
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.with_key(key, Folder::delete).await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        match self.head(key).await {
            Err(StorageError::NotFound(_)) => Ok(false),
            found => found.map(|_| true),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check_prefix(prefix)?;
        let prefix = prefix.to_owned();
        self.with_folder(move |folder| {
            let mut keys = Vec::new();
            folder.list(&prefix, &mut |_, _, key| {
                keys.push(key);
                Ok(())
            })?;
            keys.sort_unstable();
            Ok(keys)
        })
        .await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.with_key(key, Folder::stat).await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        let object = self.with_key(key, Folder::open_object).await?;
        let object = Arc::new(object);
        let pieces = stream::try_unfold(0, move |offset| {
            let object = Arc::clone(&object);
            async move {
                let rest = object.size.saturating_sub(offset);
                if rest == 0 {
                    return Ok(None);
                }
                let end = offset + rest.min(PIECE as u64);
                let piece = blocking(move || object.read(offset..end)).await?;
                Ok(Some((piece, end)))
            }
        });
        Ok(pieces.boxed())
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.put_try_stream(key, stream.map(Ok).boxed()).await
    }

    async fn put_try_stream(
        &self,
        key: &str,
        mut stream: BoxStream<'_, io::Result<Bytes>>,
    ) -> Result<(), StorageError> {
        key::check(key)?;
        // The next piece is made while one is written.
        let (sender, receiver) = mpsc::channel(1);
        let folder = Arc::clone(&self.folder);
        let name = key.to_owned();
        let writer = runtime()
            .spawn_blocking(move || write_pieces(&folder, &name, receiver));
        let mut pieces = Gathered::default();
        while let Some(piece) = stream.next().await {
            let Some(piece) = pieces.add(piece?) else { continue };
            if sender.send(Message::Piece(piece)).await.is_err() {
                // The writer says why it has stopped.
                return joined(writer.await);
            }
        }
        let rest = pieces.take();
        if sender.send(Message::Piece(rest)).await.is_ok() {
            // Likewise.
            sender.send(Message::Finish).await.ok();
        }
        joined(writer.await)
    }

    async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        self.with_key(key, move |folder, key| {
            let object = folder.open_object(key)?;
            let size = object.size;
            object.read(crate::backend::range_within(key, range, size)?)
        })
        .await
    }

    async fn list_objects(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        key::check_prefix(prefix)?;
        let prefix = prefix.to_owned();
        let folder = Arc::clone(&self.folder);
        let (sender, receiver) = mpsc::channel(1024);
        let lister = runtime().spawn_blocking(move || {
            let listed = folder.list(&prefix, &mut |directory, name, key| {
                let Some(meta) = folder::meta_of(directory, name, key)? else {
                    return Ok(());
                };
                sender.blocking_send(Ok(meta)).map_err(|_| {
                    StorageError::Other("nobody listens".to_owned())
                })
            });
            if let Err(error) = listed {
                sender.blocking_send(Err(error)).ok();
            }
        });
        drop(lister);
        let received = stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|found| (found, receiver))
        });
        Ok(received.boxed())
    }

    async fn put_new(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<bool, StorageError> {
        self.with_key(key, move |folder, key| {
            if folder.stat(key).is_ok() {
                return Ok(false);
            }
            let mut part = folder.begin()?;
            part.write(key, &data)?;
            folder.finish_new(part, key)
        })
        .await
    }

    async fn delete_many(&self, keys: &[String]) -> Result<(), StorageError> {
        keys.iter().try_for_each(|key| key::check(key))?;
        let keys = keys.to_vec();
        self.with_folder(move |folder| {
            keys.iter().try_for_each(|key| match folder.delete(key) {
                Err(StorageError::NotFound(_)) => Ok(()),
                deleted => deleted,
            })
        })
        .await
    }
}

/// What the writer of a stream is told. If the channel closes before it is
/// told to finish, the stream was cut off.
enum Message {
    Piece(Bytes),
    Finish,
}

fn write_pieces(
    folder: &Folder,
    key: &str,
    mut receiver: mpsc::Receiver<Message>,
) -> Result<(), StorageError> {
    let mut part: Part = folder.begin()?;
    while let Some(message) = receiver.blocking_recv() {
        match message {
            Message::Piece(piece) => part.write(key, &piece)?,
            Message::Finish => return folder.finish(part, key),
        }
    }
    Err(StorageError::Other(format!("{key}: the stream was cut off")))
}

/// Small pieces, put together: handing over each would cost more than writing
/// it.
#[derive(Default)]
struct Gathered(BytesMut);

impl Gathered {
    /// Adds a piece. Returns what is to be written now.
    fn add(&mut self, piece: Bytes) -> Option<Bytes> {
        if self.0.is_empty() && piece.len() >= PIECE {
            return Some(piece);
        }
        self.0.extend_from_slice(&piece);
        (self.0.len() >= PIECE).then(|| self.take())
    }

    fn take(&mut self) -> Bytes {
        self.0.split().freeze()
    }
}
