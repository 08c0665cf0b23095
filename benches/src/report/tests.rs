//! Tests of `report`.

use super::{seconds, summary};
use crate::report::table::Table;

#[test]
fn times_have_three_digits_that_count() {
    assert_eq!(seconds(0.001_234), "1.23 ms");
    assert_eq!(seconds(0.012_34), "12.3 ms");
    assert_eq!(seconds(0.123_4), "0.123 s");
    assert_eq!(seconds(1.234), "1.23 s");
    assert_eq!(seconds(12.34), "12.3 s");
}

#[test]
fn text_is_aligned_and_markdown_is_escaped() {
    let rows = vec![vec!["a|b".to_owned(), "1".to_owned()]];
    let table = Table::new(&["name", "n"], rows);
    assert_eq!(table.text(), "name  n\na|b   1\n");
    assert_eq!(table.markdown(), "| name | n |\n|---|---|\n| a\\|b | 1 |\n");
}

#[test]
fn the_summary_has_its_heading_even_when_empty() {
    assert!(summary(&[]).starts_with("job  ours"));
}
