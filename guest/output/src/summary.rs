//! A summary as one JSON object (RFC 8259). Its first members say what it is
//! and of which version; sizes are in bytes, times RFC 3339.

use alloc::vec::Vec;

use sanchay_core::content_kind::ContentKind;
use sanchay_core::summary::{
    AgeClass, ContentTotals, ExtensionTotals, FolderTotals, ListedFile,
    OwnerTotals, Report, SizeClass, Totals,
};
use sanchay_core::time::{TimeFormatter, Timestamp};

use crate::json_text;
use crate::values::{push_base64, push_number};

/// The version of the object. A member that is added does not change it.
const VERSION: u64 = 1;

/// Appends a summary of these roots as a JSON object, and a newline.
pub fn push_summary(report: &Report, roots: &[&[u8]], out: &mut Vec<u8>) {
    let mut json =
        Writer { out, first: true, times: TimeFormatter::default() };
    json.object(|json| members(report, roots, json));
    json.out.push(b'\n');
}

fn members(report: &Report, roots: &[&[u8]], json: &mut Writer<'_>) {
    json.text("format", "sanchay-summary");
    json.number("version", VERSION);
    json.list("roots", roots, |json, root| json.name("path", Some(root)));
    json.time("now", Some(report.now));
    json.number("depth", report.depth.into());
    json.totals(report.totals);
    json.number("directories", report.directories);
    json.number("errors", report.errors);
    json.list("extensions", &report.extensions, |json, it| {
        let ExtensionTotals { extension, totals } = it;
        json.name("extension", extension.as_deref());
        json.totals(*totals);
    });
    json.list("folders", &report.folders, |json, it| {
        let FolderTotals { path, depth, all, newest, .. } = it;
        json.name("path", Some(path));
        json.number("depth", (*depth).into());
        json.totals(*all);
        json.time("newest", *newest);
    });
    let sizes = SizeClass::ALL.iter().zip(&report.sizes);
    json.list("sizes", sizes, |json, (class, totals)| {
        json.number("from", class.from);
        match class.below {
            Some(below) => json.number("below", below),
            None => json.null("below"),
        }
        json.totals(*totals);
    });
    let ages = AgeClass::ALL.iter().zip(&report.ages);
    json.list("ages", ages, |json, (class, totals)| {
        json.text("age", class.name());
        json.totals(*totals);
    });
    json.list("owners", &report.owners, |json, it| {
        let OwnerTotals { uid, user, totals } = it;
        json.number("uid", (*uid).into());
        match user {
            Some(user) => json.text("user", user),
            None => json.null("user"),
        }
        json.totals(*totals);
    });
    match &report.contents {
        Some(contents) => json.list("contents", kinds(contents), content),
        None => json.null("contents"),
    }
    json.list("largest", &report.largest, file);
    json.list("oldest", &report.oldest, file);
    json.list("newest", &report.newest, file);
    json.number("empty_folder_count", report.empty.count);
    json.list("empty_folders", &report.empty.top, |json, it| {
        json.name("path", Some(&it.path));
        json.number("folders", it.folders);
    });
    json.list("fullest_folders", &report.fullest, |json, it| {
        json.name("path", Some(&it.path));
        json.number("entries", it.entries);
    });
}

/// The kinds of content with their names.
fn kinds(
    contents: &ContentTotals,
) -> impl Iterator<Item = (&'static str, Totals)> {
    let names = ContentKind::ALL.iter().map(|it| it.name());
    let known = names.zip(contents.kinds);
    known.chain([("unknown", contents.unknown)])
}

fn content(json: &mut Writer<'_>, (name, totals): (&'static str, Totals)) {
    json.text("content", name);
    json.totals(totals);
}

fn file(json: &mut Writer<'_>, file: &ListedFile) {
    json.name("path", Some(&file.path));
    json.number("size", file.size);
    json.number("allocated", file.allocated);
    json.time("modified", Some(file.modified));
}

/// Writes members of objects.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// Whether the next member is the first of its object.
    first: bool,
    times: TimeFormatter,
}

impl Writer<'_> {
    fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        self.first = true;
        members(self);
        self.out.push(b'}');
        self.first = false;
    }

    /// The name of a member, and what comes before its value.
    fn key(&mut self, name: &str) {
        if !core::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// A list of objects, each on a line of its own.
    fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut members: impl FnMut(&mut Self, T),
    ) {
        self.key(name);
        let mut separator: &[u8] = b"[\n";
        for item in items {
            self.out.extend_from_slice(separator);
            separator = b",\n";
            self.object(|json| members(json, item));
        }
        let end: &[u8] = if separator == b",\n" { b"]" } else { b"[]" };
        self.out.extend_from_slice(end);
    }

    fn totals(&mut self, totals: Totals) {
        self.number("files", totals.files);
        self.number("bytes", totals.bytes);
        self.number("allocated", totals.allocated);
    }

    fn number(&mut self, name: &str, number: u64) {
        self.key(name);
        push_number(number, self.out);
    }

    fn null(&mut self, name: &str) {
        self.key(name);
        self.out.extend_from_slice(b"null");
    }

    fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.out.push(b'"');
        json_text::push(text, self.out);
        self.out.push(b'"');
    }

    /// A name. One that is not UTF-8 has `_base64` added to its key, and its
    /// bytes in base64.
    fn name(&mut self, name: &str, value: Option<&[u8]>) {
        let Some(bytes) = value else { return self.null(name) };
        if let Ok(text) = str::from_utf8(bytes) {
            return self.text(name, text);
        }
        self.key(name);
        // The name of the key goes on before its quote.
        let quote = self.out.len().saturating_sub(2);
        self.out.truncate(quote);
        self.out.extend_from_slice(b"_base64\":\"");
        push_base64(bytes, self.out);
        self.out.push(b'"');
    }

    /// A time; null where there is none, or RFC 3339 has no form for it.
    fn time(&mut self, name: &str, time: Option<Timestamp>) {
        self.key(name);
        match time.and_then(|time| self.times.format(time)) {
            Some(text) => {
                self.out.push(b'"');
                self.out.extend_from_slice(text);
                self.out.push(b'"');
            }
            None => self.out.extend_from_slice(b"null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sanchay_core::kind::EntryKind;
    use sanchay_core::summary::{FileRow, Place, Tally, TallyOptions};
    use sanchay_core::time::Timestamp;

    use super::push_summary;

    fn json(content: bool) -> serde_json::Value {
        let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
        let options = TallyOptions { depth: 1, top: 2, content, now };
        let mut tally = Tally::new(options);
        let row = FileRow {
            name: b"a\xff.\xfe",
            kind: EntryKind::File,
            size: 5,
            allocated: 4096,
            modified: Timestamp { seconds: i64::MAX, nanoseconds: 0 },
            uid: Some(7),
            links: 1,
            device: 1,
            inode: 2,
            content: None,
        };
        let place = Place::Folder { path: b"r/\x1b\"/", below: 2 };
        tally.add_files(place, [row].into_iter());
        let mut report = tally.finish(3, 1);
        report.name_owners(|uid| (uid == 7).then(|| "someone".to_owned()));
        let mut out = Vec::new();
        push_summary(&report, &[b"r"], &mut out);
        assert!(out.ends_with(b"}\n"));
        let harmless = |byte: &u8| (0x20..0x7f).contains(byte);
        assert!(out.iter().all(|it| harmless(it) || *it == b'\n'));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_independent_parser_reads_what_was_summed_up() {
        let read = json(true);
        assert_eq!(read["format"], "sanchay-summary");
        assert_eq!(read["version"], 1);
        assert_eq!(read["roots"][0]["path"], "r");
        assert_eq!(read["now"], "2027-01-15T08:00:00.000000000Z");
        assert_eq!((&read["files"], &read["bytes"]), (&1.into(), &5.into()));
        assert_eq!(read["directories"], 3);
        assert_eq!(read["extensions"][0]["extension_base64"], "/g==");
        assert_eq!(read["folders"][1]["path"], "r/\x1b\"");
        assert_eq!(read["folders"][0]["allocated"], 4096);
        assert_eq!(read["owners"][0]["user"], "someone");
        assert_eq!(read["contents"][9]["content"], "unknown");
        assert_eq!(read["contents"][9]["files"], 1);
        assert!(read["largest"][0]["path_base64"].is_string());
        assert!(read["largest"][0]["modified"].is_null());
        assert_eq!(read["empty_folders"], serde_json::json!([]));
    }

    #[test]
    fn what_was_not_asked_for_is_null() {
        assert!(json(false)["contents"].is_null());
    }
}
