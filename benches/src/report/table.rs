//! A table as aligned text and as Markdown.

/// Rows of cells under a heading.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        let heading = columns.iter().copied().map(str::to_owned).collect();
        let mut all = vec![heading];
        all.extend(rows);
        Self { rows: all }
    }

    /// Columns aligned with blanks, for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!("{cell:<width$}  "));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// A Markdown table.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            text.push('|');
            for cell in row {
                text.push_str(&format!(" {} |", cell.replace('|', "\\|")));
            }
            text.push('\n');
            if number == 0 {
                text.push_str(&format!("|{}\n", "---|".repeat(row.len())));
            }
        }
        text
    }
}
