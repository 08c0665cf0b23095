//! What must hold for any bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use sanchay_image_formats::{Damage, Format, Image};

use crate::{image, inspect, samples, seen};

/// Bytes as an attacker would choose them: half of them begin as an image.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop_oneof![
        Just(samples::png(5, 5)),
        Just(samples::jpeg(5, 5, &[])),
        Just(samples::gif(5, 5)),
        Just(samples::webp_lossy(5, 5)),
        Just(samples::webp_lossless(5, 5)),
        Just(samples::webp_extended(5, 5)),
        Just(vec![0xff, 0xd8]),
        Just(Vec::new()),
    ];
    let rest = prop_oneof![
        vec(any::<u8>(), 0..200),
        // Bytes of which markers are made, and small lengths.
        vec(
            prop::sample::select(b"\xff\xff\xe0\xc4\0\0\x01\x02".to_vec()),
            0..200
        ),
    ];
    (begin, any::<prop::sample::Index>(), rest).prop_map(
        |(mut begin, cut, rest)| {
            begin.truncate(cut.index(begin.len() + 1));
            begin.extend(rest);
            begin
        },
    )
}

/// The sound files of a format.
fn sound() -> impl Strategy<Value = (Vec<u8>, Image)> {
    (1..16384_u16, 1..16384_u16, vec(vec(any::<u8>(), 0..300), 0..4))
        .prop_flat_map(|(width, height, metadata)| {
            let segments: Vec<Vec<u8>> =
                metadata.iter().map(|it| samples::segment(0xe5, it)).collect();
            let segments: Vec<&[u8]> =
                segments.iter().map(Vec::as_slice).collect();
            let (w, h) = (u32::from(width), u32::from(height));
            let of = |file, format| Just((file, image(format, w, h)));
            prop_oneof![
                of(samples::png(w, h), Format::Png),
                of(samples::gif(width, height), Format::Gif),
                of(samples::jpeg(width, height, &segments), Format::Jpeg),
                of(samples::webp_lossy(width, height), Format::Webp),
                of(samples::webp_lossless(w, h), Format::Webp),
                of(samples::webp_extended(w, h), Format::Webp),
            ]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_have_an_answer_and_no_dimension_is_0(
        file in hostile(),
        more in prop_oneof![Just(0), any::<u64>()],
    ) {
        let size = (file.len() as u64).saturating_add(more);
        if let Ok(Some(found)) = inspect(&file, size) {
            prop_assert_ne!(found.width, Some(0));
            prop_assert_ne!(found.height, Some(0));
        }
    }

    #[test]
    fn sound_files_tell_their_dimensions((file, expected) in sound()) {
        prop_assert_eq!(seen(&file), Ok(Some(expected)));
    }

    #[test]
    fn a_file_that_breaks_off_never_tells_other_dimensions(
        (file, expected) in sound(),
        cut in any::<prop::sample::Index>(),
    ) {
        let head = &file[..cut.index(file.len())];
        match seen(head) {
            Ok(Some(found)) => prop_assert_eq!(found, expected),
            Ok(None) => prop_assert!(head.len() < 12),
            Err((format, damage)) => {
                prop_assert_eq!(format, expected.format);
                prop_assert_eq!(damage, Damage::Ends);
            }
        }
        // The same bytes as the head of a whole file are no damage.
        let found = inspect(head, file.len() as u64).unwrap();
        if let Some(found) = found {
            prop_assert!(found == expected || found.width.is_none());
        }
    }
}
