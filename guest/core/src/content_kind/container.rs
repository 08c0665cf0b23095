//! Formats that hold several kinds of content: what tells them apart stands
//! inside.

use memchr::memmem;

use super::ContentKind;
use super::ContentKind::{Archive, Audio, Document, Image, Video};

/// The kind of what a container holds, if it is one.
pub(super) fn kind(head: &[u8]) -> Option<ContentKind> {
    match head {
        [b'R', b'I', b'F', b'F' | b'X', _, _, _, _, form @ ..]
        | [b'R', b'F', b'6', b'4', _, _, _, _, form @ ..] => riff(form),
        [b'F', b'O', b'R', b'M', _, _, _, _, form @ ..] => iff(form),
        [b'O', b'g', b'g', b'S', rest @ ..] => Some(ogg(rest)),
        [b'P', b'K', 3, 4, ..] => Some(zip(head)),
        // An empty one, and one in parts.
        [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Some(Archive),
        [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => {
            Some(base_media(brands))
        }
        // QuickTime of old, which begins with its data.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..] => Some(Video),
        _ => None,
    }
}

fn riff(form: &[u8]) -> Option<ContentKind> {
    match form.get(..4)? {
        b"WEBP" => Some(Image),
        b"WAVE" | b"RMID" => Some(Audio),
        b"AVI " => Some(Video),
        _ => None,
    }
}

fn iff(form: &[u8]) -> Option<ContentKind> {
    match form.get(..4)? {
        b"AIFF" | b"AIFC" | b"8SVX" => Some(Audio),
        b"ILBM" | b"PBM " => Some(Image),
        _ => None,
    }
}

/// Ogg: the first page tells the codec of the first stream.
fn ogg(page: &[u8]) -> ContentKind {
    let first = page.get(..64).unwrap_or(page);
    let has = |codec: &[u8]| memmem::find(first, codec).is_some();
    if has(b"\x80theora") || has(b"fishead\0") || has(b"BBCD\0") {
        Video
    } else {
        Audio
    }
}

/// ISO base media: the brands tell pictures and sound from video.
fn base_media(brands: &[u8]) -> ContentKind {
    match brands.get(..4) {
        Some(
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1"
            | b"msf1" | b"avif" | b"avis" | b"crx " | b"jp2 " | b"jpx "
            | b"jxl ",
        ) => Image,
        Some(b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B ") => Audio,
        _ => Video,
    }
}

/// ZIP: office files and e-books name their kind in the first entries.
fn zip(head: &[u8]) -> ContentKind {
    const NAME: usize = 30;
    let first = head.get(NAME..).unwrap_or_default();
    if first.starts_with(b"mimetype") {
        let told = first.get(..128).unwrap_or(first);
        let of = [
            &b"application/epub+zip"[..],
            b"application/vnd.oasis.opendocument",
            b"application/vnd.sun.xml",
        ];
        if of.iter().any(|it| memmem::find(told, it).is_some()) {
            return Document;
        }
    }
    let office = first.starts_with(b"[Content_Types].xml")
        || first.starts_with(b"_rels/.rels")
        || first.starts_with(b"docProps/")
        || [&b"word/"[..], b"xl/", b"ppt/"]
            .iter()
            .any(|it| first.starts_with(it));
    if office { Document } else { Archive }
}
