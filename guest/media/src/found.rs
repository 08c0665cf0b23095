//! What the parsers found in a file so far, and which bytes they lack.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::date::{Offset, Wall};
use crate::input::Stop;
use crate::{Media, Range, TEXT, Taken, text};

/// What was found. Of what stands in several places, the first counts.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) media_type: Option<&'static str>,
    pub(crate) dimensions: Option<(u32, u32)>,
    /// The dimensions that the metadata of a camera tells.
    pub(crate) exif_width: Option<u32>,
    pub(crate) exif_height: Option<u32>,
    pub(crate) make: Option<String>,
    pub(crate) model: Option<String>,
    /// When the shutter was released, and when it was made digital.
    pub(crate) original: Moment,
    pub(crate) digitized: Moment,
    /// A time with its offset, as QuickTime has it.
    pub(crate) exact: Option<Taken>,
    /// When a film was made, in UTC.
    pub(crate) created: Option<Taken>,
    /// How many ticks of a film's clock a second has.
    pub(crate) per_second: u64,
    pub(crate) duration: Option<u64>,
    /// What could not be read, as no piece has it.
    pub(crate) unseen: Vec<Range>,
}

/// A moment as cameras write it: in three places.
#[derive(Debug, Default)]
pub(crate) struct Moment {
    pub(crate) wall: Option<Wall>,
    pub(crate) nanoseconds: Option<u32>,
    pub(crate) offset: Option<Offset>,
}

impl Moment {
    fn taken(&self) -> Option<Taken> {
        let Wall(wall) = self.wall?;
        let Offset(offset) = self.offset.unwrap_or_default();
        Some(Taken {
            seconds: wall.saturating_sub(offset),
            nanoseconds: self.nanoseconds.unwrap_or(0),
            is_local: self.offset.is_none(),
        })
    }
}

impl Found {
    /// Takes note of what a parser lacked. What is damaged is left out.
    pub(crate) fn note<T>(&mut self, result: Result<T, Stop>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Stop::Damaged) => None,
            Err(Stop::Unseen(range)) => {
                self.unseen.push(range);
                None
            }
        }
    }

    /// Sets the dimensions, unless there are some. Those of nothing are none.
    pub(crate) fn set_dimensions(&mut self, width: u32, height: u32) {
        if self.dimensions.is_none() && (width, height) != (0, 0) {
            self.dimensions = Some((width, height));
        }
    }

    /// Sets the duration to so many ticks of a clock, unless it is set.
    pub(crate) fn set_duration(&mut self, ticks: u64, per_second: u64) {
        if self.duration.is_some() || ticks == 0 || per_second == 0 {
            return;
        }
        let nanoseconds = u128::from(ticks) * 1_000_000_000;
        let nanoseconds = nanoseconds / u128::from(per_second);
        self.duration = u64::try_from(nanoseconds).ok();
    }

    /// All of it; `None` for a file in no known format.
    pub(crate) fn media(self) -> Option<Media> {
        let (width, height) = match self.dimensions {
            Some((width, height)) => (Some(width), Some(height)),
            None => (self.exif_width, self.exif_height),
        };
        let known = |it: Option<u32>| it.filter(|it| *it != 0);
        let shot = self.original.taken().or(self.digitized.taken());
        Some(Media {
            media_type: self.media_type?,
            width: known(width),
            height: known(height),
            taken: shot.or(self.exact).or(self.created),
            camera: camera(self.make.as_deref(), self.model.as_deref()),
            duration: self.duration,
        })
    }
}

/// The name of a camera: its maker's and its own, which often has the maker's
/// in it: `NIKON CORPORATION` makes the `NIKON D300`.
fn camera(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let name = match (make, model) {
        (Some(make), Some(model)) => {
            let first = make.split(' ').next().unwrap_or(make);
            let begins = model
                .get(..first.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(first));
            match begins {
                true => model.to_owned(),
                false => format!("{make} {model}"),
            }
        }
        (only, None) | (None, only) => only?.to_owned(),
    };
    Some(text::cut(&name, TEXT).to_owned())
}

#[cfg(test)]
mod tests {
    use super::camera;

    #[test]
    fn a_cameras_name_has_its_makers_once() {
        for (make, model, name) in [
            ("NIKON CORPORATION", "NIKON D300", "NIKON D300"),
            ("Canon", "Canon EOS 5D Mark II", "Canon EOS 5D Mark II"),
            ("FUJIFILM", "X-T3", "FUJIFILM X-T3"),
            ("SONY", "ILCE-7M3", "SONY ILCE-7M3"),
            ("Apple", "iPhone 12", "Apple iPhone 12"),
            ("Ö", "é", "Ö é"),
        ] {
            assert_eq!(camera(Some(make), Some(model)).unwrap(), name);
        }
        assert_eq!(camera(Some("LEICA"), None).unwrap(), "LEICA");
        assert_eq!(camera(None, Some("X")).unwrap(), "X");
        assert_eq!(camera(None, None), None);
    }
}
