//! Expressions: any text is one or an error that can be shown; one is printed,
//! read back as it was, compiled, and crosses into the sandbox. All of that in
//! time that grows with its length.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sanchay_core::escape::is_terminal_control;
use sanchay_core::filter::{
    Clock, Expr, Filter, FilterOption, Matcher, Program, SyntaxError,
};
use sanchay_core::time::Timestamp;

/// The longest text that is an expression, in bytes.
const LONGEST: usize = 64 * 1024;

/// What a byte may cost, with a debug build on a machine that has much else to
/// do; and what anything may. A pattern costs what its automaton does, however
/// short it is, so there are limits on their number.
const BYTE: Duration = Duration::from_micros(200);
const ANYTHING: Duration = Duration::from_secs(2);

static CLOCK: LazyLock<Clock> = LazyLock::new(|| {
    Clock::utc(Timestamp { seconds: 1_800_000_000, nanoseconds: 0 })
});

/// Parses a text; what is not UTF-8 ends it.
pub fn run(data: &[u8]) {
    let text = match str::from_utf8(data) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&data[..error.valid_up_to()]).unwrap(),
    };
    let began = Instant::now();
    match Expr::parse(text, &CLOCK) {
        Ok(expr) => is_sound(text, &expr),
        Err(error) => is_shown(text, &error),
    }
    let patterns = text.matches(['~', 'b', 'B']).count();
    let most = ANYTHING
        + BYTE * u32::try_from(text.len()).unwrap()
        + ANYTHING / 4 * u32::try_from(patterns).unwrap();
    let took = began.elapsed();
    assert!(took < most, "{took:?} for {} bytes", text.len());
}

/// What an expression can do.
fn is_sound(text: &str, expr: &Expr) {
    assert!(text.len() <= LONGEST);
    let printed = expr.to_string();
    let bad = printed.chars().find(|c| is_terminal_control(*c));
    assert_eq!(bad, None, "{printed:?}");
    // What is printed may be longer than what may be written.
    if printed.len() <= LONGEST {
        let back = Expr::parse(&printed, &CLOCK);
        assert_eq!(back.as_ref(), Ok(expr), "{text:?}: {printed:?}");
        let again = back.unwrap().to_string();
        assert_eq!(again, printed);
    }
    let option = FilterOption::named("where").unwrap();
    let mut filter = Filter::default();
    filter.set(option, text.as_bytes(), &CLOCK).unwrap();
    for program in [of(expr.clone()), filter.program().unwrap()] {
        let read = Program::decode(&program.encode());
        assert_eq!(read.as_ref(), Ok(&program), "{text:?}");
        Matcher::compile(&program).unwrap();
    }
}

/// Wants what it is true of.
fn of(expr: Expr) -> Program {
    Program { hidden: false, enter: Expr::All(Vec::new()), expr }
}

/// An error points at a part of the text, and shows it.
fn is_shown(text: &str, error: &SyntaxError) {
    let shown = error.to_string();
    let bad = shown.chars().find(|c| *c != '\n' && is_terminal_control(*c));
    assert_eq!(bad, None, "{shown:?}");
    assert!(error.length > 0 && !error.message.is_empty());
    if text.len() > LONGEST {
        return;
    }
    // At most just behind the end of a line.
    let lines = text.split('\n').map(|line| line.chars().count());
    assert!(lines.max().is_some_and(|longest| error.column <= longest));
    let is_mark = |line: &str| {
        let before = line.trim_end_matches('^');
        before.trim_start().is_empty() && before != line
    };
    assert!(shown.lines().any(is_mark), "{shown}");
}
