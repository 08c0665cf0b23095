//! A summary as a page: one file of HTML that loads nothing and runs no
//! script, whatever policy it is opened under. Its map and its charts are SVG,
//! and its tables are there in several orders, of which a choice without
//! script shows one.
//!
//! Names on it are not trusted: what could move or reorder text is escaped as
//! on a terminal, and what HTML would read, as HTML has it.

mod markup;
mod table;
mod treemap;

use std::fmt::Write as _;

use indicatif::HumanCount;
use sanchay::{
    AgeClass, ContentKind, FolderTotals, ListedFile, Report, SizeClass,
    Timestamp, Totals,
};
use sanchay_core::size::HumanBytes;

use self::{
    markup::Shown,
    table::{Cell, Column, Order, SortedTable},
    treemap::Treemap,
};
use super::{
    bars::percent,
    text::{counted, describe_size, seconds},
};

const STYLE: &str = include_str!("page/style.css");

/// The policy that the page asks for itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

/// How many rows a table has at most.
const ROWS: usize = 200;

/// A summary to be shown.
pub(super) struct Page<'r> {
    pub(super) report: &'r Report,
    /// The roots as they were given.
    pub(super) roots: &'r [&'r [u8]],
}

impl Page<'_> {
    /// The page.
    pub(super) fn html(&self) -> String {
        let mut out = String::new();
        let title = self.title();
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n\
             <meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"{POLICY}\">\n\
             <meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Summary of {title}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<main>\n"
        );
        self.head(&title, &mut out);
        let map = Treemap { report: self.report };
        map.write(&mut out);
        self.charts(&mut out);
        self.folders(&mut out);
        self.extensions(&mut out);
        self.lists(&mut out);
        let _ = write!(
            out,
            "</main>\n<footer><p>Made by Sanchay {} on <time>{}</time>. \
             Sizes are in powers of 1024; a file with several names counts \
             once in bytes.</p></footer>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION"),
            seconds(self.report.now),
        );
        out
    }

    /// The roots, escaped; of many, the first and how many more.
    fn title(&self) -> String {
        let first = self.roots.first().copied().unwrap_or_default();
        match self.roots.len() {
            0 | 1 => Shown(first).to_string(),
            more => format!(
                "{} and {}",
                Shown(first),
                counted(more as u64 - 1, "other", "others")
            ),
        }
    }

    fn head(&self, title: &str, out: &mut String) {
        let Report { totals, directories, errors, .. } = self.report;
        let _ = write!(
            out,
            "<header>\n<h1>Summary of <bdi translate=\"no\">{title}</bdi>\
             </h1>\n<dl class=\"sums\">\n"
        );
        let exact = |number: u64| HumanCount(number).to_string();
        let bytes = |number: u64| HumanBytes(number).to_string();
        let Totals { files, bytes: size, allocated } = *totals;
        for (id, name, value, shown, more) in [
            ("files", "Files", files, exact(files), String::new()),
            (
                "directories",
                "Directories",
                *directories,
                exact(*directories),
                String::new(),
            ),
            ("bytes", "Size", size, bytes(size), exact(size)),
            (
                "allocated",
                "On disk",
                allocated,
                bytes(allocated),
                exact(allocated),
            ),
            (
                "errors",
                "Failed entries",
                *errors,
                exact(*errors),
                String::new(),
            ),
        ] {
            if id == "errors" && value == 0 {
                continue;
            }
            let more = match more.as_str() {
                "" => String::new(),
                more => format!("<small>{more} bytes</small>"),
            };
            let _ = writeln!(
                out,
                "<div class=\"sum {id}\"><dt>{name}</dt><dd><data \
                 id=\"{id}\" value=\"{value}\">{shown}</data>{more}</dd>\
                 </div>"
            );
        }
        out.push_str("</dl>\n</header>\n");
    }

    /// Sums by class, with bars.
    fn charts(&self, out: &mut String) {
        let report = self.report;
        out.push_str("<div class=\"charts\">\n");
        let ages = AgeClass::ALL.iter().enumerate().map(|(index, it)| {
            (it.describe().to_owned(), format!("age-{index}"))
        });
        chart("By age", "Age", ages, &report.ages, out);
        let sizes = SizeClass::ALL.iter();
        let sizes = sizes.map(|it| (describe_size(it), "plain".to_owned()));
        chart("By size", "Size of the file", sizes, &report.sizes, out);
        if let Some(contents) = &report.contents {
            let mut kinds: Vec<_> = ContentKind::ALL
                .iter()
                .map(|it| it.name())
                .zip(contents.kinds)
                .chain([("unknown", contents.unknown)])
                .collect();
            kinds.sort_by_key(|it| std::cmp::Reverse(it.1.bytes));
            let names = kinds
                .iter()
                .map(|(name, _)| ((*name).to_owned(), format!("kind-{name}")));
            let totals: Vec<_> = kinds.iter().map(|it| it.1).collect();
            chart("By kind of content", "Kind", names, &totals, out);
        }
        let owners = report.owners.iter().take(20).map(|it| {
            let name = match &it.user {
                Some(user) => Shown(user.as_bytes()).to_string(),
                None => it.uid.to_string(),
            };
            (name, "plain".to_owned())
        });
        let totals: Vec<_> =
            report.owners.iter().map(|it| it.totals).take(20).collect();
        chart("By owner", "Owner", owners, &totals, out);
        out.push_str("</div>\n");
    }

    fn folders(&self, out: &mut String) {
        let whole = self.report.totals.bytes;
        // With their place in the order of paths.
        let mut all: Vec<(usize, &FolderTotals)> =
            self.report.folders.iter().enumerate().collect();
        all.sort_by_key(|(_, it)| std::cmp::Reverse(it.all.bytes));
        all.truncate(ROWS);
        let rows: Vec<_> = all
            .iter()
            .map(|(_, it)| {
                vec![
                    Cell::path(&it.path),
                    Cell::bytes(it.all.bytes),
                    Cell::bar(it.all.bytes, whole),
                    Cell::bytes(it.all.allocated),
                    Cell::number(it.all.files),
                    Cell::time(it.newest),
                ]
            })
            .collect();
        let descending = |column, key: &dyn Fn(&FolderTotals) -> u64| {
            Order::by(column, &all, |a, b| key(b.1).cmp(&key(a.1)))
        };
        let orders = vec![
            descending(1, &|it| it.all.bytes),
            descending(3, &|it| it.all.allocated),
            descending(4, &|it| it.all.files),
            Order::by(5, &all, |a, b| b.1.newest.cmp(&a.1.newest)),
            Order::by(0, &all, |a, b| a.0.cmp(&b.0)).ascending(),
        ];
        SortedTable {
            id: "folders",
            title: "Folders",
            note: of_all(rows.len(), self.report.folders.len()),
            columns: &[
                Column::text("Folder"),
                Column::number("Size"),
                Column::share("Share"),
                Column::number("On disk"),
                Column::number("Files"),
                Column::number("Newest file"),
            ],
            rows,
            orders,
        }
        .write(out);
    }

    fn extensions(&self, out: &mut String) {
        let all = &self.report.extensions;
        let whole = self.report.totals.bytes;
        let all: Vec<_> = all.iter().take(ROWS).collect();
        let rows: Vec<_> = all
            .iter()
            .map(|it| {
                let name = match &it.extension {
                    Some(extension) => Cell::name(extension),
                    None => Cell::quiet("without"),
                };
                vec![
                    name,
                    Cell::bytes(it.totals.bytes),
                    Cell::bar(it.totals.bytes, whole),
                    Cell::bytes(it.totals.allocated),
                    Cell::number(it.totals.files),
                ]
            })
            .collect();
        let orders = vec![
            Order::by(1, &all, |a, b| b.totals.bytes.cmp(&a.totals.bytes)),
            Order::by(3, &all, |a, b| {
                b.totals.allocated.cmp(&a.totals.allocated)
            }),
            Order::by(4, &all, |a, b| b.totals.files.cmp(&a.totals.files)),
            Order::by(0, &all, |a, b| a.extension.cmp(&b.extension))
                .ascending(),
        ];
        SortedTable {
            id: "extensions",
            title: "Extensions",
            note: of_all(rows.len(), self.report.extensions.len()),
            columns: &[
                Column::text("Extension"),
                Column::number("Size"),
                Column::share("Share"),
                Column::number("On disk"),
                Column::number("Files"),
            ],
            rows,
            orders,
        }
        .write(out);
    }

    fn lists(&self, out: &mut String) {
        let report = self.report;
        files("largest", "Largest files", &report.largest, out);
        files("oldest", "Oldest files", &report.oldest, out);
        files("newest", "Newest files", &report.newest, out);
        let rows =
            report.empty.top.iter().map(|it| {
                vec![Cell::path(&it.path), Cell::number(it.folders)]
            });
        list(
            "empty",
            "Folders without files",
            format!("{} in all", HumanCount(report.empty.count)),
            &[Column::text("Folder"), Column::number("Folders in it")],
            rows.collect(),
            out,
        );
        let rows = report
            .fullest
            .iter()
            .map(|it| vec![Cell::path(&it.path), Cell::number(it.entries)]);
        list(
            "fullest",
            "Folders with the most entries",
            String::new(),
            &[Column::text("Folder"), Column::number("Entries")],
            rows.collect(),
            out,
        );
    }
}

/// Sums by class as a table with bars. The names are HTML already.
fn chart(
    title: &str,
    heading: &'static str,
    names: impl Iterator<Item = (String, String)>,
    totals: &[Totals],
    out: &mut String,
) {
    let whole =
        totals.iter().fold(0_u64, |sum, it| sum.saturating_add(it.bytes));
    let most = totals.iter().map(|it| it.bytes).max().unwrap_or_default();
    let rows: Vec<_> = names
        .zip(totals)
        .filter(|(_, totals)| totals.files > 0)
        .map(|((name, class), totals)| {
            let share = percent(totals.bytes, whole);
            vec![
                Cell::html(name),
                Cell::bytes(totals.bytes),
                Cell::share_of(totals.bytes, most, &class, &share),
                Cell::number(totals.files),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let columns = [
        Column::text(heading),
        Column::number("Size"),
        Column::share("Share"),
        Column::number("Files"),
    ];
    let _ = writeln!(out, "<section class=\"card\">\n<h2>{title}</h2>");
    table::write(title, &columns, &rows, out);
    out.push_str("</section>\n");
}

fn files(id: &str, title: &str, files: &[ListedFile], out: &mut String) {
    let rows = files.iter().map(|it| {
        vec![
            Cell::path(&it.path),
            Cell::bytes(it.size),
            Cell::bytes(it.allocated),
            Cell::time(Some(it.modified)),
        ]
    });
    let columns = [
        Column::text("File"),
        Column::number("Size"),
        Column::number("On disk"),
        Column::number("Modified"),
    ];
    list(id, title, String::new(), &columns, rows.collect(), out);
}

/// A list that can be folded away.
fn list(
    id: &str,
    title: &str,
    note: String,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
    out: &mut String,
) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<details class=\"card\" id=\"{id}\" open>\n<summary><h2>{title}</h2>"
    );
    if !note.is_empty() {
        let _ = write!(out, " <small>{note}</small>");
    }
    out.push_str("</summary>\n");
    table::write(title, columns, &rows, out);
    out.push_str("</details>\n");
}

/// How many rows a table has, of how many.
fn of_all(shown: usize, all: usize) -> String {
    let [few, whole] = [shown, all].map(|it| HumanCount(it as u64));
    match shown == all {
        true => whole.to_string(),
        false => format!("the largest {few} of {whole}"),
    }
}

/// A time as a page shows it.
fn minutes(time: Timestamp) -> String {
    let text = seconds(time);
    match text.split_once('T') {
        Some((date, clock)) => {
            format!("{date} {}", clock.get(..5).unwrap_or_default())
        }
        None => text,
    }
}

#[cfg(test)]
mod tests;
