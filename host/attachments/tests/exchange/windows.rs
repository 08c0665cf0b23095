//! Jobs that were submitted on Windows.

use std::fs;

use sanchay_attachments::{
    Attachments, Conflict, ManifestProperties, OutputQuery, OutputRoots,
    PathFormat, SubmitOptions, Watch, download_outputs, output_manifests,
    session_directory,
};
use sanchay_objects::{StorageBackend as _, runtime};

use crate::farm::Farm;

#[test]
fn a_job_of_windows_goes_through_a_session_of_this_machine() {
    let farm = Farm::new();
    farm.write("project/sub/scene", b"scene");
    // The same inputs, as that machine would tell of them.
    let submitted =
        farm.submit(&[farm.path("project")], &SubmitOptions::default());
    let here = &submitted.unwrap().attachments.manifests[0];
    let root = br"C:\Users\temp".to_vec();
    let attachments = Attachments {
        manifests: vec![ManifestProperties {
            root_path: root.clone(),
            root_path_format: PathFormat::Windows,
            output_relative_directories: vec![br"renders\final".to_vec()],
            ..here.clone()
        }],
        ..Attachments::default()
    };
    let read = Attachments::parse(attachments.to_json().as_bytes()).unwrap();
    assert_eq!(read, attachments);
    let synced = farm.sync(&read);
    assert_eq!(synced.rules[0].format, PathFormat::Windows);
    assert_eq!(synced.rules[0].source, root);
    let directory = session_directory(&farm.path("session"), &root);
    assert!(directory.ends_with("assetroot-4db4e72f52a250a2a738"));
    assert!(directory.join("sub/scene").is_file());
    fs::create_dir_all(directory.join("renders/final")).unwrap();
    fs::write(directory.join("renders/final/f.exr"), "pixels").unwrap();
    let given = farm.give_back(&read, "action-1", 1.0);
    assert_eq!(given.files, [directory.join("renders/final/f.exr")]);
    let [key] = &*given.manifests else { panic!("one manifest") };
    assert!(
        key.ends_with("/1be958279f6c815646a055292ea6ad0d_output"),
        "{key}"
    );
    let found =
        runtime().block_on(farm.storage.get_described(key, 1 << 20)).unwrap();
    let expected = [("asset-root".to_owned(), r"C:\Users\temp".to_owned())];
    assert_eq!(found.metadata, expected);

    let query = OutputQuery { job_id: "job-1".into(), ..Default::default() };
    let watch = Watch::default();
    let manifests = output_manifests(
        &farm.client,
        &farm.location,
        &farm.place,
        &query,
        &watch,
    );
    let manifests = manifests.unwrap();
    assert_eq!(&*manifests[&root].entries[0].path, b"renders/final/f.exr");
    let fetch = |roots: &[(Vec<u8>, std::path::PathBuf)]| {
        download_outputs(
            &farm.client,
            &farm.location,
            &farm.place,
            &query,
            &OutputRoots { mapping: roots.to_vec(), ..OutputRoots::default() },
            Conflict::CreateCopy,
            &watch,
        )
    };
    let error = fetch(&[]).unwrap_err().to_string();
    assert!(error.contains(r"C:\\Users\\temp") || error.contains(r"C:\Users"));
    assert!(error.contains("map it"), "{error}");
    let done = fetch(&[(root, farm.path("got"))]).unwrap();
    assert_eq!(done.files, [farm.path("got/renders/final/f.exr")]);
}
