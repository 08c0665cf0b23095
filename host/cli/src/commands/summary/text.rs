//! A summary as tables for people: numbers first, names last, so that no name
//! needs to be cut.

use std::{env, fmt::Write as _};

use indicatif::HumanCount;
use sanchay::{
    AgeClass, ContentKind, FolderTotals, ListedFile, Report, SizeClass,
    Timestamp, Totals, escaped,
};
use sanchay_core::{size::HumanBytes, time::TimeFormatter};

use sanchay_system::streams::columns;

use super::bars::{Ink, percent};

/// The width where no terminal tells one.
const WIDTH: usize = 80;

/// What a row has beside its bar and its name.
const NUMBERS: usize = 11 + 2 + 7 + 2 + 11 + 2;

/// The room that a name has at least.
const NAME: usize = 24;

/// How tables are written.
pub(super) struct Text {
    ink: Ink,
    color: bool,
    /// How wide bars are, in characters.
    bar: usize,
    /// How many rows a table of many has.
    top: usize,
}

/// A row of sums: its name, and what it holds.
type Row = (String, Totals);

impl Text {
    /// For a terminal, or for a pipe or a file.
    pub(super) fn new(on_terminal: bool, color: bool, top: usize) -> Self {
        let variable = |name: &str| env::var(name).ok();
        let width = match on_terminal {
            true => columns().unwrap_or(WIDTH),
            false => WIDTH,
        };
        let bar = width.saturating_sub(NUMBERS + NAME).clamp(8, 40);
        Self { ink: Ink::of_locale(variable), color, bar, top }
    }

    /// The tables.
    pub(super) fn of(&self, report: &Report) -> String {
        let mut out = String::new();
        self.head(report, &mut out);
        let rows = |rows: Vec<Row>, title: &str, out: &mut String| {
            self.sums(title, &rows, report.totals.bytes, out);
        };
        let (title, folders) = folders(report, self.top);
        rows(folders, &title, &mut out);
        let extensions = report.extensions.iter().map(|it| {
            let name = match &it.extension {
                Some(extension) => format!(".{}", escaped(extension)),
                None => "without extension".to_owned(),
            };
            (name, it.totals)
        });
        let few: Vec<_> = extensions.take(self.top).collect();
        let title = of_all("By extension", few.len(), report.extensions.len());
        rows(few, &title, &mut out);
        let classes = SizeClass::ALL.iter().map(describe_size);
        rows(present(classes, &report.sizes), "By size", &mut out);
        let classes = AgeClass::ALL.iter().map(|it| it.describe().to_owned());
        rows(present(classes, &report.ages), "By age", &mut out);
        if let Some(contents) = &report.contents {
            let names = ContentKind::ALL.iter().map(|it| it.name().to_owned());
            let mut kinds = present(names, &contents.kinds);
            kinds.extend(present(
                ["unknown".to_owned()].into_iter(),
                &[contents.unknown],
            ));
            kinds.sort_by_key(|it| std::cmp::Reverse(it.1.bytes));
            rows(kinds, "By content", &mut out);
        }
        let owners = report.owners.iter().map(|it| {
            let name = match &it.user {
                Some(user) => escaped(user.as_bytes()).to_string(),
                None => it.uid.to_string(),
            };
            (name, it.totals)
        });
        let few: Vec<_> = owners.take(self.top).collect();
        let title = of_all("By owner", few.len(), report.owners.len());
        rows(few, &title, &mut out);
        self.files("Largest files", &report.largest, &mut out);
        self.files("Oldest files", &report.oldest, &mut out);
        self.files("Newest files", &report.newest, &mut out);
        self.folders(report, &mut out);
        out
    }

    fn head(&self, report: &Report, out: &mut String) {
        let Totals { files, bytes, allocated } = report.totals;
        let files = counted(files, "file", "files");
        let folders = counted(report.directories, "directory", "directories");
        let text = format!(
            "{files} in {folders}: {}, {} on disk",
            HumanBytes(bytes),
            HumanBytes(allocated)
        );
        let _ = writeln!(out, "{}", self.bold(&text));
        if report.errors > 0 {
            let errors = counted(report.errors, "entry", "entries");
            let _ = writeln!(out, "{errors} failed");
        }
    }

    fn title(&self, title: &str, out: &mut String) {
        let _ = writeln!(out, "\n{}", self.bold(title));
    }

    /// Sums, each with its share of the whole.
    fn sums(&self, title: &str, rows: &[Row], whole: u64, out: &mut String) {
        if rows.is_empty() {
            return;
        }
        self.title(title, out);
        for (name, totals) in rows {
            let bar = self.ink.bar(totals.bytes, whole, self.bar);
            let _ = writeln!(
                out,
                "{:>11}  {:>7}  {:>11}  {}  {name}",
                HumanBytes(totals.bytes).to_string(),
                percent(totals.bytes, whole),
                HumanCount(totals.files).to_string(),
                self.colored(&bar),
            );
        }
    }

    fn files(&self, title: &str, files: &[ListedFile], out: &mut String) {
        if files.is_empty() {
            return;
        }
        self.title(title, out);
        for file in files {
            let _ = writeln!(
                out,
                "{:>11}  {:<20}  {}",
                HumanBytes(file.size).to_string(),
                seconds(file.modified),
                escaped(&file.path)
            );
        }
    }

    fn folders(&self, report: &Report, out: &mut String) {
        let empty = &report.empty;
        if empty.count > 0 {
            let number = HumanCount(empty.count);
            self.title(&format!("Folders without files: {number}"), out);
            for folder in &empty.top {
                let within = match folder.folders {
                    0 => String::new(),
                    folders => counted(folders, "folder", "folders"),
                };
                let path = escaped(&folder.path);
                let _ = writeln!(out, "{within:>33}  {path}");
            }
        }
        if !report.fullest.is_empty() {
            self.title("Folders with the most entries", out);
            for folder in &report.fullest {
                let entries = counted(folder.entries, "entry", "entries");
                let path = escaped(&folder.path);
                let _ = writeln!(out, "{entries:>33}  {path}");
            }
        }
    }

    fn bold(&self, text: &str) -> String {
        match self.color {
            true => format!("\x1b[1m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    fn colored(&self, bar: &str) -> String {
        match self.color {
            true => format!("\x1b[36m{bar}\x1b[0m"),
            false => bar.to_owned(),
        }
    }
}

/// The largest folders, and what they are.
fn folders(report: &Report, most: usize) -> (String, Vec<Row>) {
    let mut all: Vec<&FolderTotals> = report.folders.iter().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.all.bytes));
    all.truncate(most);
    // Each below the one that it lies in.
    all.sort_by(|a, b| a.path.cmp(&b.path));
    let title = of_all("By folder", all.len(), report.folders.len());
    let row = |it: &FolderTotals| (escaped(&it.path).to_string(), it.all);
    (title, all.into_iter().map(row).collect())
}

fn of_all(title: &str, shown: usize, all: usize) -> String {
    if shown == all {
        return title.to_owned();
    }
    let [shown, all] = [shown, all].map(|it| HumanCount(it as u64));
    format!("{title}: the largest {shown} of {all}")
}

/// The rows of classes in which there are files.
fn present(
    names: impl Iterator<Item = String>,
    totals: &[Totals],
) -> Vec<Row> {
    let rows = names.zip(totals.iter().copied());
    rows.filter(|(_, totals)| totals.files > 0).collect()
}

/// A class of sizes in words.
pub(super) fn describe_size(class: &SizeClass) -> String {
    let round = |bytes: u64| {
        let text = HumanBytes(bytes).to_string();
        text.replace(".00 ", " ")
    };
    match (class.from, class.below) {
        (0, _) => "empty".to_owned(),
        (1, Some(below)) => format!("under {}", round(below)),
        (from, Some(below)) => {
            format!("{} to {}", round(from), round(below))
        }
        (from, None) => format!("{} and more", round(from)),
    }
}

/// A number of things.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", HumanCount(number))
}

/// A time to the second; a dash where RFC 3339 has no form for it.
pub(super) fn seconds(time: Timestamp) -> String {
    let mut times = TimeFormatter::default();
    let text = times.format(time).and_then(|it| it.first_chunk::<19>());
    match text.and_then(|text| str::from_utf8(text).ok()) {
        Some(text) => format!("{text}Z"),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use sanchay::{SizeClass, Timestamp};

    use super::{describe_size, seconds};

    #[test]
    fn classes_of_sizes_are_told_in_words() {
        let words: Vec<_> = SizeClass::ALL.iter().map(describe_size).collect();
        assert_eq!(words[0], "empty");
        assert_eq!(words[1], "under 4 KiB");
        assert_eq!(words[2], "4 KiB to 64 KiB");
        assert_eq!(words[8], "64 GiB and more");
    }

    #[test]
    fn times_are_told_to_the_second() {
        let time = Timestamp { seconds: 951_782_400, nanoseconds: 7 };
        assert_eq!(seconds(time), "2000-02-29T00:00:00Z");
        let never = Timestamp { seconds: i64::MAX, nanoseconds: 0 };
        assert_eq!(seconds(never), "-");
    }
}
