//! Lists as the programs print them, and lines that nobody printed.

use super::{
    Checklist, ChecksumEntry, Expectation, Flaw, Malformed, Separator,
};
use crate::hashing::{Algorithm, PartialDigest};

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Parses a whole list, of which nobody said what it is.
pub(super) fn parse(text: &[u8]) -> Checklist {
    super::parse(text, None, Separator::Undecided)
}

fn paths(checklist: &Checklist) -> Vec<&[u8]> {
    checklist.entries.iter().map(|entry| &entry.path[..]).collect()
}

/// The one entry in a text of one line.
fn only(text: &[u8]) -> ChecksumEntry {
    let mut checklist = parse(text);
    assert_eq!(checklist.malformed, [], "{}", text.escape_ascii());
    assert_eq!(checklist.entries.len(), 1, "{}", text.escape_ascii());
    checklist.entries.remove(0)
}

#[test]
fn records_are_understood_and_what_else_they_say_is_passed_over() {
    let digest = "9e107d9d372bb6826bd81d3542a419d6";
    let text = format!(
        "[\n{{\"path\":\"a\\nb\",\"size\":12,\"modified\":null,\"extra\":[{{}}],\
         \"algorithm\":\"md5\",\"hash\":\"{digest}\"}},\n\
         {{\"path\":null,\"path_base64\":\"//4=\",\"hash\":\"{digest}\"}}\n]\n"
    );
    let list = parse(text.as_bytes());
    assert_eq!(list.malformed, []);
    assert_eq!(paths(&list), [&b"a\nb"[..], b"\xff\xfe"]);
    let (first, second) = (&list.entries[0], &list.entries[1]);
    let of = |it: &ChecksumEntry| match &it.expected {
        Expectation::Named(algorithm, bytes) => (Some(*algorithm), hex(bytes)),
        Expectation::Unnamed(bytes) => (None, hex(bytes)),
        Expectation::Partial(..) => panic!("it is of the whole file"),
    };
    assert_eq!(of(first), (Some(Algorithm::Md5), digest.to_owned()));
    assert_eq!(of(second), (None, digest.to_owned()));
    let ends = only(
        b"{\"path\":\"p\",\"algorithm\":\"xxh64\",\"chunk\":4096,\
        \"hash\":\"xxh64:0000000000000001:0000000000000002:9\"}",
    );
    let digest = PartialDigest { first: 1, last: 2, size: 9 };
    assert_eq!(ends.expected, Expectation::Partial(digest, Some(4096)));
}

#[test]
fn records_that_could_be_read_in_two_ways_or_say_too_little_are_none() {
    let hash = "\"hash\":\"9e107d9d372bb6826bd81d3542a419d6\"";
    for (record, flaw) in [
        (format!("{{{hash}}}"), Flaw::Form),
        ("{\"path\":\"a\",\"hash\":null}".to_owned(), Flaw::Form),
        (format!("{{\"path\":\"a\",\"path\":\"b\",{hash}}}"), Flaw::Form),
        (
            format!("{{\"path\":\"a\",\"path_base64\":\"Yg==\",{hash}}}"),
            Flaw::Form,
        ),
        (format!("{{\"path\":\"a\",{hash}}} x"), Flaw::Form),
        (format!("{{\"path\":\"\",{hash}}}"), Flaw::Form),
        (format!("{{\"path\":\"a\\u0000\",{hash}}}"), Flaw::Form),
        (
            format!("{{\"path\":\"a\",\"algorithm\":\"sha3\",{hash}}}"),
            Flaw::Algorithm,
        ),
        (
            format!("{{\"path\":\"a\",\"algorithm\":\"sha1\",{hash}}}"),
            Flaw::Length(Some(Algorithm::Sha1), 16),
        ),
    ] {
        let list = parse(record.as_bytes());
        assert_eq!(list.entries, [], "{record}");
        let flaws: Vec<_> = list.malformed.iter().map(|it| it.flaw).collect();
        assert_eq!(flaws, [flaw], "{record}");
    }
}

/// The output of `sha256sum *` and `sha256sum --tag *` (GNU coreutils 9.1)
/// for a name with a newline, a backslash and a carriage return, one that
/// begins with a space, and one that is not UTF-8.
#[test]
fn what_sha256sum_prints_is_understood() {
    let text = b"\
50e721e49c013f00c62cf59f2163542a9d8df02464efeb615d31051b0fddc326   lead
\\2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a\\nb\\\\c\\r
594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06 *name) = abc
a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa  \xff\xfe
";
    let tagged = b"\
SHA256 ( lead) = 50e721e49c013f00c62cf59f2163542a9d8df02464efeb615d31051b0fddc326
\\SHA256 (a\\nb\\\\c\\r) = 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
SHA256 (name) = abc) = 594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06
SHA256 (\xff\xfe) = a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa
";
    let names: [&[u8]; 4] =
        [b" lead", b"a\nb\\c\r", b"name) = abc", b"\xff\xfe"];
    let plain = parse(text);
    let with_names = parse(tagged);
    assert_eq!(paths(&plain), names);
    assert_eq!(paths(&with_names), names);
    assert_eq!((plain.lines, plain.malformed.len()), (4, 0));
    assert_eq!((with_names.lines, with_names.malformed.len()), (4, 0));
    for (plain, named) in plain.entries.iter().zip(with_names.entries) {
        let Expectation::Unnamed(digest) = &plain.expected else {
            panic!("{plain:?}");
        };
        assert_eq!(digest.len(), 32);
        let algorithm = Algorithm::Sha256;
        let expected = Expectation::Named(algorithm, digest.clone());
        assert_eq!(named.expected, expected);
        assert_eq!(named.line, plain.line);
    }
}

/// The output of xxhsum 0.8.1 for a file that holds `hello world`, with `-H1`
/// to `-H3`, `--tag` and `--little-endian`; and of 0.8.3 with `-H3`.
#[test]
fn what_xxhsum_prints_is_understood() {
    let xxh64 = "45ab6734b21e6968";
    let xxh3 = "d447b1ea40e6988b";
    let xxh128 = "df8d09e93f874900a99b8775cc15b6c7";
    for (line, digest, algorithm) in [
        ("45ab6734b21e6968  plain", xxh64, None),
        ("df8d09e93f874900a99b8775cc15b6c7  plain", xxh128, None),
        ("XXH64 (plain) = 45ab6734b21e6968", xxh64, Some(Algorithm::Xxh64)),
        ("XXH64_LE (plain) = 68691eb23467ab45", xxh64, Some(Algorithm::Xxh64)),
        ("XXH3 (plain) = d447b1ea40e6988b", xxh3, Some(Algorithm::Xxh3_64)),
        ("XXH3_LE (plain) = 8b98e640eab147d4", xxh3, Some(Algorithm::Xxh3_64)),
        ("XXH3_d447b1ea40e6988b  plain", xxh3, Some(Algorithm::Xxh3_64)),
        (
            "XXH128 (plain) = df8d09e93f874900a99b8775cc15b6c7",
            xxh128,
            Some(Algorithm::Xxh3_128),
        ),
        (
            "XXH128_LE (plain) = c7b615cc75879ba90049873fe9098ddf",
            xxh128,
            Some(Algorithm::Xxh3_128),
        ),
    ] {
        let entry = only(line.as_bytes());
        assert_eq!(entry.path, b"plain");
        let (named, found) = match entry.expected.clone() {
            Expectation::Named(algorithm, digest) => (Some(algorithm), digest),
            Expectation::Unnamed(digest) => (None, digest),
            Expectation::Partial(..) => panic!("{entry:?}"),
        };
        assert_eq!((hex(&found).as_str(), named), (digest, algorithm));
    }
}

#[test]
fn what_b3sum_prints_is_understood() {
    let digest =
        "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24";
    let plain = only(format!("\\{digest}  a\\nb\\\\c").as_bytes());
    assert_eq!(plain.path, b"a\nb\\c");
    let tagged = only(format!("BLAKE3 (plain) = {digest}").as_bytes());
    let Expectation::Named(Algorithm::Blake3, bytes) = tagged.expected else {
        panic!("{tagged:?}");
    };
    assert_eq!(hex(&bytes), digest);
}

#[test]
fn a_partial_digest_is_understood_with_and_without_its_chunk() {
    let digest = PartialDigest {
        first: 0x45ab_6734_b21e_6968,
        last: 0xef46_db37_51d8_e999,
        size: u64::MAX,
    };
    for (end, chunk) in [("", None), (":1024", Some(1024))] {
        let line = format!(
            "xxh64:45AB6734b21e6968:ef46db3751d8e999:{}{end} *a",
            u64::MAX
        );
        let expected = Expectation::Partial(digest, chunk);
        assert_eq!(only(line.as_bytes()).expected, expected);
        let line = format!("{}  a", digest.listed(chunk.unwrap_or(65_536)));
        assert_eq!(only(line.as_bytes()).expected, expected);
    }
}

#[test]
fn the_length_of_a_digest_tells_what_it_may_be_and_the_caller_which() {
    let parse = |text: &str, algorithm| {
        super::parse(text.as_bytes(), algorithm, Separator::Undecided)
    };
    for algorithm in Algorithm::ALL {
        let digest = vec![0xab; algorithm.digest_len()];
        let line = format!("{}  f", hex(&digest));
        let list = parse(&line, None);
        let expected = Expectation::Unnamed(digest.clone());
        assert_eq!(list.entries[0].expected, expected);
        let list = parse(&line, Some(algorithm));
        let expected = Expectation::Named(algorithm, digest);
        assert_eq!(list.entries[0].expected, expected);
        // A name in the line is better than the caller's.
        let line = format!("{} (f) = {}", algorithm.tag(), hex(&[1; 64]));
        let flaw = match algorithm {
            Algorithm::Sha512 => None,
            other => Some(Flaw::Length(Some(other), 64)),
        };
        let list = parse(&line, Some(Algorithm::Sha512));
        let flaws: Vec<_> = list.malformed.iter().map(|it| it.flaw).collect();
        assert_eq!(flaws, Vec::from_iter(flaw));
    }
}

#[test]
fn blake3_of_other_lengths_is_understood_where_it_is_named() {
    for bytes in [1, 16, 20, 31, 32] {
        let digest = vec![0xab; bytes];
        let expected = Expectation::Named(Algorithm::Blake3, digest.clone());
        let tagged = format!("BLAKE3 (f) = {}", hex(&digest));
        assert_eq!(only(tagged.as_bytes()).expected, expected);
        let line = format!("{}  f", hex(&digest));
        let separator = Separator::Undecided;
        let algorithm = Some(Algorithm::Blake3);
        let list = super::parse(line.as_bytes(), algorithm, separator);
        assert_eq!(list.entries[0].expected, expected);
    }
    let line = format!("BLAKE3 (f) = {}", hex(&[1; 33]));
    let flaw = Flaw::Length(Some(Algorithm::Blake3), 33);
    let malformed = [Malformed { line: 0, flaw }];
    assert_eq!(parse(line.as_bytes()).malformed, malformed);
}

#[test]
fn what_openssl_prints_is_understood() {
    let digest = [0x12; 32];
    for line in ["SHA256(a b)= ", "SHA2-256(a b)= "] {
        let line = format!("{line}{}", hex(&digest));
        let entry = only(line.as_bytes());
        assert_eq!(entry.path, b"a b");
        let expected = Expectation::Named(Algorithm::Sha256, digest.into());
        assert_eq!(entry.expected, expected);
    }
    for (line, algorithm) in [
        ("SHA2-512(f)= ", Algorithm::Sha512),
        ("SHA512(f)= ", Algorithm::Sha512),
        ("SHA1(f)= ", Algorithm::Sha1),
        ("MD5(f)= ", Algorithm::Md5),
    ] {
        let digest = vec![0x34; algorithm.digest_len()];
        let entry = only(format!("{line}{}", hex(&digest)).as_bytes());
        let expected = Expectation::Named(algorithm, digest);
        assert_eq!(entry.expected, expected);
    }
}

#[test]
fn blanks_may_stand_where_coreutils_lets_them() {
    for line in [
        " 45ab6734b21e6968  a",
        "\t 45ab6734b21e6968 *a",
        "45ab6734b21e6968\t a",
        "45ab6734b21e6968 a",
        "45ab6734b21e6968\ta",
        " XXH64 (a) = 45ab6734b21e6968",
        "XXH64(a)=45ab6734b21e6968",
        "XXH64 (a)\t= \t45ab6734b21e6968",
    ] {
        assert_eq!(only(line.as_bytes()).path, b"a", "{line:?}");
    }
    assert_eq!(only(b"  \\45ab6734b21e6968  a\\nb").path, b"a\nb");
}

#[test]
fn the_first_line_without_a_name_decides_what_is_before_paths() {
    let sum = "45ab6734b21e6968";
    let double = format!("{sum}  a\n{sum} b\n{sum} *c\n{sum}\t d\n{sum}  \n");
    let list = parse(double.as_bytes());
    assert_eq!(paths(&list), [&b"a"[..], b"c", b"d"]);
    let malformed = list.malformed.iter().map(|it| (it.line, it.flaw));
    let expected = [(1, Flaw::Form), (4, Flaw::Form)];
    assert_eq!(malformed.collect::<Vec<_>>(), expected);
    assert_eq!(list.separator, Separator::Double);
    let single = format!("{sum} a\n{sum}  b\n{sum} *c\n{sum}  \n{sum} *\n");
    let list = parse(single.as_bytes());
    assert_eq!(paths(&list), [&b"a"[..], b" b", b"*c", b" ", b"*"]);
    assert_eq!(list.separator, Separator::Single);
    // And for the text behind this one.
    let text = format!("{sum} a\n");
    let list = super::parse(text.as_bytes(), None, Separator::Double);
    assert_eq!((list.entries.len(), list.malformed.len()), (0, 1));
    let list = super::parse(text.as_bytes(), None, Separator::Single);
    assert_eq!(paths(&list), [b"a"]);
}

#[test]
fn lines_that_make_no_sense_are_named_by_their_numbers() {
    for line in [
        // Not digests.
        "45ab6734b21e696  plain",
        "45ab6734b21e69688  plain",
        "45ab6734b21e696g  plain",
        "XXH64 (plain) = 45ab6734b21e696g",
        "XXH64 (plain) = ",
        "SHA256 (plain) = SHA256",
        "(plain) = 45ab6734b21e6968",
        // No path, or none that can be.
        "45ab6734b21e6968",
        "45ab6734b21e6968 ",
        "XXH64 () = 45ab6734b21e6968",
        "45ab6734b21e6968  a\0b",
        // Escapes that are none.
        "\\45ab6734b21e6968  a\\tb",
        "\\45ab6734b21e6968  a\\",
        // Separators.
        "XXH64  (plain) = 45ab6734b21e6968",
        "XXH64 (plain) 45ab6734b21e6968",
        "XXH64 (plain = 45ab6734b21e6968",
        "XXH64 (plain) = 45ab6734b21e6968 ",
        // Partial digests.
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:+1  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:1:  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:1:0  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:1:16777217  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:1:2:3  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968  a",
        "xxh64:45ab6734b21e69:45ab6734b21e6968:1  a",
        "xxh64:45ab6734b21e6968:45ab6734b21e6968:18446744073709551616  a",
        "plain",
    ] {
        assert_flaw(line, Flaw::Form);
    }
    for line in [
        "XXH32 (plain) = cebb6622",
        "SHA256_LE (plain) = 45ab6734b21e6968",
        "BLAKE2b-256(a)= 45ab6734b21e6968",
        "SHA512/256 (a (b) = c) = 45ab6734b21e6968",
        "sha256 (plain) = 45ab6734b21e6968",
    ] {
        assert_flaw(line, Flaw::Algorithm);
    }
    for (line, algorithm, bytes) in [
        ("45ab67  plain", None, 3),
        ("dead (plain) = 45ab6734b21e6968", None, 2),
        ("5eb63bbbe01eeed093cb22bb8f5acdc35eb63bbbe01eeed0  f", None, 24),
        (
            "XXH64 (plain) = df8d09e93f874900a99b8775cc15b6c7",
            Some(Algorithm::Xxh64),
            16,
        ),
        ("XXH3_45ab6734b21e69  plain", Some(Algorithm::Xxh3_64), 7),
        ("SHA256 (f) = 45ab6734b21e6968", Some(Algorithm::Sha256), 8),
        ("MD5 (f) = 45ab6734b21e6968", Some(Algorithm::Md5), 8),
    ] {
        assert_flaw(line, Flaw::Length(algorithm, bytes));
    }
}

/// That a line among others is malformed, and nothing else is.
#[track_caller]
fn assert_flaw(line: &str, flaw: Flaw) {
    let text = format!("# a comment\n{line}\n\n \t\n45ab6734b21e6968  a");
    let checklist = parse(text.as_bytes());
    let malformed = [Malformed { line: 1, flaw }];
    assert_eq!(checklist.malformed, malformed, "{line:?}");
    assert_eq!(checklist.lines, 5);
    assert_eq!(checklist.entries.len(), 1);
    assert_eq!(checklist.entries[0].line, 4);
}

#[test]
fn a_backslash_is_itself_where_the_line_does_not_begin_with_one() {
    assert_eq!(only(b"45ab6734b21e6968  a\\nb").path, b"a\\nb");
}

#[test]
fn an_empty_text_has_no_lines_and_a_last_newline_begins_none() {
    assert_eq!(parse(b""), Checklist::default());
    assert_eq!(parse(b"\n").lines, 1);
    assert_eq!(parse(b"#").lines, 1);
    assert_eq!(parse(b"#\n#").lines, 2);
}
