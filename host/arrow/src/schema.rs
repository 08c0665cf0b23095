//! The columns of records.

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use sanchay_core::{
    record::{self, DataType as Type},
    value::ValueType,
};

use crate::{Options, has_few_values};

/// The columns of records with these fields.
#[must_use]
pub fn schema(records: &record::Schema, options: Options) -> Schema {
    let mut fields = Vec::new();
    for field in records.fields() {
        let name = field.name.as_ref();
        let data_type = match options.dictionaries && has_few_values(field) {
            true => DataType::Dictionary(
                Box::new(DataType::Int32),
                Box::new(DataType::Utf8),
            ),
            false => data_type(field.data_type),
        };
        fields.push(Field::new(name, data_type, true));
        let is_name = matches!(field.data_type, Type::Path | Type::Name);
        if options.path_bytes && is_name {
            let name = format!("{name}_bytes");
            fields.push(Field::new(name, DataType::Binary, true));
        }
    }
    Schema::new(fields)
}

fn data_type(of: Type) -> DataType {
    match of {
        Type::Path | Type::Name | Type::Word | Type::Hash => DataType::Utf8,
        Type::Value(value) => match value {
            ValueType::Boolean => DataType::Boolean,
            ValueType::Signed => DataType::Int64,
            ValueType::Unsigned => DataType::UInt64,
            ValueType::Float => DataType::Float64,
            ValueType::Text => DataType::Utf8,
            ValueType::Bytes => DataType::Binary,
            ValueType::Timestamp => {
                DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
            }
            // A type that is new in core has its text here until it is named.
            _ => DataType::Utf8,
        },
    }
}
