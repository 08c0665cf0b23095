//! Any program, listing and metadata, such as decide now one way and now the
//! other.

use proptest::collection::vec;
use proptest::prelude::*;
use sanchay_core::filter::{
    Columns, Expr, Field, FieldType, Operand, Operator, Program, Test,
};
use sanchay_core::kind::EntryKind;
use sanchay_core::time::Timestamp;

/// A program, nearly always one that compiles.
pub(crate) fn program() -> impl Strategy<Value = Program> {
    let enter = prop_oneof![
        2 => Just(Expr::All(Vec::new())),
        1 => expr(),
    ];
    (any::<bool>(), enter, expr()).prop_map(|(hidden, enter, expr)| Program {
        hidden,
        enter,
        expr,
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    let test = prop_oneof![
        60 => fitting().prop_map(Expr::Test),
        1 => odd().prop_map(Expr::Test),
    ];
    let nested = test.prop_recursive(4, 12, 4, |part| {
        let parts = || vec(part.clone(), 0..4);
        prop_oneof![
            parts().prop_map(Expr::All),
            parts().prop_map(Expr::Any),
            part.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    });
    // As most are: everything must be true.
    prop_oneof![nested.clone(), vec(nested, 0..4).prop_map(Expr::All)]
}

/// A test of each field, as it can be compiled.
fn fitting() -> impl Strategy<Value = Test> {
    let fields: Vec<_> = Field::all().collect();
    let common =
        vec![Field::EXTENSION, Field::SIZE, Field::MODIFIED, Field::KIND];
    let field = prop_oneof![
        prop::sample::select(fields),
        prop::sample::select(common),
    ];
    field.prop_flat_map(|field| {
        let tests = match field.value {
            FieldType::Text | FieldType::Tag => {
                return texts(field).boxed();
            }
            FieldType::Flag => {
                let operands = Just(vec![Operand::Number(1)]);
                return test(field, Just(Operator::Equal), operands).boxed();
            }
            FieldType::Extension => extension().boxed(),
            FieldType::Kind => kinds().boxed(),
            FieldType::Time => time().prop_map(Operand::Time).boxed(),
            FieldType::Mode => prop_oneof![0_u64..0o1000, number()]
                .prop_map(Operand::Number)
                .boxed(),
            FieldType::Size
            | FieldType::Number
            | FieldType::User
            | FieldType::Group
            | FieldType::Duration
            | FieldType::Boolean
            | FieldType::Signed
            | FieldType::Float => number().prop_map(Operand::Number).boxed(),
        };
        let equal =
            matches!(field.value, FieldType::Extension | FieldType::Kind);
        let operators = match field.value {
            _ if equal => Just(Operator::Equal).boxed(),
            FieldType::Mode => prop_oneof![
                operator(),
                Just(Operator::AllBits),
                Just(Operator::AnyBit),
            ]
            .boxed(),
            _ => operator().boxed(),
        };
        test(field, operators, vec(tests, 0..4)).boxed()
    })
}

fn test(
    field: &Field,
    operator: impl Strategy<Value = Operator>,
    operands: impl Strategy<Value = Vec<Operand>>,
) -> impl Strategy<Value = Test> {
    let field = field.code;
    (operator, operands).prop_map(move |(operator, operands)| Test {
        field,
        operator,
        operands,
    })
}

/// What globs are made of; what is not matched is rare, as it makes a program
/// that cannot be.
const GLOBS: [&str; 20] = [
    "*", "*", "**/", "/**", "**", "?", "?", "/", ".", "a", "b", "A", "ä",
    "\u{212a}", "{a,b}", "{,a*}", "[a-c]", "[!a/]", "[]äſ-]", "\\*",
];

/// What regular expressions are made of.
const REGEXES: [&str; 24] = [
    "^",
    "$",
    ".",
    "a",
    "b",
    "A",
    "/",
    "ä",
    "[a-c]",
    "[^a]",
    "(a|b)",
    "(?i)",
    "(?i:k)",
    "(?-u:\\xff)",
    "(?s-u:.)",
    "\\w",
    "\\d",
    "\\b",
    "\\pL",
    "\\.",
    "(?:b/)*",
    "(?:a{2})?",
    "(?:.+a|)",
    "(?:[aä].){0,3}",
];

/// A pattern of some pieces, now and then of something else.
fn pieces(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    let pieces = vec(prop::sample::select(all), 0..5);
    prop_oneof![
        20 => pieces.prop_map(|pieces| pieces.concat()),
        1 => "[*?{}\\[\\](),^a\\\\]{0,5}",
    ]
}

/// A test of a text, by what nearly always is a pattern.
fn texts(field: &Field) -> impl Strategy<Value = Test> {
    let glob = pieces(&GLOBS);
    let regex = pieces(&REGEXES);
    let bytes = |text: String| Operand::Bytes(text.into_bytes());
    let operands = |one: BoxedStrategy<String>| vec(one.prop_map(bytes), 0..4);
    let globs = vec![Operator::Glob, Operator::GlobIgnoreCase];
    let name = "([aAb]/){0,2}[aAbB.]{0,3}";
    prop_oneof![
        test(field, prop::sample::select(globs), operands(glob.boxed())),
        test(field, Just(Operator::Regex), operands(regex.boxed())),
        test(field, Just(Operator::Equal), operands(name.boxed())),
    ]
}

/// A test of any field with anything.
fn odd() -> impl Strategy<Value = Test> {
    let operand = prop_oneof![
        number().prop_map(Operand::Number),
        time().prop_map(Operand::Time),
        vec(any::<u8>(), 0..3).prop_map(Operand::Bytes),
    ];
    let operator = prop_oneof![
        operator(),
        Just(Operator::Regex),
        Just(Operator::Glob),
        Just(Operator::GlobIgnoreCase),
        Just(Operator::AllBits),
        Just(Operator::AnyBit),
    ];
    (0_u8..32, operator, vec(operand, 0..3)).prop_map(
        |(field, operator, operands)| Test { field, operator, operands },
    )
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![
        Operator::Equal,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
    ])
}

fn extension() -> impl Strategy<Value = Operand> {
    let text = prop_oneof!["[a.]{0,2}[ab]", "[äkſ]{1,3}", "[ab]{7,9}"];
    text.prop_map(|text| Operand::Bytes(text.into_bytes()))
}

fn kinds() -> impl Strategy<Value = Operand> {
    (0_u64..128).prop_map(Operand::Number)
}

/// A number: few of them, so that some are equal, and the edges.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => 0_u64..6,
        1 => any::<u64>(),
        1 => prop::sample::select(vec![1 << 32, i64::MAX as u64, u64::MAX]),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (seconds(), 0_u32..4)
        .prop_map(|(seconds, nanoseconds)| Timestamp { seconds, nanoseconds })
}

fn seconds() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -3_i64..3,
        1 => any::<i64>(),
        1 => prop::sample::select(vec![i64::MIN, i64::MAX]),
    ]
}

/// The entries of a directory: of every kind, with names that end in an
/// extension often.
pub(crate) fn entries() -> impl Strategy<Value = Vec<(Vec<u8>, EntryKind)>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"..aAbB".to_vec()),
        1 => any::<u8>(),
    ];
    let name = prop_oneof![
        vec(byte, 0..9),
        "[aB.]{0,4}[.][a.]{0,2}[AabB]".prop_map(String::into_bytes),
        "x?[.][äÄkK\u{212a}ſsS]{1,3}".prop_map(String::into_bytes),
        "x?[.][aAb]{7,9}".prop_map(String::into_bytes),
    ];
    vec((name, kind()), 0..40)
}

/// The path of a directory below the root.
pub(crate) fn directory() -> impl Strategy<Value = Vec<u8>> {
    let any = vec(any::<u8>(), 0..5).prop_map(|mut bytes| {
        bytes.push(b'/');
        bytes
    });
    prop_oneof![
        3 => "([aAb.]{1,2}/){0,3}".prop_map(String::into_bytes),
        1 => any,
    ]
}

fn kind() -> impl Strategy<Value = EntryKind> {
    let known = EntryKind::ALL.into_iter();
    let all: Vec<_> = known.chain([EntryKind::Unknown]).collect();
    assert_eq!(all.len(), 8);
    prop::sample::select(all)
}

/// How many numbers an entry has in the columns, by their bits: two where they
/// are times, several where they are texts.
const WIDTHS: [usize; 18] =
    [1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 8, 16];

/// Numbers of all columns, by their bits.
#[derive(Clone, Debug)]
pub(crate) struct Numbers(Vec<Vec<u64>>);

/// Numbers for so many entries, as many as any columns have.
pub(crate) fn numbers(rows: usize) -> impl Strategy<Value = Numbers> {
    let columns = WIDTHS.map(|width| column(width, rows));
    columns.to_vec().prop_map(Numbers)
}

fn column(width: usize, rows: usize) -> BoxedStrategy<Vec<u64>> {
    // An entry may have none; and a column may hold what nobody calls
    // nanoseconds, or a mode.
    let number = prop_oneof![
        4 => number(),
        1 => Just(u64::MAX),
        1 => (0_u64..0o10000).prop_map(|it| it | 0o100_000),
    ];
    let numbers = vec(number, rows);
    let eight = |text: String| {
        let mut bytes = text.into_bytes();
        bytes.resize(8, 0);
        u64::from_le_bytes(bytes.try_into().unwrap())
    };
    let text = prop_oneof![
        4 => Just(0),
        4 => "([aAb]/){0,2}[aAbB.]{0,3}".prop_map(eight),
        1 => any::<u64>(),
    ];
    match width {
        1 => numbers.boxed(),
        2 => {
            let seconds = seconds().prop_map(i64::cast_unsigned);
            let both = (vec(seconds, rows), numbers);
            both.prop_map(|(first, second)| [first, second].concat()).boxed()
        }
        width => vec(text, width * rows).boxed(),
    }
}

impl Numbers {
    /// Those of the columns, in their order.
    pub(crate) fn of(&self, columns: Columns) -> Vec<u64> {
        let all = self.0.iter().enumerate();
        let wanted = all.filter(|(bit, _)| columns.bits() >> bit & 1 != 0);
        wanted.flat_map(|(_, numbers)| numbers).copied().collect()
    }
}

/// Any columns, now and then such as there are not.
pub(crate) fn columns() -> impl Strategy<Value = Columns> {
    let unknown = prop_oneof![
        9 => Just(0),
        1 => (WIDTHS.len()..63).prop_map(|it| 1 << it),
    ];
    let known = (0..WIDTHS.len()).chain([63]).collect::<Vec<_>>();
    let known = prop::sample::subsequence(known, 0..=WIDTHS.len() + 1);
    (known, unknown).prop_map(|(known, unknown)| {
        let bits = known.into_iter().fold(unknown, |all, it| all | 1 << it);
        Columns::from_bits(bits)
    })
}
