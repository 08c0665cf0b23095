//! Files of a store: whatever they are, they are read or refused; what is read
//! can be written again and is read as the same, and nothing in it is larger
//! than the bytes that are there.
//!
//! The first byte of an input says which file it is. Digests, which no fuzzer
//! finds, are put right first.

use sanchay_core::store::{
    Address, Coding, ENTRY, IndexedPack, Key, OBJECT_HEADER, PACK_HEADER,
    PACK_TRAILER, PackTrailer, compare_paths, object_header, parse_chunks,
    parse_condemned, parse_format, parse_index, parse_object, parse_rows,
    parse_snapshot, parse_table, push_chunk, push_condemned, push_index,
    push_table,
};
use sanchay_output::store::{RowWriter, push_snapshot};

use crate::input::Input;

/// Reads a file of a store.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let which = input.below(9);
    let data = input.rest();
    match which {
        0 => rows(data),
        1 => snapshot(data),
        2 => index(data),
        3 => table(data),
        4 => object(data),
        5 => chunks(data),
        6 => condemned(data),
        7 => drop(parse_format(data)),
        _ => key(data),
    }
}

fn rows(text: &[u8]) {
    let Ok(rows) = parse_rows(text) else { return };
    let mut again = Vec::new();
    let mut writer = RowWriter::default();
    for row in &rows {
        assert!(!row.path.starts_with(b"/"));
        let mut names = row.path.split(|byte| *byte == b'/');
        let leads_up = names.any(|name| matches!(name, b"." | b".."));
        assert!(!leads_up);
        for hole in &row.holes {
            assert!(hole.offset + hole.length <= row.size);
        }
        writer.push(row, &mut again);
    }
    for pair in rows.windows(2) {
        assert!(compare_paths(&pair[0].path, &pair[1].path).is_lt());
    }
    assert_eq!(parse_rows(&again), Ok(rows));
}

/// A line with its digest behind it.
fn signed(line: &[u8]) -> Vec<u8> {
    let digest = format!("{}\n", Address::of(line));
    [line, digest.as_bytes()].concat()
}

fn snapshot(line: &[u8]) {
    drop(parse_snapshot(line));
    let Ok(snapshot) = parse_snapshot(&signed(line)) else { return };
    let mut again = Vec::new();
    push_snapshot(&snapshot, &mut again);
    assert_eq!(parse_snapshot(&again), Ok(snapshot));
}

fn index(bytes: &[u8]) {
    let whole = [b"sanchay index 1\n", bytes].concat();
    for bytes in [bytes, &whole] {
        let Ok(packs) = parse_index(bytes) else { continue };
        packs.iter().for_each(entries_fit);
        let mut again = Vec::new();
        push_index(&packs, &mut again);
        assert_eq!(again, bytes);
    }
}

/// The objects of a pack lie end to end in it.
fn entries_fit(pack: &IndexedPack) {
    let mut at = PACK_HEADER as u64;
    for entry in &pack.entries {
        assert_eq!(entry.offset, at);
        assert!(entry.length >= OBJECT_HEADER as u64);
        at += entry.length;
    }
    let table = pack.entries.len() * ENTRY + PACK_TRAILER;
    assert_eq!(at + table as u64, pack.length);
}

/// The bytes are what a pack has behind its objects, without the trailer's
/// digest.
fn table(bytes: &[u8]) {
    if let Some((table, numbers)) = bytes.split_last_chunk::<16>() {
        let digest = Address::of(table);
        let end = [&numbers[..], digest.as_bytes()].concat();
        let begin = u64::from_le_bytes(numbers[..8].try_into().unwrap());
        let length = begin.checked_add((table.len() + PACK_TRAILER) as u64);
        let Some(length) = length else { return };
        let Ok(trailer) = PackTrailer::parse(&end, length) else { return };
        let Ok(entries) = parse_table(table, &trailer) else { return };
        let name = Address::of(bytes);
        let pack = IndexedPack { name, length, entries };
        entries_fit(&pack);
        let mut again = Vec::new();
        push_table(&pack.entries, &mut again);
        assert_eq!(&again[..table.len()], table);
    }
    // As it is, too.
    let at = bytes.len().saturating_sub(PACK_TRAILER);
    let end = &bytes[at..];
    if let Ok(trailer) = PackTrailer::parse(end, bytes.len() as u64) {
        let begin = usize::try_from(trailer.offset).unwrap();
        drop(parse_table(&bytes[begin..at], &trailer));
    }
}

fn object(bytes: &[u8]) {
    let Ok((coding, size, kept)) = parse_object(bytes) else { return };
    if coding == Coding::Stored {
        assert_eq!(kept.len() as u64, size);
    }
    let again = [&object_header(coding, size)[..], kept].concat();
    assert_eq!(again, bytes);
}

fn chunks(bytes: &[u8]) {
    let Ok(chunks) = parse_chunks(bytes) else { return };
    let mut again = Vec::new();
    for (address, size) in &chunks {
        assert!(*size > 0);
        push_chunk(address, *size, &mut again);
    }
    assert_eq!(again, bytes);
}

fn condemned(text: &[u8]) {
    drop(parse_condemned(text));
    let text = signed(text);
    let Ok(packs) = parse_condemned(&text) else { return };
    let mut again = Vec::new();
    push_condemned(&packs, &mut again);
    assert_eq!(again, text);
}

fn key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(key) = Key::parse(text) else { return };
    assert_eq!(key.to_string(), text);
    assert!(!text.split('/').any(|name| matches!(name, "" | "." | "..")));
}
