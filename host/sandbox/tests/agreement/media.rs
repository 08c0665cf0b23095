//! What the bundled extractor tells, and what its parser tells natively.

use sanchay_media::{Answer, HEAD, Media, inspect};
use sanchay_sandbox::plugin::{Plugin, Sample, Timestamp, Value};
use sanchay_testkit::media::boxes::{Film, cr3, heif};
use sanchay_testkit::media::tiff::Order;
use sanchay_testkit::media::{
    Place, Shot, dng, flac, jpeg, matroska, png, raf, raw, scan, webp,
};

/// What a file says of itself, natively.
fn natively(file: &[u8]) -> Option<Media> {
    let size = file.len() as u64;
    let head = &file[..file.len().min(HEAD as usize)];
    let mut pieces = vec![(0, head)];
    loop {
        match inspect(&pieces, size) {
            Answer::Told(media) => return media,
            Answer::More(ranges) => pieces.extend(ranges.iter().map(|it| {
                let from = usize::try_from(it.offset).unwrap();
                let length = usize::try_from(it.length).unwrap();
                (it.offset, &file[from..from + length])
            })),
        }
    }
}

/// The values of a file in the order of the extractor's columns.
fn row(media: Option<Media>) -> Vec<Option<Value>> {
    let Some(media) = media else { return vec![None; 7] };
    let number = |it: Option<u32>| it.map(|it| Value::Unsigned(it.into()));
    let time = media.taken.map(|it| {
        let (seconds, nanoseconds) = (it.seconds, it.nanoseconds);
        Value::Timestamp(Timestamp { seconds, nanoseconds })
    });
    vec![
        Some(Value::Text(media.media_type.into())),
        number(media.width),
        number(media.height),
        time,
        media.taken.map(|it| Value::Boolean(it.is_local)),
        media.camera.map(|it| Value::Text(it.into())),
        media.duration.map(Value::Unsigned),
    ]
}

#[test]
fn files_tell_the_same_natively_and_in_the_sandbox() {
    let mut extractor = Plugin::media().unwrap().extractor().unwrap();
    let shot = Shot::default();
    let local = Shot { offset: None, ..Shot::default() };
    let keys = &[("com.apple.quicktime.model", "iPhone")];
    let film = Film { keys, created: 5, ..Film::default() };
    let whole = [
        jpeg(&shot, Order::Big, 100_000),
        png(&local, Place::Before, 100),
        png(&shot, Place::Behind, 90_000),
        webp(&shot, 20_000),
        scan(&local, Order::Little),
        raw(&shot, Order::Big),
        dng(&shot, Order::Little),
        cr3(&shot),
        raf(&shot),
        heif(&shot, b"heic", 200_000),
        Film { data: 90_000, tables: 900_000, ..film }.file(),
        matroska::film("webm", (640, 480), 100.0, 5),
        flac(441_000, 44_100),
        b"something else".to_vec(),
        Vec::new(),
    ];
    for file in whole {
        // As it is, and cut short in several places.
        for parts in 1..=8 {
            let file = &file[..file.len() * parts / 8];
            let sample = Sample {
                directory: b"",
                name: b"a.jpg",
                size: file.len() as u64,
                modified: Timestamp::default(),
                mode: 0,
            };
            let mut source = |from: u64, wanted, out: &mut Vec<u8>| {
                let rest = &file[usize::try_from(from).unwrap()..];
                out.extend_from_slice(&rest[..rest.len().min(wanted)]);
                Ok(())
            };
            let mut values = Vec::new();
            extractor
                .extract(&sample, Some(&mut source), &mut values)
                .unwrap();
            assert_eq!(values, row(natively(file)));
        }
    }
}

#[test]
fn it_takes_files_by_their_names_and_wants_no_facts() {
    let plugin = Plugin::media().unwrap();
    assert_eq!(plugin.name(), "media");
    assert_eq!(plugin.facts(), Default::default());
    assert_eq!(plugin.selections().len(), 1);
}
