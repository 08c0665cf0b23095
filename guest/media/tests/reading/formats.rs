//! What each format tells, from files made for it.

use sanchay_media::{Media, Taken};
use sanchay_testkit::image;
use sanchay_testkit::media::boxes::{Film, cr3, heif};
use sanchay_testkit::media::tiff::{self, Field, Order};
use sanchay_testkit::media::{
    Place, Shot, avi, bmp, cr2, dng, flac, jpeg, matroska, png, raf, raw,
    scan, wave, webp,
};

use crate::{read, told};

/// 2024-05-17T13:30:05+02:00, a quarter of a second later.
const SHOT: Taken = Taken {
    seconds: 1_715_945_405,
    nanoseconds: 250_000_000,
    is_local: false,
};

/// 2024-05-17T13:30:05Z as films have it: in seconds since 1904.
const MADE: u64 = 1_715_952_605 + 2_082_844_800;
const FILMED: Taken =
    Taken { seconds: 1_715_952_605, nanoseconds: 0, is_local: false };

fn of_camera<'a>(make: &'a str, model: &'a str) -> Shot<'a> {
    Shot { camera: (make, model), ..Shot::default() }
}

#[test]
fn pictures_tell_when_and_with_what_they_were_taken() {
    let shot = Shot::default();
    let nikon = of_camera("NIKON CORPORATION", "NIKON D300");
    let sony = of_camera("SONY", "ILCE-7M3");
    let fuji = of_camera("FUJIFILM", "X-T3");
    let canon = "Canon EOS 5D Mark II";
    for (file, media_type, camera) in [
        (jpeg(&shot, Order::Big, 0), "image/jpeg", canon),
        (jpeg(&shot, Order::Little, 200_000), "image/jpeg", canon),
        (png(&shot, Place::Before, 100), "image/png", canon),
        (png(&shot, Place::Before, 300_000), "image/png", canon),
        (png(&shot, Place::Behind, 300_000), "image/png", canon),
        (webp(&shot, 100), "image/webp", canon),
        (webp(&shot, 200_001), "image/webp", canon),
        (scan(&shot, Order::Big), "image/tiff", canon),
        (heif(&shot, b"heic", 100), "image/heic", canon),
        (heif(&shot, b"heic", 300_000), "image/heic", canon),
        (heif(&shot, b"avif", 300_000), "image/avif", canon),
        (cr2(&shot), "image/x-canon-cr2", canon),
        (cr3(&shot), "image/x-canon-cr3", canon),
        (dng(&shot, Order::Little), "image/x-adobe-dng", canon),
        (raw(&nikon, Order::Big), "image/x-nikon-nef", "NIKON D300"),
        (raw(&sony, Order::Little), "image/x-sony-arw", "SONY ILCE-7M3"),
        (raf(&fuji), "image/x-fujifilm-raf", "FUJIFILM X-T3"),
    ] {
        let expected = Media {
            media_type,
            width: Some(640),
            height: Some(480),
            taken: Some(SHOT),
            camera: Some(camera.to_owned()),
            duration: None,
        };
        assert_eq!(told(&file), expected);
    }
}

#[test]
fn films_and_sounds_tell_how_long_they_are() {
    let (size, nanoseconds) = ((640, 480), 12_500_000_000);
    let made = 737_645_405_000_000_000;
    let mkv = |kind| matroska::film(kind, size, 12_500.0, made);
    let film = Film { created: MADE, size, ..Film::default() };
    let long = Film { is_long: true, brand: b"qt  ", ..film.clone() };
    let phone = Film { brand: b"3gp4", ..film.clone() };
    for (file, media_type, taken) in [
        (film.file(), "video/mp4", Some(FILMED)),
        (long.file(), "video/quicktime", Some(FILMED)),
        (phone.file(), "video/3gpp", Some(FILMED)),
        (mkv("matroska"), "video/x-matroska", Some(FILMED)),
        (mkv("webm"), "video/webm", Some(FILMED)),
        (avi(size, 250, 50_000), "video/x-msvideo", None),
    ] {
        let expected = Media {
            media_type,
            width: Some(640),
            height: Some(480),
            taken,
            camera: None,
            duration: Some(nanoseconds),
        };
        assert_eq!(told(&file), expected);
    }
    for (file, media_type) in [
        (wave(1_102_500, 88_200), "audio/x-wav"),
        (flac(551_250, 44_100), "audio/flac"),
    ] {
        let media = told(&file);
        assert_eq!((media.media_type, media.width), (media_type, None));
        assert_eq!(media.duration, Some(nanoseconds));
    }
}

#[test]
fn a_long_films_header_is_found_behind_it_and_read_in_parts() {
    let film = Film {
        brand: b"qt  ",
        created: 1,
        data: 400_000,
        tables: 3_000_000,
        keys: &[
            ("com.apple.quicktime.make", "Apple"),
            ("com.apple.quicktime.model", "iPhone 12"),
            ("com.apple.quicktime.creationdate", "2024-05-17T15:30:05+0200"),
        ],
        ..Film::default()
    };
    let (media, asked, seen) = read(&film.file());
    let media = media.unwrap();
    assert_eq!(media.taken, Some(FILMED));
    assert_eq!(media.camera.as_deref(), Some("Apple iPhone 12"));
    assert_eq!((media.width, media.height), (Some(1920), Some(1080)));
    assert!(asked <= 3 && seen < 64 << 10, "{asked} times, {seen} bytes");
}

#[test]
fn what_says_its_dimensions_first_is_read_no_further() {
    for (file, media_type) in [
        (image::gif(640, 480), "image/gif"),
        (bmp(640, -480), "image/bmp"),
        (image::webp_lossy(640, 480), "image/webp"),
        (image::webp_lossless(640, 480), "image/webp"),
        (image::jpeg(640, 480, &[]), "image/jpeg"),
    ] {
        let (media, asked, _) = read(&file);
        let media = media.unwrap();
        assert_eq!(media.media_type, media_type);
        assert_eq!((media.width, media.height), (Some(640), Some(480)));
        assert_eq!((media.taken, media.camera, asked), (None, None, 0));
    }
}

#[test]
fn of_several_times_the_first_that_the_calendar_has_counts() {
    let local = |seconds, nanoseconds| {
        Some(Taken { seconds, nanoseconds, is_local: true })
    };
    let none = Some("0000:00:00 00:00:00");
    let digitized = Some("2024:05:17 13:30:05");
    for (original, digitized, offset, taken) in [
        // Without an offset, the time is local; the fraction counts all the
        // same.
        (digitized, None, None, local(1_715_952_605, 250_000_000)),
        (digitized, none, Some("+02:00"), Some(SHOT)),
        // The offset and the fraction are those of another time.
        (none, digitized, Some("+02:00"), local(1_715_952_605, 0)),
        (None, digitized, None, local(1_715_952_605, 0)),
        // An offset that is none.
        (digitized, None, Some("   :  "), local(1_715_952_605, 250_000_000)),
        // When the file was changed is no time that it was taken.
        (None, None, None, None),
        (none, none, None, None),
        (Some("2024:13:01 00:00:00"), None, None, None),
    ] {
        let shot = Shot { original, digitized, offset, ..Shot::default() };
        for file in [
            jpeg(&shot, Order::Little, 0),
            scan(&shot, Order::Big),
            heif(&shot, b"heic", 10),
        ] {
            assert_eq!(told(&file).taken, taken, "{shot:?}");
        }
    }
}

#[test]
fn a_film_without_a_time_has_none() {
    assert_eq!(told(&Film::default().file()).taken, None);
    let wrong = [("com.apple.quicktime.creationdate", "yesterday")];
    let film = Film { keys: &wrong, ..Film::default() };
    assert_eq!(told(&film.file()).taken, None);
    // One that counts from 1970.
    let film = Film { created: 1_715_952_605, ..Film::default() };
    assert_eq!(told(&film.file()).taken, Some(FILMED));
}

#[test]
fn directories_that_lead_to_each_other_come_to_an_end() {
    // The second names itself as the next; its offset is known by trying.
    let reduced = || vec![(0xfe, Field::Long(1))];
    let mut file = tiff::file(Order::Little, b"", &[reduced(), reduced()]);
    let second = file.len() - 18;
    let end = file.len();
    file[end - 4..].copy_from_slice(&(second as u32).to_le_bytes());
    assert_eq!(told(&file).media_type, "image/tiff");
    // A directory of Exif that is the first one again.
    let again =
        vec![(0x8769, Field::Long(8)), (0x10f, Field::Text("A".into()))];
    let file = tiff::file(Order::Big, b"", &[again]);
    assert_eq!(told(&file).camera.as_deref(), Some("A"));
    let others = vec![(0x14a, Field::Longs(vec![8; 100]))];
    let file = tiff::file(Order::Big, b"", &[others]);
    assert_eq!(told(&file).media_type, "image/tiff");
}

#[test]
fn what_is_in_no_known_format_tells_nothing() {
    for file in [
        &b""[..],
        b"x",
        b"plain text, and more than a few bytes of it",
        b"RIFF\x04\0\0\0ABCD",
        b"II*",
        b"\0\0\0\x08free\0\0\0\0",
        b"%PDF-1.7",
    ] {
        assert_eq!(read(file), (None, 0, file.len() as u64));
    }
}

#[test]
fn what_is_damaged_tells_what_can_still_be_read() {
    let shot = Shot::default();
    let whole = jpeg(&shot, Order::Big, 0);
    let cut = &whole[..whole.len() - 20];
    let media = told(cut);
    assert_eq!(media.taken, Some(SHOT));
    // The frame is gone: what the camera wrote remains.
    assert_eq!((media.width, media.height), (Some(640), Some(480)));
    let cut = &png(&shot, Place::Before, 100)[..40];
    assert_eq!(told(cut).width, Some(640));
    assert_eq!(told(cut).taken, None);
}
