//! What others do meanwhile: tasks that exchange directories, buckets that
//! tell of roots, sizes and names as they like.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use sanchay::{Content, DigestCache, Engine, FileKey};
use sanchay_attachments::{
    AttachmentError, Attachments, Client, Conflict, Downloaded, OutputPath,
    OutputQuery, OutputRoots, SubmitOptions, SyncOptions, UploadOptions,
    Watch, create_manifest, download_manifest, download_outputs,
    output_manifests, session_directory, submit, sync_inputs, sync_outputs,
    upload_manifest_contents,
};
use sanchay_objects::{
    Described, MemoryStorage, ObjectMeta, StorageBackend, StorageError,
    runtime,
};

use crate::farm::{Farm, HELLO, hello};

/// Puts a link to `outside` in place of the one of two directories whose file
/// is not asked about first: each has a file `key`.
struct Meddler {
    directories: [PathBuf; 2],
    outside: PathBuf,
    done: AtomicBool,
}

impl DigestCache for Meddler {
    fn get(&self, key: &FileKey) -> Option<Content> {
        if !self.done.swap(true, Relaxed) {
            let is_it = |path: &PathBuf| {
                let metadata = fs::metadata(path.join("key")).unwrap();
                metadata.ino() == key.id.inode
            };
            let other = self.directories.iter().find(|it| !is_it(it));
            let other = other.unwrap();
            fs::rename(other, other.with_extension("was")).unwrap();
            symlink(&self.outside, other).unwrap();
        }
        None
    }

    fn put(&self, _: &FileKey, _: &Content) {}
}

impl Meddler {
    fn new(farm: &Farm, folder: &Path) -> Arc<Self> {
        for name in ["p", "q"] {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("key"), name).unwrap();
        }
        farm.write("outside/key", b"secret");
        Arc::new(Self {
            directories: [folder.join("p"), folder.join("q")],
            outside: farm.path("outside"),
            done: AtomicBool::new(false),
        })
    }
}

/// Whether any object has the content of the file outside.
fn has_leaked(farm: &Farm) -> bool {
    let keys = farm.keys("");
    let mut contents = keys
        .iter()
        .map(|key| runtime().block_on(farm.storage.get(key)).unwrap());
    contents.any(|content| content == "secret")
}

/// A job with the root `project`, and the directory of that in a session.
fn synced(farm: &Farm) -> (Attachments, PathBuf) {
    farm.write("project/scene", b"scene");
    let inputs = [farm.path("project")];
    let submitted = farm.submit(&inputs, &SubmitOptions::default()).unwrap();
    farm.sync(&submitted.attachments);
    let root = farm.path("project");
    let root = root.to_str().unwrap().as_bytes();
    let directory = session_directory(&farm.path("session"), root);
    (submitted.attachments, directory)
}

#[test]
fn outputs_behind_a_link_that_was_put_in_the_way_are_not_uploaded() {
    let farm = Farm::new();
    let (attachments, directory) = synced(&farm);
    let meddler = Meddler::new(&farm, &directory.join("renders"));
    let engine = Engine::builder().threads(1).build().unwrap();
    let output = OutputPath {
        job_id: "job-1".to_owned(),
        step_id: "step-1".to_owned(),
        task_id: None,
        session_action_id: "action-1".to_owned(),
        timestamp: 1.0,
    };
    let cache = Some(Arc::clone(&meddler) as Arc<dyn DigestCache>);
    let done = sync_outputs(
        &engine,
        &farm.client,
        &farm.location,
        &farm.place,
        &output,
        &attachments,
        &farm.path("session"),
        &SyncOptions { cache, ..SyncOptions::default() },
        &Watch::default(),
    );
    assert!(!has_leaked(&farm));
    // On some file systems no cache is asked.
    if meddler.done.load(Relaxed) {
        let error = done.unwrap_err().to_string();
        assert!(error.contains("a symbolic link is in the way"), "{error}");
    }
    // A link that stands there leads nowhere, either.
    farm.try_give_back(&attachments, "action-2", 2.0).unwrap();
    assert!(!has_leaked(&farm));
}

#[test]
fn inputs_behind_a_link_that_was_put_in_the_way_are_not_uploaded() {
    let farm = Farm::new();
    let meddler = Meddler::new(&farm, &farm.path("project"));
    let engine = Engine::builder().threads(1).build().unwrap();
    let cache = Some(Arc::clone(&meddler) as Arc<dyn DigestCache>);
    let assets = sanchay_attachments::Assets {
        inputs: vec![farm.path("project")],
        ..Default::default()
    };
    let done = submit(
        &engine,
        &farm.client,
        &farm.location,
        &farm.place,
        &assets,
        &SubmitOptions { cache, ..SubmitOptions::default() },
        &Watch::default(),
    );
    assert!(!has_leaked(&farm));
    if meddler.done.load(Relaxed) {
        let error = done.map(drop).unwrap_err().to_string();
        assert!(error.contains("a symbolic link is in the way"), "{error}");
    }
}

#[test]
fn contents_of_a_manifest_are_not_uploaded_through_links_unless_told_to() {
    let farm = Farm::new();
    farm.write("p/d/a", b"hello world");
    let (root, watch) = (farm.path("p"), Watch::default());
    let options = sanchay_attachments::SnapshotOptions::default();
    let (manifest, _) =
        create_manifest(&farm.engine, &root, &options, &watch).unwrap();
    fs::rename(farm.path("p/d"), farm.path("else")).unwrap();
    symlink(farm.path("else"), farm.path("p/d")).unwrap();
    let upload = |follow| {
        let options = UploadOptions { follow, ..UploadOptions::default() };
        upload_manifest_contents(
            &farm.client,
            &farm.location,
            &manifest,
            &root,
            &options,
            &watch,
        )
    };
    let error = upload(false).unwrap_err().to_string();
    assert!(error.contains("a symbolic link is in the way"), "{error}");
    assert_eq!(farm.keys(""), [""; 0]);
    upload(true).unwrap();
    assert_eq!(farm.keys(""), [HELLO]);
}

#[test]
fn a_session_writes_through_no_link_that_a_task_made_in_it() {
    let farm = Farm::new();
    let (attachments, directory) = synced(&farm);
    // In place of the directory of a root.
    fs::create_dir(farm.path("home")).unwrap();
    fs::remove_dir_all(&directory).unwrap();
    symlink(farm.path("home"), &directory).unwrap();
    let error = sync_inputs(
        &farm.client,
        &farm.location,
        &attachments,
        &farm.path("session"),
        &SyncOptions::default(),
        &Watch::default(),
    );
    let error = error.map(drop).unwrap_err().to_string();
    assert!(error.contains("a symbolic link is in the way"), "{error}");
    assert_eq!(fs::read_dir(farm.path("home")).unwrap().count(), 0);
    fs::remove_file(&directory).unwrap();
    // In place of what the session knows.
    let mine = farm.write("home/mine", b"mine");
    let known = farm.path("session/.sanchay-session");
    fs::remove_file(&known).unwrap();
    for name in [".sanchay-session.part", ".sanchay-session"] {
        symlink(&mine, farm.path("session").join(name)).unwrap();
    }
    let error = farm.try_give_back(&attachments, "action-1", 1.0);
    error.map(drop).unwrap_err();
    fs::remove_file(&known).unwrap();
    farm.sync(&attachments);
    assert_eq!(fs::read(&mine).unwrap(), b"mine");
    assert!(fs::symlink_metadata(&known).unwrap().is_file());
}

/// Puts a manifest of outputs, of the file `authorized_keys`, that names a
/// root.
fn put_outputs(farm: &Farm, root: &str) {
    let key = "Root/Manifests/farm-1/queue-1/job-1/step-1/task-1/\
               2023-01-01T00:00:00.000000Z_a-1/x_output";
    let text = Bytes::from(hello("\"authorized_keys\"", 11));
    let metadata = [("asset-root".to_owned(), root.to_owned())];
    let put = farm.storage.put_described(key, text, &metadata);
    runtime().block_on(put).unwrap();
}

fn fetch(
    farm: &Farm,
    client: &Client,
    roots: &OutputRoots,
) -> Result<Downloaded, AttachmentError> {
    let query = OutputQuery { job_id: "job-1".into(), ..Default::default() };
    download_outputs(
        client,
        &farm.location,
        &farm.place,
        &query,
        roots,
        Conflict::CreateCopy,
        &Watch::default(),
    )
}

#[test]
fn outputs_are_not_written_to_a_root_that_only_they_name() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    let home = farm.path("home/.ssh");
    put_outputs(&farm, home.to_str().unwrap());
    let none = OutputRoots::default();
    let error = fetch(&farm, &farm.client, &none).unwrap_err().to_string();
    assert!(error.contains("/home/.ssh, and nothing else does"), "{error}");
    // Those of another job do not help.
    let attachments = synced(&farm).0;
    let other = OutputRoots::of(&attachments);
    fetch(&farm, &farm.client, &other).unwrap_err();
    assert!(!farm.path("home").exists());
    let into = farm.path("into");
    let told = OutputRoots { into: Some(into.clone()), ..other };
    let done = fetch(&farm, &farm.client, &told).unwrap();
    assert_eq!(done.files, [into.join("authorized_keys")]);
    assert!(!farm.path("home").exists());
    // Told of the root, it would not be used.
    let mapping = vec![
        (home.to_str().unwrap().as_bytes().to_vec(), farm.path("mapped")),
        (b"/none".to_vec(), farm.path("none")),
    ];
    let mapped = OutputRoots { mapping: mapping.clone(), ..told };
    let error = fetch(&farm, &farm.client, &mapped).unwrap_err().to_string();
    assert!(error.contains("no outputs are left to go to"), "{error}");
    assert!(!farm.path("mapped").exists());
    let mapped = OutputRoots { mapping, ..OutputRoots::default() };
    let done = fetch(&farm, &farm.client, &mapped).unwrap();
    assert_eq!(done.files, [farm.path("mapped/authorized_keys")]);
    assert_eq!(done.unused, [b"/none".to_vec()]);
    let trusted = OutputRoots { trusted: true, ..none };
    let done = fetch(&farm, &farm.client, &trusted).unwrap();
    assert_eq!(done.files, [home.join("authorized_keys")]);
    // One that leads elsewhere is no root, whoever is trusted.
    let odd = farm.path("a/../../odd");
    put_outputs(&farm, odd.to_str().unwrap());
    let error = fetch(&farm, &farm.client, &trusted).unwrap_err();
    assert!(error.to_string().contains("leads through . or .."), "{error}");
    assert!(!farm.path("a").exists() && !farm.path("odd").exists());
}

/// A bucket whose listings tell other sizes than objects have.
#[derive(Clone)]
struct Lying(MemoryStorage);

#[async_trait]
impl StorageBackend for Lying {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.0.get(key).await
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        self.0.get_opt(key).await
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        self.0.put(key, data).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.0.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        self.0.exists(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.0.list(prefix).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.0.head(key).await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        self.0.get_stream(key).await
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.0.put_stream(key, stream).await
    }

    async fn list_objects(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        let listing = self.0.list_objects(prefix).await?;
        let told = listing.map(|found| {
            found.map(|found| ObjectMeta {
                size: if found.key.contains("/vast/") { 5 << 30 } else { 9 },
                ..found
            })
        });
        Ok(told.boxed())
    }

    async fn get_described(
        &self,
        key: &str,
        most: u64,
    ) -> Result<Described, StorageError> {
        self.0.get_described(key, most).await
    }
}

#[test]
fn of_a_manifest_no_more_is_read_than_the_listing_tells() {
    let farm = Farm::new();
    put_outputs(&farm, "/x");
    let lying = Client::of(Arc::new(Lying(farm.storage.clone())));
    let trusted = OutputRoots { trusted: true, ..OutputRoots::default() };
    let error = fetch(&farm, &lying, &trusted).unwrap_err().to_string();
    assert!(error.contains("more than 9 are not read"), "{error}");
    // Nor are manifests read that are longer than any.
    farm.put(
        "Root/Manifests/farm-1/queue-1/job-1/vast/task-1/1_a/x_output",
        b"x",
    );
    let error = fetch(&farm, &lying, &trusted).unwrap_err().to_string();
    assert!(error.contains("5368709120 bytes: more than"), "{error}");
}

#[test]
fn no_message_repeats_what_a_terminal_would_obey() {
    let farm = Farm::new();
    farm.put(HELLO, b"hello world");
    let red = "\u{9b}31m\u{202e}";
    let mut said = Vec::new();
    let mut fails = |done: Result<(), AttachmentError>| {
        said.push(done.unwrap_err().to_string());
    };
    for path in ["\"../\\u001b[31mred\"", "\"a\\u009b\\u0000\""] {
        let text = hello(path, 11);
        fails(farm.load(&text, "r", Conflict::Skip).map(drop));
    }
    let hash = "df8d09e93f874900a99b8775cc15b6c7";
    for (was, is) in [(hash, "\\u001b[31m"), ("2023-03-03", "\\u001b[31m")] {
        let text = String::from_utf8(hello("\"a\"", 11)).unwrap();
        let text = text.replace(was, is);
        let done = farm.load(text.as_bytes(), "r", Conflict::Skip);
        fails(done.map(drop));
    }
    let text = hello("\"a\"", 11);
    let key = format!("farm-1/queue-1/job-1/{red}/1_a/{red}_output");
    farm.put(&format!("Root/Manifests/{key}"), &text);
    let query = OutputQuery { job_id: "job-1".into(), ..Default::default() };
    let watch = Watch::default();
    fails(
        output_manifests(
            &farm.client,
            &farm.location,
            &farm.place,
            &query,
            &watch,
        )
        .map(drop),
    );
    for (path, hash) in [(&*key, Some("\u{1b}[31m")), (red, None)] {
        let done = download_manifest(
            &farm.client,
            &farm.location,
            path,
            hash,
            &watch,
        );
        fails(done.map(drop));
    }
    put_outputs(&farm, &format!("/{red}"));
    runtime()
        .block_on(farm.storage.delete(&format!("Root/Manifests/{key}")))
        .unwrap();
    fails(fetch(&farm, &farm.client, &OutputRoots::default()).map(drop));
    assert_eq!(said.len(), 8);
    for message in said {
        let obeyed = message.chars().find(|it| {
            sanchay::is_terminal_control(*it) && *it != '\n' && *it != '\t'
        });
        assert_eq!(obeyed, None, "{message:?}");
    }
}
