//! A map of the folders: rectangles whose areas are their bytes, as close to
//! squares as they come (squarified, by Bruls, Huizing and van Wijk, 2000).
//! Their colours tell how old most of their bytes are.

use std::fmt::Write as _;

use sanchay::{AgeClass, FolderTotals, Report};
use sanchay_core::size::HumanBytes;

use super::markup::{Shown, name};
use crate::commands::summary::text::counted;

/// Whether a path leads to something in a folder.
fn is_within(path: &[u8], folder: &[u8]) -> bool {
    match folder {
        b"." => true,
        // The top, of a drive on Windows.
        [.., b'/'] => path.starts_with(folder),
        _ => path.strip_prefix(folder).is_some_and(|it| it.starts_with(b"/")),
    }
}

/// The folder that a folder lies in, both as they are shown.
fn above(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        None => b".",
        Some(0) => b"/",
        // The top of a drive.
        Some(2) if cfg!(windows) && path.get(1) == Some(&b':') => {
            path.get(..3).unwrap_or_default()
        }
        Some(slash) => path.get(..slash).unwrap_or_default(),
    }
}

/// The size of the map in its own units; it scales with the page.
const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 640.0;

/// The height of a folder's line with its name.
const LINE: f64 = 18.0;

/// The least width and height of a folder whose contents are shown in it.
const ROOM: (f64, f64) = (48.0, 40.0);

/// The least width and height of a rectangle that is drawn.
const LEAST: f64 = 2.5;

/// The map of a report.
pub(super) struct Treemap<'r> {
    pub(super) report: &'r Report,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What a rectangle stands for.
#[derive(Clone, Copy, Debug)]
enum Tile<'r> {
    /// A folder, by its place in the report, and all beneath it.
    Folder(usize),
    /// The files directly in a folder.
    Files(&'r FolderTotals),
    /// Files that were named themselves.
    Named,
}

impl Treemap<'_> {
    /// Writes the map, if there is anything to show.
    pub(super) fn write(&self, out: &mut String) {
        let bytes = self.report.totals.bytes;
        if bytes == 0 {
            return;
        }
        out.push_str(
            "<section class=\"card map\">\n<h2>Where the bytes are</h2>\n",
        );
        self.legend(out);
        let _ = write!(
            out,
            "<div class=\"scroll\"><svg class=\"treemap\" role=\"img\" \
             viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             aria-labelledby=\"map-title map-text\">\n\
             <title id=\"map-title\">Map of the folders</title>\n\
             <desc id=\"map-text\">{}</desc>\n",
            self.describe()
        );
        let all = Area { x: 0.0, y: 0.0, width: WIDTH, height: HEIGHT };
        let tiles = self.roots();
        match tiles.as_slice() {
            // One root needs no frame: the page is about it.
            [(Tile::Folder(root), _)] => {
                self.lay_out(self.contents(*root), all, out);
            }
            _ => self.lay_out(tiles, all, out),
        }
        out.push_str("</svg></div>\n</section>\n");
    }

    fn legend(&self, out: &mut String) {
        out.push_str(
            "<ul class=\"legend\" \
             aria-label=\"Colours: the age of most of the bytes\">",
        );
        for (index, class) in AgeClass::ALL.iter().enumerate() {
            let files = self.report.ages.get(index).map(|it| it.files);
            if files.unwrap_or_default() > 0 {
                let _ = write!(
                    out,
                    "<li><svg viewBox=\"0 0 8 8\" aria-hidden=\"true\">\
                     <rect class=\"age-{index}\" width=\"8\" height=\"8\"/>\
                     </svg>{}</li>",
                    class.describe()
                );
            }
        }
        out.push_str("</ul>\n");
    }

    /// What the map shows, in a sentence.
    fn describe(&self) -> String {
        let mut tops: Vec<&FolderTotals> =
            self.report.folders.iter().filter(|it| it.depth == 1).collect();
        tops.sort_by_key(|it| std::cmp::Reverse(it.all.bytes));
        let largest: Vec<_> = tops
            .iter()
            .take(3)
            .map(|it| {
                let bytes = HumanBytes(it.all.bytes);
                format!("{} ({bytes})", Shown(name(&it.path)))
            })
            .collect();
        match largest.as_slice() {
            [] => "All bytes are in the roots themselves.".to_owned(),
            _ => format!("The largest folders: {}.", largest.join(", ")),
        }
    }

    fn folder(&self, index: usize) -> Option<&FolderTotals> {
        self.report.folders.get(index)
    }

    /// The roots, and the files that were named, with their bytes.
    fn roots(&self) -> Vec<(Tile<'_>, u64)> {
        let folders = self.report.folders.iter().enumerate();
        let roots = folders.filter(|(_, it)| it.depth == 0);
        let mut tiles: Vec<_> = roots
            .map(|(index, it)| (Tile::Folder(index), it.all.bytes))
            .collect();
        let within = tiles
            .iter()
            .fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
        let named = self.report.totals.bytes.saturating_sub(within);
        tiles.push((Tile::Named, named));
        with_bytes(tiles)
    }

    /// What lies in a folder, with its bytes.
    fn contents(&self, index: usize) -> Vec<(Tile<'_>, u64)> {
        let Some(outer) = self.folder(index) else { return Vec::new() };
        // What lies in a folder comes right behind it; among that, there may
        // be other roots.
        let behind = self.report.folders.iter().enumerate().skip(index + 1);
        let within =
            behind.take_while(|(_, it)| is_within(&it.path, &outer.path));
        let mut tiles: Vec<_> = within
            .filter(|(_, it)| it.depth > 0 && above(&it.path) == &*outer.path)
            .map(|(index, it)| (Tile::Folder(index), it.all.bytes))
            .collect();
        tiles.push((Tile::Files(outer), outer.own.bytes));
        with_bytes(tiles)
    }

    /// Draws tiles into an area.
    fn lay_out(
        &self,
        tiles: Vec<(Tile<'_>, u64)>,
        area: Area,
        out: &mut String,
    ) {
        let weights: Vec<_> = tiles.iter().map(|(_, it)| *it).collect();
        for ((tile, bytes), area) in
            tiles.into_iter().zip(squarify(&weights, area))
        {
            if area.width >= LEAST && area.height >= LEAST {
                self.draw(tile, bytes, area, out);
            }
        }
    }

    fn draw(&self, tile: Tile<'_>, bytes: u64, area: Area, out: &mut String) {
        let size = HumanBytes(bytes);
        match tile {
            Tile::Folder(index) => {
                let Some(folder) = self.folder(index) else { return };
                let path = Shown(&folder.path);
                let files = counted(folder.all.files, "file", "files");
                let title = format!("{path}: {size}, {files}");
                let label = Shown(name(&folder.path)).to_string();
                let inside = self.contents(index);
                let is_only_files =
                    matches!(inside.as_slice(), [(Tile::Files(_), _)] | []);
                let has_room = area.width >= ROOM.0 && area.height >= ROOM.1;
                if is_only_files || !has_room {
                    let class = age(&folder.ages);
                    leaf(area, &class, &title, &label, &size, out);
                    return;
                }
                begin(area, "folder", &title, out);
                text(area, &format!("{label} · {size}"), "head", 0, out);
                out.push_str("</g>\n");
                self.lay_out(inside, area.inner(), out);
            }
            Tile::Files(folder) => {
                let files = counted(folder.own.files, "file", "files");
                let path = Shown(&folder.path);
                let title = format!("{path}, directly in it: {size}, {files}");
                let class = age(&folder.ages);
                leaf(area, &class, &title, &files, &size, out);
            }
            Tile::Named => {
                let title = format!("Files that were named: {size}");
                leaf(area, "folder", &title, "named files", &size, out);
            }
        }
    }
}

/// The tiles that have bytes, the largest first.
fn with_bytes(mut tiles: Vec<(Tile<'_>, u64)>) -> Vec<(Tile<'_>, u64)> {
    tiles.retain(|(_, bytes)| *bytes > 0);
    tiles.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    tiles
}

/// The colour of the age of most of these bytes.
fn age(ages: &[u64]) -> String {
    let most = ages.iter().enumerate().max_by_key(|(_, bytes)| **bytes);
    format!("age-{}", most.map_or(0, |(index, _)| index))
}

/// Begins a rectangle with its title.
fn begin(area: Area, class: &str, title: &str, out: &mut String) {
    let Area { x, y, width, height } = area;
    let _ = write!(
        out,
        "<g><title>{title}</title><rect class=\"{class}\" x=\"{x:.1}\" \
         y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
    );
}

/// A rectangle with nothing in it but its name and its size.
fn leaf(
    area: Area,
    class: &str,
    title: &str,
    label: &str,
    size: &HumanBytes,
    out: &mut String,
) {
    begin(area, class, title, out);
    text(area, label, "name", 0, out);
    text(area, &size.to_string(), "size", 1, out);
    out.push_str("</g>\n");
}

/// A line of text in a rectangle, which cuts it; none where there is no room.
fn text(area: Area, words: &str, class: &str, line: u32, out: &mut String) {
    let top = f64::from(line) * (LINE - 2.0);
    if area.width < 36.0 || area.height < top + LINE {
        return;
    }
    let Area { x, y, width, .. } = area;
    let _ = write!(
        out,
        "<svg x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{LINE}\">\
         <text class=\"{class}\" x=\"0\" y=\"13\">{words}</text></svg>",
        x + 5.0,
        y + top + 1.0,
        width - 8.0,
    );
}

impl Area {
    /// The room in a folder below its name.
    fn inner(self) -> Self {
        Self {
            x: self.x + 3.0,
            y: self.y + LINE,
            width: self.width - 6.0,
            height: self.height - LINE - 3.0,
        }
    }
}

/// Divides an area among weights, which fall, and are not 0: rows along the
/// shorter side, each as long as its rectangles become more like squares.
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "areas on a screen"
)]
fn squarify(weights: &[u64], area: Area) -> Vec<Area> {
    let whole: f64 = weights.iter().map(|it| *it as f64).sum();
    if whole <= 0.0 {
        return Vec::new();
    }
    let scale = area.width * area.height / whole;
    let areas: Vec<f64> =
        weights.iter().map(|it| *it as f64 * scale).collect();
    let mut placed = Vec::with_capacity(areas.len());
    let (mut rest, mut free) = (areas.as_slice(), area);
    while !rest.is_empty() {
        let side = free.width.min(free.height);
        let mut count = 1;
        while count < rest.len()
            && worst(rest, count + 1, side) <= worst(rest, count, side)
        {
            count += 1;
        }
        let (row, others) = rest.split_at(count);
        free = place(row, free, &mut placed);
        rest = others;
    }
    placed
}

/// The worst ratio of sides in a row of the first rectangles.
fn worst(areas: &[f64], count: usize, side: f64) -> f64 {
    let row = areas.get(..count).unwrap_or(areas);
    let sum: f64 = row.iter().sum();
    let (first, last) = (row.first(), row.last());
    let (Some(most), Some(least)) = (first, last) else { return 0.0 };
    let (side, sum) = (side * side, sum * sum);
    (side * most / sum).max(sum / (side * least))
}

/// Places a row along the shorter side. Returns what is left of the area.
fn place(row: &[f64], free: Area, placed: &mut Vec<Area>) -> Area {
    let sum: f64 = row.iter().sum();
    let Area { x, y, width, height } = free;
    let is_column = width >= height;
    let side = width.min(height);
    let depth = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for area in row {
        let length = if depth > 0.0 { area / depth } else { 0.0 };
        placed.push(match is_column {
            true => Area { x, y: y + at, width: depth, height: length },
            false => Area { x: x + at, y, width: length, height: depth },
        });
        at += length;
    }
    match is_column {
        true => Area { x: x + depth, width: (width - depth).max(0.0), ..free },
        false => {
            Area { y: y + depth, height: (height - depth).max(0.0), ..free }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use sanchay::{FolderTotals, Report};
    use sanchay_core::{
        summary::{Tally, TallyOptions, Totals},
        time::Timestamp,
    };

    use super::{Area, Tile, Treemap, squarify};

    const ALL: Area = Area { x: 0.0, y: 0.0, width: 600.0, height: 400.0 };

    /// A report of folders, by path and depth, of a byte each.
    fn report(folders: &[(&str, u32)]) -> Report {
        let now = Timestamp { seconds: 0, nanoseconds: 0 };
        let options = TallyOptions { depth: 2, top: 0, content: false, now };
        let byte = Totals { files: 1, bytes: 1, allocated: 1 };
        let folder = |(path, depth): &(&str, u32)| FolderTotals {
            path: path.as_bytes().into(),
            depth: *depth,
            own: byte,
            all: byte,
            ages: Default::default(),
            newest: None,
        };
        let folders = folders.iter().map(folder).collect();
        Report { folders, ..Tally::new(options).finish(0, 0) }
    }

    #[test]
    fn a_folder_holds_what_lies_in_it_though_a_root_comes_between() {
        let report = report(&[
            (".", 0),
            ("d", 1),
            ("d/e", 2),
            ("d/e/f", 0),
            ("d/e/f/g", 1),
            ("d/z", 2),
            ("e", 1),
        ]);
        let map = Treemap { report: &report };
        let inside = |index: usize| -> Vec<usize> {
            let tiles = map.contents(index).into_iter();
            let folders = tiles.filter_map(|(tile, _)| match tile {
                Tile::Folder(index) => Some(index),
                _ => None,
            });
            let mut folders: Vec<_> = folders.collect();
            folders.sort_unstable();
            folders
        };
        assert_eq!(inside(0), [1, 6]);
        assert_eq!(inside(1), [2, 5]);
        assert!(inside(2).is_empty());
        assert_eq!(inside(3), [4]);
    }

    #[test]
    fn the_example_of_the_paper_comes_out() {
        let area = Area { x: 0.0, y: 0.0, width: 6.0, height: 4.0 };
        let areas = squarify(&[6, 6, 4, 3, 2, 2, 1], area);
        let rounded: Vec<_> = areas
            .iter()
            .map(|it| {
                ((it.width * 100.0).round(), (it.height * 100.0).round())
            })
            .collect();
        assert_eq!(
            rounded,
            [
                (300.0, 200.0),
                (300.0, 200.0),
                (171.0, 233.0),
                (129.0, 233.0),
                (120.0, 167.0),
                (120.0, 167.0),
                (60.0, 167.0),
            ]
        );
    }

    proptest! {
        #[test]
        fn areas_are_those_of_the_weights_and_lie_within_and_apart(
            mut weights in prop::collection::vec(1_u64..1_000_000, 1..40),
        ) {
            weights.sort_unstable_by(|a, b| b.cmp(a));
            let areas = squarify(&weights, ALL);
            prop_assert_eq!(areas.len(), weights.len());
            let whole: u64 = weights.iter().sum();
            for (area, weight) in areas.iter().zip(&weights) {
                let share = *weight as f64 / whole as f64;
                let found = area.width * area.height / (600.0 * 400.0);
                prop_assert!((share - found).abs() < 1e-6);
                prop_assert!(area.x >= 0.0 && area.y >= 0.0);
                prop_assert!(area.x + area.width <= 600.0 + 1e-6);
                prop_assert!(area.y + area.height <= 400.0 + 1e-6);
            }
            for (index, a) in areas.iter().enumerate() {
                for b in &areas[index + 1..] {
                    let apart = a.x + a.width <= b.x + 1e-6
                        || b.x + b.width <= a.x + 1e-6
                        || a.y + a.height <= b.y + 1e-6
                        || b.y + b.height <= a.y + 1e-6;
                    prop_assert!(apart, "{:?} {:?}", a, b);
                }
            }
        }
    }
}
