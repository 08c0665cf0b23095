//! Published magic numbers, what is text, and any bytes at all.

use proptest::prelude::*;

use super::ContentKind::{
    self, Archive, Audio, Document, Empty, Executable, Image, Other, Text,
    Video,
};
use super::{HEAD, classify};
use crate::batch::Batch;

#[track_caller]
fn all(kind: ContentKind, heads: &[&[u8]]) {
    for head in heads {
        assert_eq!(ContentKind::of(head), kind, "{}", head.escape_ascii());
    }
}

/// Bytes at a place, with zeros before them and behind.
fn at(place: usize, bytes: &[u8], length: usize) -> Vec<u8> {
    let mut head = vec![0; length];
    head[place..place + bytes.len()].copy_from_slice(bytes);
    head
}

#[test]
fn no_bytes_are_empty() {
    all(Empty, &[b""]);
}

#[test]
fn images_are_known() {
    all(
        Image,
        &[
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
            b"\xff\xd8\xff\xe1\0\x10Exif\0",
            b"GIF87a",
            b"GIF89a\x01\0",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            b"II*\0\x08\0\0\0",
            b"MM\0*\0\0\0\x08",
            b"MM\0+\0\x08\0\0",
            b"FUJIFILMCCD-RAW 0201FF383501",
            b"IIRO\x08\0\0\0",
            b"IIU\0\x18\0\0\0",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"\0\0\0\x1cftypavif\0\0\0\0",
            b"\0\0\0\x18ftypcrx \0\0\0\x01",
            b"8BPS\0\x01",
            b"gimp xcf v011\0",
            b"qoif\0\0",
            b"\xff\x0a\xfa\x7f",
            b"\0\0\0\x0cJXL \r\n\x87\n",
            b"\0\0\0\x0cjP  \r\n\x87\n\0\0",
            b"v/1\x01\x02\0\0\0",
            b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n",
            b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0",
            b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<?xml version='1.0'?>\n<!-- a --><svg>",
            b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a \"b\">]>\n<svg:svg>",
        ],
    );
}

#[test]
fn video_is_known() {
    let stream: Vec<u8> = (0..4).flat_map(|_| at(0, b"G", 188)).collect();
    let timed: Vec<u8> = (0..4).flat_map(|_| at(4, b"G", 192)).collect();
    all(
        Video,
        &[
            b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81",
            b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
            b"\0\0\0\x08mdat",
            b"RIFF\0\0\0\0AVI LIST",
            b"FLV\x01\x05\0\0\0\x09",
            b"\0\0\x01\xba\x44\0",
            b"\0\0\x01\xb3\x14\0",
            b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0abcd\x01\x2a\x80theora",
            &stream,
            &timed,
        ],
    );
}

#[test]
fn audio_is_known() {
    all(
        Audio,
        &[
            b"ID3\x04\0\0\0\0",
            b"\xff\xfb\x90\x64\0\0",
            b"\xff\xf3\x40\xc0",
            b"\xff\xf1\x50\x80\x02",
            b"fLaC\0\0\0\x22",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"RF64\xff\xff\xff\xffWAVEds64",
            b"FORM\0\0\0\x2eAIFFCOMM",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0abcd\x01\x1e\x01vorbis",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0abcd\x01\x13OpusHead",
            b"\0\0\0\x20ftypM4A \0\0\0\0",
            b"MThd\0\0\0\x06",
            b"wvpk\x20\0\0\0",
            b"MAC \x96\x0f",
        ],
    );
}

#[test]
fn archives_are_known() {
    let tar = at(257, b"ustar\x0000", 512);
    all(
        Archive,
        &[
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
            b"BZh91AY&SY",
            b"\xfd7zXZ\0\0\x04",
            b"\x28\xb5\x2f\xfd\x04\x58",
            b"\x50\x2a\x4d\x18\x04\0\0\0",
            b"\x04\x22\x4d\x18\x64\x40",
            b"LZIP\x01\x0c",
            b"7z\xbc\xaf\x27\x1c\0\x04",
            b"Rar!\x1a\x07\0",
            b"Rar!\x1a\x07\x01\0",
            b"PK\x03\x04\x14\0\0\0\x08\0abcdabcdabcdabcd\x05\0\0\0a.txt",
            b"PK\x05\x06\0\0\0\0",
            b"!<arch>\ndebian-binary   ",
            b"070701000003E8",
            b"MSCF\0\0\0\0\x2c\x01",
            b"\xed\xab\xee\xdb\x03\0",
            b"xar!\0\x1c\0\x01",
            b"hsqs\x07\0\0\0",
            &tar,
        ],
    );
}

#[test]
fn documents_are_known() {
    let mobi = at(60, b"BOOKMOBI", 96);
    let zip = |first: &[u8]| {
        let mut head = b"PK\x03\x04\x14\0\0\0\0\0abcdabcdabcdabcd".to_vec();
        head.extend_from_slice(b"\x08\0\0\0");
        head.extend_from_slice(first);
        head
    };
    let epub = zip(b"mimetypeapplication/epub+zipPK\x03\x04");
    let odt = zip(b"mimetypeapplication/vnd.oasis.opendocument.text");
    let docx = zip(b"[Content_Types].xml");
    let xlsx = zip(b"_rels/.rels");
    all(
        Document,
        &[
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
            b"\xef\xbb\xbf%PDF-1.4",
            b"\0\0junk%PDF-1.4",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
            b"{\\rtf1\\ansi",
            b"%!PS-Adobe-3.0\n",
            b"AT&TFORM\0\0\0\0DJVU",
            b"ITSF\x03\0\0\0\x60",
            &mobi,
            &epub,
            &odt,
            &docx,
            &xlsx,
        ],
    );
    // Another archive whose first entry is called so.
    let other = zip(b"mimetypetext/plain");
    all(Archive, &[&other]);
}

#[test]
fn executables_are_known() {
    let mut pe = at(0, b"MZ\x90\0\x03", 256);
    pe[0x3c] = 0x80;
    pe[0x80..0x84].copy_from_slice(b"PE\0\0");
    all(
        Executable,
        &[
            b"\x7fELF\x02\x01\x01\0",
            b"\0asm\x01\0\0\0",
            b"\0asm\x0d\0\x01\0",
            b"\xcf\xfa\xed\xfe\x07\0\0\x01",
            b"\xca\xfe\xba\xbe\0\0\0\x41",
            b"dex\n035\0",
            b"BC\xc0\xde\x35\x14",
            &pe,
        ],
    );
}

#[test]
fn text_is_what_has_no_controls() {
    let mut long = "é".repeat(HEAD).into_bytes();
    long.truncate(HEAD - 1);
    long.insert(0, b'a');
    all(
        Text,
        &[
            b"hello\n",
            b"#!/bin/sh\necho\n",
            b"{\"a\": 1}",
            b"<html><body>",
            b"<svgx>",
            b"MZ is how programs begin\n",
            b"BM, of which some files begin",
            b"tab\there\r\n\x1b[1mbold\x1b[0m\x0c",
            "ünïcödé 文件 👻".as_bytes(),
            b"\xef\xbb\xbfmarked",
            b"\xff\xfeh\0i\0",
            b"\xfe\xff\0h\0i",
            b"\xff\xfe\0\0h\0\0\0",
            b"\0\0\xfe\xff\0\0\0h",
            b"This is how a %PDF-1.4 begins",
            &long,
        ],
    );
    all(
        Other,
        &[
            b"\0",
            b"a\0b",
            b"a\x01b",
            b"latin-1: \xe9t\xe9",
            b"\xc3",
            b"\x7f",
            b"\xff\xfe\x01\0",
            b"SQLite format 3\0",
            b"PAR1\x15\x04",
        ],
    );
}

#[test]
fn every_kind_is_in_its_place_and_has_a_name_of_its_own() {
    for (index, kind) in ContentKind::ALL.into_iter().enumerate() {
        assert_eq!(kind.index(), index);
        let same = |it: &&ContentKind| it.name() == kind.name();
        assert_eq!(ContentKind::ALL.iter().filter(same).count(), 1);
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_kind(
        start in prop::sample::select(vec![
            &b""[..], b"MZ", b"BM", b"RIFF", b"FORM", b"OggS", b"PK\x03\x04",
            b"\0\0\0\x18ftyp", b"<?", b"<!", b"<svg", b"\xff\xfe", b"\xff\xfb",
            b"\xfe\xff", b"\0\0\xfe\xff", b"%PDF", b"G", b"\0\0\x01\0",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..HEAD),
    ) {
        let head = [start, &rest].concat();
        let kind = ContentKind::of(&head);
        prop_assert_eq!(kind == Empty, head.is_empty());
    }

    #[test]
    fn what_is_written_in_letters_is_text(text in "a[ -~é文\n]{0,200}") {
        prop_assert_eq!(ContentKind::of(text.as_bytes()), Text);
    }

    #[test]
    fn a_batch_has_the_kinds_of_its_parts(
        parts in prop::collection::vec(
            prop::collection::vec(any::<u8>(), 0..20), 0..10,
        ),
    ) {
        let data = parts.concat();
        let mut end = 0;
        let ends: Vec<u32> = parts
            .iter()
            .map(|part| {
                end += part.len();
                u32::try_from(end).unwrap()
            })
            .collect();
        let kinds = classify(Batch::new(&data, &ends).unwrap());
        let each: Vec<_> =
            parts.iter().map(|part| ContentKind::of(part)).collect();
        prop_assert_eq!(kinds, each);
    }
}
