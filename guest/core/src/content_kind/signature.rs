//! Magic numbers: bytes at a place.

use super::ContentKind;
use super::ContentKind::{
    Archive, Audio, Document, Executable, Image, Other, Video,
};

/// A magic number: where it stands, its bytes, and what they tell.
type Signature = (usize, &'static [u8], ContentKind);

/// Magic numbers of formats, as their specifications give them. Where one is
/// the beginning of another, the longer one comes first.
#[rustfmt::skip]
const SIGNATURES: &[Signature] = &[
    // Images.
    (0, b"\x89PNG\r\n\x1a\n", Image),
    (0, b"\xff\xd8\xff", Image), // JPEG
    (0, b"GIF87a", Image),
    (0, b"GIF89a", Image),
    (0, b"IIU\0", Image), // Panasonic RW2
    (0, b"IIRO", Image), // Olympus ORF
    (0, b"IIRS", Image),
    (0, b"MMOR", Image),
    (0, b"II*\0", Image), // TIFF, and the raw formats made of it
    (0, b"MM\0*", Image),
    (0, b"II+\0", Image), // BigTIFF
    (0, b"MM\0+", Image),
    (0, b"FUJIFILMCCD-RAW", Image),
    (0, b"FOVb", Image), // Sigma X3F
    (0, b"8BPS", Image), // Photoshop
    (0, b"gimp xcf", Image),
    (0, b"qoif", Image),
    (0, b"DDS ", Image),
    (0, b"v/1\x01", Image), // OpenEXR
    (0, b"#?RADIANCE\n", Image),
    (0, b"SIMPLE  =", Image), // FITS
    (0, b"\xff\x0a", Image), // JPEG XL
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Image),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Image), // JPEG 2000
    (0, b"\xff\x4f\xff\x51", Image),
    // Video.
    (0, b"\x1a\x45\xdf\xa3", Video), // Matroska, WebM
    (0, b"FLV\x01", Video),
    (0, b"\0\0\x01\xba", Video), // MPEG program stream
    (0, b"\0\0\x01\xb3", Video), // MPEG video
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Video), // ASF
    (0, b".RMF", Video),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", Video), // MXF
    // Audio.
    (0, b"ID3", Audio),
    (0, b"fLaC", Audio),
    (0, b"MThd", Audio),
    (0, b"MAC ", Audio), // Monkey's Audio
    (0, b"wvpk", Audio),
    (0, b"MPCK", Audio),
    (0, b"MP+", Audio),
    (0, b"#!AMR", Audio),
    (0, b"DSD ", Audio),
    (0, b"FRM8", Audio), // DSDIFF
    (0, b"caff", Audio),
    (0, b".snd", Audio),
    // Archives, and what is compressed.
    (0, b"\x1f\x8b", Archive), // gzip
    (0, b"\x1f\x9d", Archive), // compress
    (0, b"\xfd7zXZ\0", Archive),
    (0, b"\x28\xb5\x2f\xfd", Archive), // Zstandard
    (0, b"\x04\x22\x4d\x18", Archive), // LZ4
    (0, b"LZIP\x01", Archive),
    (0, b"\x89LZO\0\r\n\x1a\n", Archive),
    (0, b"7z\xbc\xaf\x27\x1c", Archive),
    (0, b"Rar!\x1a\x07", Archive),
    (0, b"!<arch>\n", Archive), // ar, .deb
    (0, b"070701", Archive), // cpio
    (0, b"070702", Archive),
    (0, b"070707", Archive),
    (0, b"\xc7\x71", Archive),
    (0, b"MSCF\0\0\0\0", Archive), // cabinet
    (0, b"\xed\xab\xee\xdb", Archive), // RPM
    (0, b"xar!", Archive),
    (0, b"hsqs", Archive), // SquashFS
    (257, b"ustar", Archive), // tar
    // Documents.
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Document), // OLE2: old Office
    (0, b"{\\rtf", Document),
    (0, b"%!PS", Document),
    (0, b"\xc5\xd0\xd3\xc6", Document), // EPS
    (0, b"AT&TFORM", Document), // DjVu
    (0, b"ITSF\x03\0\0\0", Document), // CHM
    (60, b"BOOKMOBI", Document),
    // Executables.
    (0, b"\x7fELF", Executable),
    (0, b"\0asm", Executable),
    (0, b"\xfe\xed\xfa\xce", Executable), // Mach-O
    (0, b"\xfe\xed\xfa\xcf", Executable),
    (0, b"\xce\xfa\xed\xfe", Executable),
    (0, b"\xcf\xfa\xed\xfe", Executable),
    (0, b"\xca\xfe\xba\xbe", Executable), // Mach-O of several, Java class
    (0, b"dex\n0", Executable),
    (0, b"BC\xc0\xde", Executable), // LLVM
    (0, b"\x1bLua", Executable),
    // What no other kind holds, and might pass for text.
    (0, b"SQLite format 3\0", Other),
    (0, b"PAR1", Other), // Parquet
    (0, b"ARROW1\0\0", Other),
];

/// The kind that a magic number tells.
pub(super) fn kind(head: &[u8]) -> Option<ContentKind> {
    let has = |at: usize, magic: &[u8]| {
        head.get(at..).is_some_and(|rest| rest.starts_with(magic))
    };
    let known = SIGNATURES.iter().find(|(at, magic, _)| has(*at, magic));
    known.map(|(_, _, kind)| *kind).or_else(|| weak(head))
}

/// Formats whose magic numbers are so short that more must fit.
fn weak(head: &[u8]) -> Option<ContentKind> {
    match head {
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => {
            Some(Archive)
        }
        // Skippable frames of Zstandard and LZ4.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Archive),
        // The signature of PDF may come after some other bytes.
        _ if is_pdf(head) => Some(Document),
        _ if is_dos(head) => Some(Executable),
        _ if is_bmp(head) || is_icon(head) => Some(Image),
        _ if is_mpeg_audio(head) => Some(Audio),
        _ if is_transport_stream(head) => Some(Video),
        _ => None,
    }
}

/// PDF: the header is within the first 1024 bytes, which must not be text of
/// another kind that mentions it.
fn is_pdf(head: &[u8]) -> bool {
    let start = head.get(..1024).unwrap_or(head);
    match memchr::memmem::find(start, b"%PDF-") {
        Some(0) => true,
        Some(at) => {
            let before = start.get(..at).unwrap_or_default();
            before == b"\xef\xbb\xbf"
                || before.iter().all(u8::is_ascii_whitespace)
                || before.contains(&0)
        }
        None => false,
    }
}

/// DOS and Windows: `MZ`, and a header as long as it must be whose second one
/// is beyond it.
fn is_dos(head: &[u8]) -> bool {
    let header = head.starts_with(b"MZ").then(|| head.get(0x3c..0x40));
    let Some(Some(&[a, b, c, d])) = header else { return false };
    let next = u32::from_le_bytes([a, b, c, d]) as usize;
    match head.get(next..) {
        Some(next) if !next.is_empty() => {
            let of = [&b"PE\0\0"[..], b"NE", b"LE", b"LX"];
            // A program for DOS alone has anything there.
            of.iter().any(|it| next.starts_with(it)) || !is_printable(head)
        }
        _ => !is_printable(head),
    }
}

fn is_printable(head: &[u8]) -> bool {
    head.iter().all(|it| it.is_ascii_graphic() || it.is_ascii_whitespace())
}

/// BMP: `BM`, four bytes of a size, four that are zero, and the size of the
/// second header, which is one of a few.
fn is_bmp(head: &[u8]) -> bool {
    matches!(
        head,
        [
            b'B',
            b'M',
            _,
            _,
            _,
            _,
            0,
            0,
            0,
            0,
            _,
            _,
            _,
            _,
            12 | 16 | 40 | 52 | 56 | 64 | 108 | 124,
            0,
            0,
            0,
            ..
        ]
    )
}

/// An icon or a cursor: a few images, and a zero in the entry of the first.
fn is_icon(head: &[u8]) -> bool {
    matches!(head, [0, 0, 1 | 2, 0, 1..=64, 0, _, _, _, 0, ..])
}

/// MPEG audio without a tag: a frame header of layer II (2) or III (1) whose
/// fields have values that are not reserved. Layer 0 is AAC in ADTS, which has
/// other fields; layer I begins as UTF-16 may, and nobody has any.
fn is_mpeg_audio(head: &[u8]) -> bool {
    let [0xff, second, third, ..] = head else { return false };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    let (bitrate, rate) = (third >> 4, third >> 2 & 3);
    match (second >> 4, layer) {
        (0xf, 0) => third >> 2 & 0xf < 13,
        (0xe | 0xf, 1 | 2) => {
            version != 1 && bitrate != 0 && bitrate != 0xf && rate != 3
        }
        _ => false,
    }
}

/// An MPEG transport stream: a byte of synchronization at every packet, which
/// may have four bytes before it.
fn is_transport_stream(head: &[u8]) -> bool {
    let synchronized = |first: usize, length: usize| {
        let packets = (0..4).map(|it| head.get(first + it * length));
        packets.into_iter().all(|it| it == Some(&0x47))
    };
    synchronized(0, 188) || synchronized(4, 192)
}
