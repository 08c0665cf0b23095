//! Whatever the names, parsers that are not ours read them back from every
//! machine format.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    Kind,
    csv::Csv,
    json::Json,
    ndjson::Ndjson,
    tests::{TIME, files},
};

/// A path from a record's two fields.
fn path(text: Option<&str>, base64: Option<&str>) -> Vec<u8> {
    match (text, base64) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(base64)) => {
            let bytes = STANDARD.decode(base64).unwrap();
            assert!(str::from_utf8(&bytes).is_err());
            bytes
        }
        other => panic!("not one of two: {other:?}"),
    }
}

fn some_names() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let byte = || prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'a')];
    let name = || {
        prop_oneof![
            prop::collection::vec(byte(), 1..9),
            "\\PC{1,5}".prop_map(String::into_bytes),
        ]
    };
    let parent = prop_oneof![
        Just(Vec::new()),
        name().prop_map(|mut parent| {
            parent.push(b'/');
            parent
        }),
    ];
    prop::collection::vec((parent, name()), 0..8)
}

proptest! {
    #[test]
    fn every_machine_format_gives_every_path_back(names in some_names()) {
        let expected: Vec<Vec<u8>> =
            names.iter().map(|(a, b)| [&a[..], &b[..]].concat()).collect();
        let names: Vec<(&[u8], &[u8])> =
            names.iter().map(|(a, b)| (&a[..], &b[..])).collect();

        let lines = files(&Ndjson::new(Kind::Files, Columns::default()), &names);
        let lines = String::from_utf8(lines).unwrap();
        let objects: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let paths: Vec<Vec<u8>> = objects
            .iter()
            .map(|o| path(o["path"].as_str(), o["path_base64"].as_str()))
            .collect();
        prop_assert_eq!(&paths, &expected);
        for object in &objects {
            prop_assert_eq!(&object["size"], 1234);
            prop_assert_eq!(&object["modified"], TIME);
        }

        let array = [
            b"[".as_slice(),
            files(&Json::new(Kind::Files, Columns::default()), &names)
                .strip_prefix(b",\n".as_slice())
                .unwrap_or_default(),
            b"]",
        ]
        .concat();
        let array: Vec<Value> = serde_json::from_slice(&array).unwrap();
        prop_assert_eq!(&array, &objects);

        let rows = files(&Csv::new(Kind::Files, false, Columns::default()), &names);
        let paths: Vec<Vec<u8>> = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(rows.as_slice())
            .records()
            .map(|row| {
                let row = row.unwrap();
                assert_eq!((row.len(), &row[2], &row[3]), (4, "1234", TIME));
                let field = |i| Some(&row[i]).filter(|it| !it.is_empty());
                path(field(0), field(1))
            })
            .collect();
        prop_assert_eq!(&paths, &expected);
    }
}
