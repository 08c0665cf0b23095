//! Names as people, line tools and parsers of JSON get them: with nothing that
//! controls a terminal or ends a line; and no two are shown alike, since each
//! is read back from what is shown. The writers are the program's.

use sanchay_core::escape::escaped;
use sanchay_output::json_text;
use sanchay_output::name::{NameEscape, escapes_on_terminal, push_escaped};

/// Shows a name in every way and reads it back.
pub fn run(name: &[u8]) {
    let shown = escaped(name).to_string();
    let bad = shown.chars().find(|&c| c.is_control() || reorders(c));
    assert_eq!(bad, None, "{shown:?}");
    assert_eq!(read(shown.as_bytes()), name, "{shown:?}");
    let mut pushed = Vec::new();
    push_escaped(name, &mut pushed);
    assert_eq!(pushed, shown.as_bytes());
    assert_eq!(escapes_on_terminal(name), pushed != name);

    for way in
        [NameEscape::Lines, NameEscape::LinesOfB3sum, NameEscape::Terminal]
    {
        let mut line = Vec::new();
        let begun = way.begin(name, &mut line);
        line.extend_from_slice(b"DIGEST  ");
        begun.name(name, &mut line);
        assert!(!line.contains(&b'\n') && !line.ends_with(b"\r"), "{way:?}");
        let (marked, text) = match line.strip_prefix(b"\\") {
            Some(text) => (true, text),
            None => (false, &line[..]),
        };
        let text = text.strip_prefix(b"DIGEST  ").unwrap();
        let back = if marked { read(text) } else { text.to_vec() };
        assert_eq!(back, name, "{way:?}: {}", line.escape_ascii());
    }
    let mut line = Vec::new();
    NameEscape::Nothing.begin(name, &mut line).name(name, &mut line);
    assert_eq!(line, name);
    if let Ok(text) = str::from_utf8(name) {
        is_json(text);
    }
}

/// Writes a string of JSON and has another parser read it.
fn is_json(text: &str) {
    let mut json = vec![b'"'];
    json_text::push(text, &mut json);
    json.push(b'"');
    let json = String::from_utf8(json).unwrap();
    let bad = json.chars().find(|&c| c.is_control() || reorders(c));
    assert_eq!(bad, None, "{json}");
    let read: String = serde_json::from_str(&json).unwrap();
    assert_eq!(read, text);
}

/// Undoes every escape that there is.
fn read(mut text: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    while let [byte, rest @ ..] = text {
        text = rest;
        if *byte != b'\\' {
            name.push(*byte);
            continue;
        }
        let (kind, rest) = text.split_first().unwrap();
        text = rest;
        match kind {
            b'\\' => name.push(b'\\'),
            b'n' => name.push(b'\n'),
            b'r' => name.push(b'\r'),
            b't' => name.push(b'\t'),
            b'x' => {
                let (digits, rest) = text.split_at(2);
                name.push(u8::try_from(number(digits)).unwrap());
                text = rest;
            }
            b'u' => {
                let inner = text.strip_prefix(b"{").unwrap();
                let end = inner.iter().position(|&it| it == b'}').unwrap();
                let c = char::from_u32(number(&inner[..end])).unwrap();
                name.extend_from_slice(c.to_string().as_bytes());
                text = &inner[end + 1..];
            }
            other => panic!("no escape: {other}"),
        }
    }
    name
}

fn number(digits: &[u8]) -> u32 {
    u32::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap()
}

/// The characters with Unicode's property Bidi_Control, and its separators of
/// lines and paragraphs.
fn reorders(c: char) -> bool {
    let direction = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
                     \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    direction.contains(c) || "\u{2028}\u{2029}".contains(c)
}
