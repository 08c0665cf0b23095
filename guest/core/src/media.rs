//! What pictures and films say of themselves: the fields, whose values the
//! bundled extractor tells, in one list for records, filters and hosts.

use crate::value::{Value, ValueType};

/// A field that the contents of a file tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaField {
    /// The type of the contents, as the Internet names types.
    MediaType,
    /// The width in pixels, before any rotation.
    Width,
    /// The height in pixels, before any rotation.
    Height,
    /// When it was taken.
    Taken,
    /// What took it.
    Camera,
    /// How long it lasts, in seconds.
    Duration,
}

impl MediaField {
    /// All of them, in the order that a file's values have.
    pub const ALL: [Self; 6] = [
        Self::MediaType,
        Self::Width,
        Self::Height,
        Self::Taken,
        Self::Camera,
        Self::Duration,
    ];

    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// What it is called everywhere.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MediaType => "media_type",
            Self::Width => "width",
            Self::Height => "height",
            Self::Taken => "taken",
            Self::Camera => "camera",
            Self::Duration => "duration",
        }
    }

    /// The type of its values.
    #[must_use]
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::MediaType | Self::Camera => ValueType::Text,
            Self::Width | Self::Height => ValueType::Unsigned,
            Self::Taken => ValueType::Timestamp,
            Self::Duration => ValueType::Float,
        }
    }

    /// Its place among a file's values.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its value among those of a file.
    #[must_use]
    pub fn of(self, values: &[Option<Value>]) -> Option<&Value> {
        values.get(self.index())?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::MediaField;

    #[test]
    fn each_field_has_the_place_that_the_list_gives_it() {
        for (index, field) in MediaField::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), index);
        }
    }
}
