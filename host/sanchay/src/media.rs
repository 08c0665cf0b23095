//! What pictures and films say of themselves, told by the bundled extractor.
//! It leaves to the host what needs a time zone.

use std::sync::LazyLock;

use sanchay_core::{
    media::MediaField,
    time::{TimeZone, Timestamp, of_wall_clock},
};
use sanchay_sandbox::{
    Fault,
    plugin::{Extractor, Interest, Plugin, Value},
};
use sanchay_storage::{File, Metadata};

use crate::{
    error::Cause,
    extract::{Site, cause, sample, source},
};

/// The zone in which times are understood that have none: that of the process.
static ZONE: LazyLock<TimeZone> = LazyLock::new(TimeZone::system);

/// What the column is called that tells whether a time is local.
const LOCAL: &str = "local";

/// A worker's own instance of the bundled extractor.
pub(crate) struct MediaExtractor {
    extractor: Extractor,
    /// Where among its values that of each field is.
    columns: [Option<usize>; MediaField::COUNT],
    local: Option<usize>,
    values: Vec<Option<Value>>,
}

impl MediaExtractor {
    /// An instance, which is made when it is first needed.
    pub(crate) fn new() -> Result<Self, Fault> {
        let plugin = Plugin::media()?;
        let extractor = plugin.extractor().ok_or_else(|| {
            Fault::Setup("the bundled extractor is none".to_owned())
        })?;
        let column = |name: &str| {
            plugin.columns().iter().position(|column| {
                let own = column.name.split_once('.');
                own.is_some_and(|(_, own)| own == name)
            })
        };
        Ok(Self {
            columns: MediaField::ALL.map(|field| column(field.name())),
            local: column(LOCAL),
            extractor,
            values: Vec::new(),
        })
    }

    /// Whether it may tell anything of a file.
    pub(crate) fn takes(&self, name: &[u8], metadata: &Metadata) -> bool {
        self.extractor.interest(name, metadata.size) == Interest::Bytes
            && !self.extractor.is_disabled()
    }

    /// Appends what an open file says of itself: a value for each field. On
    /// failure, or without a file, appends nulls.
    pub(crate) fn extract(
        &mut self,
        file: Option<&File>,
        site: Site<'_>,
        metadata: &Metadata,
        out: &mut Vec<Option<Value>>,
    ) -> Result<(), Cause> {
        let Self { extractor, columns, local, values } = self;
        values.clear();
        let mut source = file.map(source);
        let source = source.as_mut().map(|it| it as _);
        let sample = sample(site, metadata);
        let told = extractor.extract(&sample, source, values);
        let is_local = local.and_then(|at| values.get(at)?.as_ref())
            == Some(&Value::Boolean(true));
        for (field, column) in MediaField::ALL.into_iter().zip(&*columns) {
            let value = column.and_then(|at| values.get_mut(at)?.take());
            out.push(value.and_then(|it| checked(it, field, is_local)));
        }
        let name = extractor.plugin().name();
        told.map_err(|failure| cause(failure, name))
    }
}

/// A value as its field has it.
fn checked(value: Value, field: MediaField, is_local: bool) -> Option<Value> {
    let value = match (field, value) {
        (MediaField::Taken, Value::Timestamp(time)) if is_local => {
            Value::Timestamp(moment(time)?)
        }
        (MediaField::Duration, Value::Unsigned(nanoseconds)) => {
            Value::Float(seconds(nanoseconds))
        }
        (_, value) => value,
    };
    Some(value).filter(|it| it.value_type() == field.value_type())
}

/// The moment of a time that a clock on a wall here would show.
fn moment(time: Timestamp) -> Option<Timestamp> {
    of_wall_clock(time, &ZONE)
}

/// A number of seconds.
fn seconds(nanoseconds: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "more than three months, to the nanosecond, fit in 53 bits"
    )]
    {
        nanoseconds as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_extractor_has_a_column_for_each_field() {
        let media = MediaExtractor::new().unwrap();
        assert!(media.columns.iter().all(Option::is_some));
        assert!(media.local.is_some());
    }

    #[test]
    fn a_value_of_another_type_is_none() {
        let duration = checked(
            Value::Unsigned(1_500_000_000),
            MediaField::Duration,
            false,
        );
        assert_eq!(duration, Some(Value::Float(1.5)));
        let width = Value::Boolean(true);
        assert_eq!(checked(width, MediaField::Width, false), None);
    }
}
