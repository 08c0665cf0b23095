//! Any program, listing and metadata, such as decide now one way and now the
//! other.

use proptest::collection::vec;
use proptest::prelude::*;
use sanchay_core::filter::{
    Columns, Expr, Field, Operand, Operator, Program, Test,
};
use sanchay_core::kind::EntryKind;
use sanchay_core::time::Timestamp;

/// A program, nearly always one that compiles.
pub(crate) fn program() -> impl Strategy<Value = Program> {
    (any::<bool>(), expr()).prop_map(|(hidden, expr)| Program { hidden, expr })
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
    let test = |field: &Field| {
        let field = field.code;
        move |(operator, operands)| Test { field, operator, operands }
    };
    let operands = |one: BoxedStrategy<Operand>| vec(one, 0..4);
    let equal = || Just(Operator::Equal);
    prop_oneof![
        (equal(), operands(extension().boxed()))
            .prop_map(test(Field::EXTENSION)),
        (operator(), operands(number().prop_map(Operand::Number).boxed()))
            .prop_map(test(Field::SIZE)),
        (operator(), operands(time().prop_map(Operand::Time).boxed()))
            .prop_map(test(Field::MODIFIED)),
        (equal(), operands(kinds().boxed())).prop_map(test(Field::KIND)),
    ]
}

/// A test of any field with anything.
fn odd() -> impl Strategy<Value = Test> {
    let operand = prop_oneof![
        number().prop_map(Operand::Number),
        time().prop_map(Operand::Time),
        vec(any::<u8>(), 0..3).prop_map(Operand::Bytes),
    ];
    (0_u8..6, operator(), vec(operand, 0..3)).prop_map(
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

fn kind() -> impl Strategy<Value = EntryKind> {
    let known = EntryKind::ALL.into_iter();
    let all: Vec<_> = known.chain([EntryKind::Unknown]).collect();
    assert_eq!(all.len(), 8);
    prop::sample::select(all)
}

/// Numbers of metadata for so many entries, as many as any columns have.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    sizes: Vec<u64>,
    seconds: Vec<i64>,
    nanoseconds: Vec<u64>,
}

pub(crate) fn numbers(rows: usize) -> impl Strategy<Value = Numbers> {
    let sizes = vec(number(), rows);
    let seconds = vec(seconds(), rows);
    // A column may hold what nobody calls nanoseconds.
    let nanoseconds = vec(prop_oneof![9 => 0_u64..4, 1 => any::<u64>()], rows);
    (sizes, seconds, nanoseconds).prop_map(|(sizes, seconds, nanoseconds)| {
        Numbers { sizes, seconds, nanoseconds }
    })
}

impl Numbers {
    /// Those of the columns, in their order.
    pub(crate) fn of(&self, columns: Columns) -> Vec<u64> {
        let mut all = Vec::new();
        if columns.has(Columns::SIZE) {
            all.extend(&self.sizes);
        }
        if columns.has(Columns::MODIFIED) {
            all.extend(self.seconds.iter().map(|it| it.cast_unsigned()));
            all.extend(&self.nanoseconds);
        }
        all
    }
}

/// Any columns, now and then such as there are not.
pub(crate) fn columns() -> impl Strategy<Value = Columns> {
    let unknown =
        prop_oneof![9 => Just(0), 1 => (2_u32..63).prop_map(|it| 1 << it)];
    let known = prop::sample::subsequence(
        vec![Columns::SIZE, Columns::MODIFIED, Columns::NAME],
        0..=3,
    );
    (known, unknown).prop_map(|(known, unknown)| {
        known.into_iter().fold(Columns::from_bits(unknown), Columns::with)
    })
}
