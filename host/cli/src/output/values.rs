//! The values that plugins tell of a file, as each format writes them.
//!
//! A value comes from a stranger. Text is escaped in lines and in JSON, so
//! that it can break neither them nor a terminal. CSV has no escapes: a field
//! is quoted and holds the text as it is, newlines and all, except on a
//! terminal, and is not guarded against spreadsheets that take a leading `=`
//! for a formula. A column whose value is missing is `null`, an empty field of
//! CSV, or a dash.

use std::sync::Arc;

use sanchay::{Column, Plugins, Value};

use super::{Lane, escape::push_escaped, json_text, object::base64};

/// The columns of the plugins of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns(Arc<[Named]>);

/// A column, and what each format calls it.
#[derive(Debug)]
struct Named {
    /// `images.width`
    name: String,
    /// `,"images.width":`
    key: String,
}

impl Columns {
    /// The columns that plugins fill.
    pub(crate) fn of(plugins: &Plugins) -> Self {
        let named = |column: &Column| {
            let name = column.name.to_string();
            // The rules for names leave nothing in them to be escaped.
            let key = format!(",\"{name}\":");
            Named { name, key }
        };
        Self(plugins.columns().iter().map(named).collect())
    }

    /// Appends them to the header of CSV.
    pub(crate) fn head(&self, head: &mut String) {
        for column in &*self.0 {
            head.push(',');
            head.push_str(&column.name);
        }
    }

    /// Each column and its value, missing ones included.
    fn zip<'a>(
        &'a self,
        values: &'a [Option<Value>],
    ) -> impl Iterator<Item = (&'a Named, Option<&'a Value>)> {
        let values = values.iter().map(Option::as_ref);
        self.0.iter().zip(values.chain(std::iter::repeat(None)))
    }

    /// Appends fields of a JSON object, each with a comma before it.
    pub(crate) fn json(&self, values: &[Option<Value>], lane: &mut Lane) {
        for (column, value) in self.zip(values) {
            lane.push(&column.key);
            push_json(value, lane);
        }
    }

    /// Appends fields of CSV, each with a comma before it.
    pub(crate) fn csv(
        &self,
        values: &[Option<Value>],
        push_text: impl Fn(&str, &mut Vec<u8>),
        lane: &mut Lane,
    ) {
        for (_, value) in self.zip(values) {
            lane.out.push(b',');
            match value {
                None => {}
                Some(Value::Text(text)) => push_text(text, &mut lane.out),
                Some(value) => {
                    push_plain(value, lane);
                }
            }
        }
    }

    /// Appends the values to a line, each with a tab behind it.
    pub(crate) fn tabbed(&self, values: &[Option<Value>], lane: &mut Lane) {
        for (_, value) in self.zip(values) {
            let told = value.is_some_and(|value| push_plain(value, lane));
            if !told {
                lane.out.push(b'-');
            }
            lane.out.push(b'\t');
        }
    }

    /// Appends a line that is a comment in every list of digests,
    /// `# images.width=640 images.format="png"`, if there is a value to tell.
    pub(crate) fn comment(
        &self,
        values: &[Option<Value>],
        end: &[u8],
        lane: &mut Lane,
    ) {
        if !values.iter().any(Option::is_some) {
            return;
        }
        lane.out.push(b'#');
        for (column, value) in self.zip(values) {
            if let Some(value) = value {
                lane.out.push(b' ');
                lane.push(&column.name);
                lane.out.push(b'=');
                push_json(Some(value), lane);
            }
        }
        lane.out.extend_from_slice(end);
    }
}

fn push_json(value: Option<&Value>, lane: &mut Lane) {
    match value {
        Some(Value::Text(text)) => {
            lane.out.push(b'"');
            json_text::push(text, &mut lane.out);
            lane.out.push(b'"');
        }
        Some(Value::Bytes(bytes)) => {
            lane.out.push(b'"');
            base64(bytes, &mut lane.out);
            lane.out.push(b'"');
        }
        Some(Value::Timestamp(time)) => {
            match lane.times.format(sanchay::Timestamp {
                seconds: time.seconds,
                nanoseconds: time.nanoseconds,
            }) {
                Some(text) => {
                    lane.out.push(b'"');
                    lane.out.extend_from_slice(text);
                    lane.out.push(b'"');
                }
                None => lane.out.extend_from_slice(b"null"),
            }
        }
        Some(value) => {
            push_plain(value, lane);
        }
        None => lane.out.extend_from_slice(b"null"),
    }
}

/// Appends a value without quotes. There is nothing to append of a time that
/// RFC 3339 cannot tell.
fn push_plain(value: &Value, lane: &mut Lane) -> bool {
    match value {
        Value::Boolean(true) => lane.push("true"),
        Value::Boolean(false) => lane.push("false"),
        Value::Signed(number) => {
            let text = lane.numbers.format(*number);
            lane.out.extend_from_slice(text.as_bytes());
        }
        Value::Unsigned(number) => lane.push_number(*number),
        Value::Float(number) => {
            // Writing a finite number to a vector does not fail.
            let _ = serde_json::to_writer(&mut lane.out, number);
        }
        Value::Text(text) => push_escaped(text.as_bytes(), &mut lane.out),
        Value::Bytes(bytes) => base64(bytes, &mut lane.out),
        Value::Timestamp(time) => {
            let Some(text) = lane.times.format(sanchay::Timestamp {
                seconds: time.seconds,
                nanoseconds: time.nanoseconds,
            }) else {
                return false;
            };
            lane.out.extend_from_slice(text);
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use sanchay::Moment;

    use super::*;

    fn columns(names: &[&str]) -> Columns {
        let named = |name: &&str| Named {
            name: format!("plugin.{name}"),
            key: format!(",\"plugin.{name}\":"),
        };
        Columns(names.iter().map(named).collect())
    }

    fn text(write: impl Fn(&mut Lane)) -> String {
        let mut lane = Lane::default();
        write(&mut lane);
        String::from_utf8(lane.out).unwrap()
    }

    #[test]
    fn every_type_of_value_has_its_form_in_every_format() {
        let moment = Moment { seconds: 1, nanoseconds: 2 };
        let beyond = Moment { seconds: i64::MAX, nanoseconds: 0 };
        let all = [
            (Value::Boolean(true), "true", "true"),
            (Value::Signed(i64::MIN), "-9223372036854775808", ""),
            (Value::Unsigned(u64::MAX), "18446744073709551615", ""),
            (Value::Float(0.1), "0.1", ""),
            (Value::Text("a\n\"b\t".into()), r#""a\n\"b\t""#, "a\\n\"b\\t"),
            (Value::Bytes([255].into()), "\"/w==\"", "/w=="),
            (
                Value::Timestamp(moment),
                "\"1970-01-01T00:00:01.000000002Z\"",
                "1970-01-01T00:00:01.000000002Z",
            ),
            (Value::Timestamp(beyond), "null", "-"),
        ];
        let columns = columns(&["x"]);
        for (value, json, plain) in all {
            let values = [Some(value)];
            let plain = if plain.is_empty() { json } else { plain };
            assert_eq!(
                text(|lane| columns.json(&values, lane)),
                format!(",\"plugin.x\":{json}")
            );
            assert_eq!(
                text(|lane| columns.tabbed(&values, lane)),
                format!("{plain}\t")
            );
            assert_eq!(
                text(|lane| columns.comment(&values, b"\n", lane)),
                format!("# plugin.x={json}\n")
            );
        }
    }

    #[test]
    fn a_missing_value_keeps_its_column() {
        let columns = columns(&["a", "b"]);
        let one = [None, Some(Value::Unsigned(1))];
        for (values, json, csv, tabbed, comment) in [
            (
                &one[..],
                ",\"plugin.a\":null,\"plugin.b\":1",
                ",,1",
                "-\t1\t",
                "# plugin.b=1\n",
            ),
            (&[], ",\"plugin.a\":null,\"plugin.b\":null", ",,", "-\t-\t", ""),
        ] {
            let push = |_: &str, _: &mut Vec<u8>| {};
            assert_eq!(text(|lane| columns.json(values, lane)), json);
            assert_eq!(text(|lane| columns.csv(values, push, lane)), csv);
            assert_eq!(text(|lane| columns.tabbed(values, lane)), tabbed);
            let said = text(|lane| columns.comment(values, b"\n", lane));
            assert_eq!(said, comment);
        }
        let mut head = String::from("path");
        columns.head(&mut head);
        assert_eq!(head, "path,plugin.a,plugin.b");
    }
}
