//! What holds of any bytes, and of files that were tampered with.

use proptest::prelude::*;
use sanchay_media::{Answer, Media, TEXT, inspect};
use sanchay_testkit::media::boxes::{Film, cr3, heif};
use sanchay_testkit::media::tiff::Order;
use sanchay_testkit::media::{
    Place, Shot, cr2, dng, jpeg, matroska, png, raf, raw, scan, webp,
};

use crate::read;

/// A file in one of the formats.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let shot = Shot::default();
    let keys = &[("com.apple.quicktime.make", "Apple")];
    let film = Film { keys, created: 5, ..Film::default() };
    prop::sample::select(vec![
        jpeg(&shot, Order::Big, 30_000),
        png(&shot, Place::Before, 100),
        png(&shot, Place::Behind, 40_000),
        webp(&shot, 20_000),
        scan(&shot, Order::Little),
        raw(&shot, Order::Big),
        dng(&shot, Order::Little),
        cr2(&shot),
        cr3(&shot),
        raf(&shot),
        heif(&shot, b"heic", 20_000),
        film.file(),
        Film { data: 50_000, tables: 300_000, ..film }.file(),
        matroska::film("webm", (640, 480), 100.0, 5),
    ])
}

/// Asserts what holds of whatever is told.
fn is_sound(media: Option<&Media>) {
    let Some(media) = media else { return };
    assert!(media.width != Some(0) && media.height != Some(0), "{media:?}");
    if let Some(camera) = &media.camera {
        assert!(!camera.is_empty() && camera.len() <= TEXT, "{camera:?}");
        assert!(!camera.chars().any(char::is_control), "{camera:?}");
    }
    if let Some(taken) = media.taken {
        assert!(taken.nanoseconds < 1_000_000_000, "{taken:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        is_sound(read(&bytes).0.as_ref());
    }

    #[test]
    fn a_file_that_was_tampered_with_is_read_to_an_end(
        mut file in files(),
        changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<u16>()),
    ) {
        for (at, byte) in changes {
            // What matters stands at the ends.
            let at = usize::from(at);
            let at = match at % 2 {
                0 => at / 2 % 600,
                _ => file.len().saturating_sub(1 + at / 2 % 600),
            };
            let last = file.len() - 1;
            file[at.min(last)] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(file.len() * usize::from(cut) / 65_535);
        }
        is_sound(read(&file).0.as_ref());
    }

    #[test]
    fn a_file_tells_the_same_whether_it_is_read_whole_or_in_parts(
        file in files(),
    ) {
        let (media, _, _) = read(&file);
        let whole = inspect(&[(0, &file)], file.len() as u64);
        prop_assert_eq!(whole, Answer::Told(media));
    }
}
