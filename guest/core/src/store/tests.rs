//! Everything that a store reads is read back as it was written, and whatever
//! else the bytes are, they are refused without a panic.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn entries(lengths: &[(u8, u64)]) -> Vec<Entry> {
    let mut offset = PACK_HEADER as u64;
    let mut all = Vec::new();
    for (byte, length) in lengths {
        let length = OBJECT_HEADER as u64 + length % 1000;
        let address = Address::of(&[*byte]);
        all.push(Entry { address, offset, length, size: length });
        offset += length;
    }
    all
}

/// A pack of objects that consist of zeros.
fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut out = pack_header([7; 16]).to_vec();
    let end =
        entries.last().map_or(PACK_HEADER as u64, |it| it.offset + it.length);
    out.resize(usize::try_from(end).unwrap(), 0);
    push_table(entries, &mut out);
    out
}

fn table_of(pack: &[u8]) -> Result<Vec<Entry>, Damage> {
    let at = pack.len().checked_sub(PACK_TRAILER).ok_or(Damage::Length)?;
    let trailer = PackTrailer::parse(&pack[at..], pack.len() as u64)?;
    let begin = usize::try_from(trailer.offset).unwrap();
    parse_table(&pack[begin..at], &trailer)
}

#[test]
fn the_gear_table_begins_with_the_published_outputs_of_splitmix64() {
    let published = [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4];
    assert_eq!(chunker::GEAR[..2], published);
}

#[test]
fn chunks_lie_within_their_lengths_and_near_the_average() {
    let mut state = 1_u64;
    let mut bytes = Vec::new();
    while bytes.len() < 24 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        bytes.extend_from_slice(&(state >> 24).to_le_bytes()[..5]);
    }
    let mut rest = &bytes[..];
    let mut lengths = Vec::new();
    while !rest.is_empty() {
        let cut = Chunker::cut(rest, true);
        lengths.push(cut);
        rest = &rest[cut..];
    }
    let (last, all) = lengths.split_last().unwrap();
    assert!(*last <= MAX_CHUNK);
    assert!(all.iter().all(|it| (MIN_CHUNK..=MAX_CHUNK).contains(it)));
    let average = all.iter().sum::<usize>() / all.len();
    assert!((600 << 10..2 << 20).contains(&average), "{average}");
    // A byte in front changes the first chunks alone.
    let mut shifted = vec![1];
    shifted.extend_from_slice(&bytes);
    let mut ends = std::collections::BTreeSet::new();
    let mut at = 0;
    for length in &lengths {
        at += length;
        ends.insert(bytes.len() - at);
    }
    let (mut rest, mut common) = (&shifted[..], 0);
    while !rest.is_empty() {
        rest = &rest[Chunker::cut(rest, true)..];
        common += usize::from(ends.contains(&rest.len()));
    }
    assert!(common + 3 >= lengths.len(), "{common} of {}", lengths.len());
}

#[test]
fn a_newer_format_is_refused_by_its_version() {
    assert_eq!(parse_format(FORMAT.as_bytes()), Ok(1));
    let newer = FORMAT.replace(":1,", ":2,\"more\":[{}],");
    assert_eq!(parse_format(newer.as_bytes()), Err(Damage::Version(2)));
    assert_eq!(parse_format(b"{}"), Err(Damage::Format));
    assert!(parse_format(b"").is_err());
}

#[test]
fn keys_are_the_ones_that_a_store_writes_and_no_others() {
    let address = Address::of(b"");
    let stamp =
        StampedName::new("2026-01-31T12:00:00.000000001Z", 0xabc).unwrap();
    assert_eq!(stamp.id(), "0000000000000abc");
    for key in [
        Key::Format,
        Key::Pack(address),
        Key::Index(address),
        Key::Snapshot(stamp.clone()),
        Key::Pending(stamp.clone()),
        Key::Condemned(stamp),
    ] {
        assert_eq!(Key::parse(&key.to_string()), Some(key));
    }
    let hex = address.to_string();
    for text in [
        String::new(),
        "packs".into(),
        format!("packs/{hex}"),
        format!("packs/00/{hex}"),
        format!("packs/{}/{}", hex.split_at(2).0, hex.to_uppercase()),
        format!("indexes/{hex}/"),
        "snapshots/../x".into(),
        "snapshots/20260131".into(),
    ] {
        assert_eq!(Key::parse(&text), None, "{text}");
    }
}

#[test]
fn what_is_in_a_directory_follows_it_at_once() {
    let mut paths = ["a b", "a/b", "a", "a/b/c", "a.b", "", "a/c", "b"];
    paths.sort_by(|a, b| compare_paths(a.as_bytes(), b.as_bytes()));
    assert_eq!(paths, ["", "a", "a/b", "a/b/c", "a/c", "a b", "a.b", "b"]);
}

#[test]
fn a_row_that_leads_out_of_the_snapshot_is_refused() {
    let row = |members: &str| {
        let text = format!(
            "{{{members},\"modified\":\"2026-01-31T12:00:00.000000000Z\",\
             \"mode\":\"0644\",\"uid\":0,\"gid\":0}}"
        );
        StoredRow::parse(text.as_bytes())
    };
    let hash = Address::of(b"");
    let file = |path: &str| {
        row(&format!(
            "\"path\":\"{path}\",\"kind\":\"file\",\"hash\":\"{hash}\""
        ))
    };
    assert_eq!(file("a/b").unwrap().path, b"a/b");
    for path in ["", "/a", "../a", "a/../b", "a//b", "a/", "./a", "\\u0000"] {
        assert_eq!(file(path), Err(Damage::Path), "{path}");
    }
    for (members, damage) in [
        (r#""path":"a","kind":"file""#, Damage::Value),
        (r#""path":"a","kind":"symlink""#, Damage::Value),
        (r#""path":"a","kind":"socket""#, Damage::Value),
        (r#""path":"a","kind":"directory","x":1"#, Damage::Member),
        (r#""kind":"directory""#, Damage::Missing),
        (r#""path":"a","kind":"directory","holes":[[0,1]]"#, Damage::Value),
        (
            r#""path":"a","kind":"directory","size":9,"holes":[[2,1],[1,1]]"#,
            Damage::Order,
        ),
    ] {
        assert_eq!(row(members), Err(damage), "{members}");
    }
}

proptest! {
    #[test]
    fn the_table_of_a_pack_is_read_as_it_was_written(
        lengths in vec(any::<(u8, u64)>(), 0..20),
    ) {
        let entries = entries(&lengths);
        prop_assert_eq!(table_of(&pack(&entries)), Ok(entries.clone()));
        let name = Address::of(b"pack");
        let length = pack(&entries).len() as u64;
        let packs = vec![
            IndexedPack { name, length, entries: entries.clone() },
            IndexedPack { name, length, entries },
        ];
        let mut index = Vec::new();
        push_index(&packs, &mut index);
        prop_assert_eq!(parse_index(&index), Ok(packs));
        // Any cut but one between packs shows.
        let cut = index.len() * 2 / 3;
        let whole = (cut - 16) % ((index.len() - 16) / 2) == 0;
        prop_assert!(whole || parse_index(&index[..cut]).is_err());
    }

    #[test]
    fn a_pack_whose_table_changed_is_refused(
        lengths in vec(any::<(u8, u64)>(), 1..9),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut pack = pack(&entries(&lengths));
        let tail = lengths.len() * ENTRY + PACK_TRAILER;
        let at = pack.len() - 1 - at.index(tail);
        pack[at] ^= 1_u8 << bit;
        prop_assert!(table_of(&pack).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let _ = parse_object(&bytes);
        let _ = parse_chunks(&bytes);
        let _ = parse_condemned(&bytes);
        let _ = parse_index(&bytes);
        let _ = parse_index(&[b"sanchay index 1\n", &bytes[..]].concat());
        let _ = parse_snapshot(&bytes);
        let _ = parse_rows(&bytes);
        let _ = table_of(&bytes);
        prop_assert!(parse_format(&bytes).is_err());
    }

    #[test]
    fn a_list_of_condemned_packs_says_all_or_nothing(
        names in vec(any::<[u8; 32]>(), 0..9),
        at in any::<prop::sample::Index>(),
    ) {
        let names: Vec<Address> =
            names.into_iter().map(Address::from_bytes).collect();
        let mut text = Vec::new();
        push_condemned(&names, &mut text);
        prop_assert_eq!(parse_condemned(&text), Ok(names));
        prop_assert!(parse_condemned(&text[..text.len() - 1]).is_err());
        let at = at.index(text.len());
        text[at] ^= 1;
        prop_assert!(parse_condemned(&text).is_err());
    }

    #[test]
    fn an_object_says_how_its_bytes_are_kept(bytes in vec(any::<u8>(), 0..99)) {
        let header = object_header(Coding::Stored, bytes.len() as u64);
        let object = [&header[..], &bytes].concat();
        let size = bytes.len() as u64;
        prop_assert_eq!(
            parse_object(&object),
            Ok((Coding::Stored, size, &bytes[..]))
        );
        prop_assert!(parse_object(&object[..object.len() - 1]).is_err());
        let bomb = object_header(Coding::Zstd, MAX_OBJECT + 1);
        prop_assert_eq!(parse_object(&bomb), Err(Damage::TooLarge));
    }
}
