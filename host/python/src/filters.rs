//! The options of filters, as keywords. Which there are, and what their values
//! mean, is said in core, where each field has its own; here values of Python's
//! become the text that is parsed there.

use std::time::{Duration, SystemTime};

use jiff::Zoned;
use pyo3::{
    exceptions::{PyOverflowError, PyValueError},
    intern,
    prelude::*,
    types::{PyDict, PyString},
};
use sanchay::{Filter, FilterError, FilterOption, Timestamp};
use sanchay_core::filter::{Clock, Field, Repeat};

use crate::{arguments, names, numbers};

/// The option that is this keyword.
pub(crate) fn named(keyword: &str) -> Option<&'static FilterOption> {
    FilterOption::all().find(|option| option.keyword() == keyword)
}

/// Adds what each of these options stands for that was not given.
pub(crate) fn add_defaults(options: &Bound<'_, PyDict>) -> PyResult<()> {
    let py = options.py();
    for option in FilterOption::all() {
        match option.repeat {
            Repeat::Last => options.set_item(option.keyword(), py.None())?,
            Repeat::Any
            | Repeat::All
            | Repeat::Pattern
            | Repeat::Kind
            | Repeat::Exclude => options.set_item(option.keyword(), ())?,
        }
    }
    Ok(())
}

/// Adds an option to a filter.
///
/// # Errors
/// `TypeError` and `ValueError` for a value that makes no sense.
pub(crate) fn set(
    filter: &mut Filter,
    option: &'static FilterOption,
    given: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let keyword = option.keyword();
    // What a value is called says what it is.
    let values = match option.value_name {
        "SIZE" => {
            numbers::size(&keyword, (!given.is_none()).then_some(given))?
                .map(|size| size.to_string().into_bytes())
                .into_iter()
                .collect()
        }
        "DEPTH" => {
            numbers::count(&keyword, (!given.is_none()).then_some(given))?
                .map(|depth| depth.to_string().into_bytes())
                .into_iter()
                .collect()
        }
        "WHEN" if given.is_none() => Vec::new(),
        "WHEN" => vec![time(&keyword, given)?],
        _ => texts(option, &keyword, given)?,
    };
    let values: Vec<_> = match option.is_glob() {
        true => values.iter().map(|it| sanchay_names::glob(it)).collect(),
        false => values,
    };
    if values.is_empty() {
        return Ok(());
    }
    let clock = Clock::asking(Zoned::now)
        .with_accounts(sanchay::accounts())
        .expecting_columns();
    for value in values {
        filter.set(option, &value, &clock).map_err(
            |FilterError { why, .. }| {
                let shown = sanchay::escaped(&value);
                PyValueError::new_err(match option.value_name {
                    "SIZE" | "WHEN" => format!("{keyword}: {why}"),
                    _ => format!("{keyword}: \"{shown}\": {why}"),
                })
            },
        )?;
    }
    Ok(())
}

/// Refuses options that contradict each other.
///
/// # Errors
/// `ValueError`, which names them.
pub(crate) fn check(filter: &Filter) -> PyResult<()> {
    let Err(FilterError { option: about, why }) = filter.check() else {
        return Ok(());
    };
    let field = Field::all().find(|field| field.name == about);
    let among = FilterOption::all().filter(|option| {
        field.is_some_and(|field| {
            filter.of(option).is_some_and(|expr| expr.tests(field))
        })
    });
    let names: Vec<_> = among.map(FilterOption::keyword).collect();
    let names = if names.is_empty() {
        about.replace('-', "_")
    } else {
        names.join(", ")
    };
    Err(PyValueError::new_err(format!("{names}: {why}")))
}

/// What a text can be.
const TEXT: &str = "text (str or bytes)";

/// One text, or several where the option takes them.
fn texts(
    option: &FilterOption,
    keyword: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<Vec<u8>>> {
    if option.repeat == Repeat::Last {
        return match given.is_none() {
            true => Ok(Vec::new()),
            false => Ok(vec![names::named(keyword, TEXT, given)?]),
        };
    }
    if names::is_name(given)? {
        return Ok(vec![names::named(keyword, TEXT, given)?]);
    }
    names::several(keyword, "text (str or bytes) or several", given)?
        .map(|one| names::named(keyword, TEXT, &one?))
        .collect()
}

/// A point in time, as core parses it: text, or one of the types of
/// `datetime`. A time that says nothing of its zone could be any of many.
fn time(keyword: &str, given: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    const EXPECTED: &str = "text, or a datetime, date or timedelta";
    let py = given.py();
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(text.to_string_lossy().into_owned().into_bytes());
    }
    let datetime = py.import(intern!(py, "datetime"))?;
    let is = |class: &str| given.is_instance(&datetime.getattr(class)?);
    let text = if is("datetime")? {
        if given.call_method0("utcoffset")?.is_none() {
            return Err(PyValueError::new_err(format!(
                "{keyword}: {given} has no time zone: give it a tzinfo"
            )));
        }
        let utc = datetime.getattr("timezone")?.getattr("utc")?;
        let time = given.call_method1("astimezone", (utc,));
        let time = time.map_err(|error| match error {
            error if error.is_instance_of::<PyOverflowError>(py) => {
                PyValueError::new_err(format!(
                    "{keyword}: {given} is out of range"
                ))
            }
            error => error,
        })?;
        time.call_method0("isoformat")?.extract::<String>()?
    } else if is("date")? {
        given.call_method0("isoformat")?.extract::<String>()?
    } else if is("timedelta")? {
        let part = |name| given.getattr(name)?.extract::<i64>();
        let seconds = part("days")? * 86_400 + part("seconds")?;
        if seconds < 0 {
            return Err(PyValueError::new_err(format!(
                "{keyword}: {given} is negative"
            )));
        }
        format!("{seconds}s{}us", part("microseconds")?)
    } else {
        return Err(arguments::unexpected(keyword, EXPECTED, given));
    };
    Ok(text.into_bytes())
}

/// How long ago a time is: a number of seconds, or what options of times take.
///
/// # Errors
/// `ValueError` and `TypeError`, with the name of the keyword.
pub(crate) fn ago(
    keyword: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Duration> {
    let wrong = |why: &dyn std::fmt::Display| {
        PyValueError::new_err(format!("{keyword}: {why}"))
    };
    if let Ok(seconds) = given.extract::<f64>() {
        return Duration::try_from_secs_f64(seconds)
            .map_err(|why| wrong(&why));
    }
    let text = time(keyword, given)?;
    let clock = Clock::asking(Zoned::now);
    let time: Timestamp = clock
        .time(&String::from_utf8_lossy(&text))
        .map_err(|why| wrong(&why))?;
    let time = SystemTime::try_from(time).map_err(|why| wrong(&why))?;
    let ago = SystemTime::now().duration_since(time).unwrap_or_default();
    // Now is a moment ago by now.
    Ok(match ago < Duration::from_secs(1) {
        true => Duration::ZERO,
        false => ago,
    })
}
