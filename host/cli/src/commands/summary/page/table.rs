//! Tables: of one order, and of several among which the reader chooses.
//!
//! A table of several orders is there once for each. Radio buttons that stand
//! before them choose the one that is shown, by style alone, which knows five
//! of them; the headings of the columns are labels of the buttons, so that a
//! click on a heading sorts.

use std::{cmp::Ordering, fmt::Write as _};

use indicatif::HumanCount;
use sanchay::Timestamp;
use sanchay_core::size::HumanBytes;

use super::{
    markup::{Shown, name},
    minutes,
};
use crate::commands::summary::{bars::percent, text::seconds};

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    title: &'static str,
    class: &'static str,
}

impl Column {
    /// Of names.
    pub(super) const fn text(title: &'static str) -> Self {
        Self { title, class: "name" }
    }

    /// Of numbers.
    pub(super) const fn number(title: &'static str) -> Self {
        Self { title, class: "number" }
    }

    /// Of bars.
    pub(super) const fn share(title: &'static str) -> Self {
        Self { title, class: "share" }
    }
}

/// What stands in a cell, as HTML.
#[derive(Clone, Debug)]
pub(super) struct Cell(String);

impl Cell {
    /// What is HTML already.
    pub(super) fn html(html: String) -> Self {
        Self(html)
    }

    /// A word that is no name.
    pub(super) fn quiet(word: &str) -> Self {
        Self(format!("<em>{word}</em>"))
    }

    /// A name.
    pub(super) fn name(name: &[u8]) -> Self {
        Self(format!("<bdi translate=\"no\">{}</bdi>", Shown(name)))
    }

    /// A path: the last component counts, and stands out.
    pub(super) fn path(path: &[u8]) -> Self {
        let last = name(path);
        let above = path.strip_suffix(last).unwrap_or_default();
        Self(format!(
            "<bdi translate=\"no\"><span class=\"above\">{}</span>{}</bdi>",
            Shown(above),
            Shown(last)
        ))
    }

    /// A number of bytes.
    pub(super) fn bytes(bytes: u64) -> Self {
        let exact = HumanCount(bytes);
        Self(format!(
            "<data value=\"{bytes}\" title=\"{exact} bytes\">{}</data>",
            HumanBytes(bytes)
        ))
    }

    /// A number of things.
    pub(super) fn number(number: u64) -> Self {
        Self(HumanCount(number).to_string())
    }

    /// A point in time.
    pub(super) fn time(time: Option<Timestamp>) -> Self {
        let Some(time) = time else { return Self::quiet("none") };
        Self(match seconds(time).as_str() {
            "-" => "<em>unknown</em>".to_owned(),
            exact => format!(
                "<time datetime=\"{exact}\" title=\"{exact}\">{}</time>",
                minutes(time)
            ),
        })
    }

    /// A share of a whole, as a bar and in percent.
    pub(super) fn bar(part: u64, whole: u64) -> Self {
        let share = percent(part, whole);
        Self::share_of(part, whole, "plain", &share)
    }

    /// A bar for `part` of `most`, and words beside it.
    pub(super) fn share_of(
        part: u64,
        most: u64,
        class: &str,
        words: &str,
    ) -> Self {
        let width = match most {
            0 => 0,
            most => u128::from(part) * 1000 / u128::from(most),
        };
        Self(format!(
            "<svg class=\"bar\" viewBox=\"0 0 1000 8\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"{class}\" width=\"{width}\" height=\"8\"/></svg> \
             <span>{words}</span>"
        ))
    }
}

/// An order of the rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Order {
    column: usize,
    direction: &'static str,
    rows: Vec<usize>,
}

impl Order {
    /// Rows for these items, which stand in the order of the rows, by a
    /// column that falls.
    pub(super) fn by<T>(
        column: usize,
        items: &[T],
        compare: impl Fn(&T, &T) -> Ordering,
    ) -> Self {
        let mut rows: Vec<_> = (0..items.len()).collect();
        rows.sort_by(|a, b| match (items.get(*a), items.get(*b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        Self { column, direction: "descending", rows }
    }

    /// The column rises.
    pub(super) fn ascending(self) -> Self {
        Self { direction: "ascending", ..self }
    }
}

/// A table of several orders, the first of which is shown at first.
pub(super) struct SortedTable<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// How many rows there are.
    pub(super) note: String,
    pub(super) columns: &'a [Column],
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) orders: Vec<Order>,
}

impl SortedTable<'_> {
    pub(super) fn write(&self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        let Self { id, title, note, .. } = self;
        let _ = writeln!(
            out,
            "<section class=\"card orders\" id=\"{id}\">\n\
             <h2>{title} <small>{note}</small></h2>"
        );
        for (index, order) in self.orders.iter().enumerate() {
            let checked = if index == 0 { " checked" } else { "" };
            let _ = writeln!(
                out,
                "<input type=\"radio\" name=\"{id}-by\" \
                 id=\"{id}-by-{index}\" aria-label=\"Sort {title} by {}\"\
                 {checked}>",
                self.heading(order.column)
            );
        }
        for order in &self.orders {
            let _ = writeln!(
                out,
                "<div class=\"scroll\">\n<table>\n\
                 <caption>{title}, by {}</caption>\n<thead><tr>",
                self.heading(order.column)
            );
            for (column, it) in self.columns.iter().enumerate() {
                self.head(column, *it, order, out);
            }
            out.push_str("</tr></thead>\n<tbody>\n");
            for row in &order.rows {
                if let Some(cells) = self.rows.get(*row) {
                    cells_of(cells, self.columns, out);
                }
            }
            out.push_str("</tbody>\n</table>\n</div>\n");
        }
        out.push_str("</section>\n");
    }

    fn heading(&self, column: usize) -> String {
        let title = self.columns.get(column).map(|it| it.title);
        title.unwrap_or_default().to_lowercase()
    }

    /// The heading of a column: a label of the button that sorts by it.
    fn head(
        &self,
        column: usize,
        Column { title, class }: Column,
        shown: &Order,
        out: &mut String,
    ) {
        let sorts = self.orders.iter().position(|it| it.column == column);
        let _ = match sorts {
            Some(index) if shown.column == column => write!(
                out,
                "<th scope=\"col\" class=\"{class} sorted {0}\" \
                 aria-sort=\"{0}\"><label for=\"{1}-by-{index}\">{title}\
                 </label></th>",
                shown.direction, self.id
            ),
            Some(index) => write!(
                out,
                "<th scope=\"col\" class=\"{class}\"><label \
                 for=\"{}-by-{index}\">{title}</label></th>",
                self.id
            ),
            None => {
                write!(out, "<th scope=\"col\" class=\"{class}\">{title}</th>")
            }
        };
    }
}

/// A table of one order.
pub(super) fn write(
    caption: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
    out: &mut String,
) {
    let _ = write!(
        out,
        "<div class=\"scroll\"><table>\n<caption>{caption}</caption>\n\
         <thead><tr>"
    );
    for Column { title, class } in columns {
        let _ =
            write!(out, "<th scope=\"col\" class=\"{class}\">{title}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for cells in rows {
        cells_of(cells, columns, out);
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn cells_of(cells: &[Cell], columns: &[Column], out: &mut String) {
    out.push_str("<tr>");
    for (index, (Cell(html), Column { class, .. })) in
        cells.iter().zip(columns).enumerate()
    {
        let _ = match index {
            0 => {
                write!(out, "<th scope=\"row\" class=\"{class}\">{html}</th>")
            }
            _ => write!(out, "<td class=\"{class}\">{html}</td>"),
        };
    }
    out.push_str("</tr>\n");
}
