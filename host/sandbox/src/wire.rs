//! The interface's types as they cross, mirroring `wit/` field by field.
//!
//! They are typechecked against the component when it is instantiated.
//! Arguments borrow from the caller, so they are copied once: into the
//! sandbox.

use wasmtime::component::{ComponentType, Lift, Lower};

/// Makes an enum that crosses, and the conversions to and from one of the
/// logic that has the same cases.
macro_rules! same_enum {
    ($name:ident = $logic:ty; $($case:ident $wit:tt;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
        #[component(enum)]
        #[repr(u8)]
        pub(crate) enum $name {
            $(#[component(name = $wit)] $case,)*
        }

        impl From<$logic> for $name {
            fn from(value: $logic) -> Self {
                type Logic = $logic;
                match value {
                    $(Logic::$case => Self::$case,)*
                }
            }
        }

        impl From<$name> for $logic {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$case => Self::$case,)*
                }
            }
        }
    };
}

use same_enum;

pub(crate) mod attaching;
pub(crate) mod keeping;
pub(crate) mod naming;
pub(crate) mod planning;
pub(crate) mod resembling;

same_enum! {
    Algorithm = sanchay_core::hashing::Algorithm;
    Xxh64 "xxh64";
    Xxh3_64 "xxh3-bits64";
    Xxh3_128 "xxh3-bits128";
    Blake3 "blake3";
    Sha256 "sha256";
    Sha512 "sha512";
    Sha1 "sha1";
    Md5 "md5";
    Crc32 "crc32";
}

same_enum! {
    EntryKind = sanchay_core::kind::EntryKind;
    File "file";
    Directory "directory";
    Symlink "symlink";
    Fifo "fifo";
    Socket "socket";
    BlockDevice "block-device";
    CharacterDevice "character-device";
    Unknown "unknown";
}

same_enum! {
    ContentKind = sanchay_core::content_kind::ContentKind;
    Empty "empty";
    Text "text";
    Image "image";
    Video "video";
    Audio "audio";
    Archive "archive";
    Document "document";
    Executable "executable";
    Other "other";
}

same_enum! {
    ProgramFault = sanchay_core::filter::ProgramFault;
    Version "version";
    Length "length";
    Unknown "unknown";
    Field "field";
    Operand "operand";
    TooLarge "too-large";
}

same_enum! {
    RulesError = sanchay_core::ignore::RuleSetError;
    TooLong "too-long";
    TooManyRules "too-many-rules";
}

same_enum! {
    Separator = sanchay_core::checklist::Separator;
    Undecided "undecided";
    Double "double";
    Single "single";
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum BatchError {
    #[component(name = "end-out-of-order")]
    EndOutOfOrder(u32),
    #[component(name = "end-past-data")]
    EndPastData(u32),
    #[component(name = "trailing-data")]
    TrailingData(u32),
    #[component(name = "column-length")]
    ColumnLength(u32),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum TreeError {
    #[component(name = "empty-piece")]
    EmptyPiece,
    #[component(name = "misaligned")]
    Misaligned(u64),
    #[component(name = "piece-too-long")]
    PieceTooLong(u64),
    #[component(name = "left-length")]
    LeftLength(u32),
    #[component(name = "right-length")]
    RightLength(u32),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PartialDigest {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) size: u64,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ProgramError {
    pub(crate) offset: u32,
    pub(crate) fault: ProgramFault,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Matches {
    pub(crate) entries: Vec<u32>,
    pub(crate) directories: Vec<u32>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Listing<'a> {
    pub(crate) directory: &'a [u8],
    pub(crate) names: &'a [u8],
    pub(crate) ends: &'a [u32],
    pub(crate) kinds: &'a [EntryKind],
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub(crate) enum RulesPlace<'a> {
    #[component(name = "below")]
    Below(&'a [u8]),
    #[component(name = "above")]
    Above(&'a [u8]),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum IgnoringError {
    #[component(name = "batch")]
    Batch(BatchError),
    #[component(name = "too-costly")]
    TooCostly(u32),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct NamedDigest {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: Vec<u8>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Expectation {
    #[component(name = "named")]
    Named(NamedDigest),
    #[component(name = "unnamed")]
    Unnamed(Vec<u8>),
    #[component(name = "partial")]
    Partial(PartialChecksum),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PartialChecksum {
    pub(crate) digest: PartialDigest,
    pub(crate) chunk: Option<u32>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Flaw {
    #[component(name = "form")]
    Form,
    #[component(name = "algorithm")]
    Algorithm,
    #[component(name = "length")]
    Length(WrongLength),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct WrongLength {
    pub(crate) algorithm: Option<Algorithm>,
    #[component(name = "digest-size")]
    pub(crate) digest_size: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct MalformedLine {
    pub(crate) line: u32,
    pub(crate) flaw: Flaw,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ChecksumEntry {
    pub(crate) line: u32,
    pub(crate) path: Vec<u8>,
    pub(crate) expected: Expectation,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Checklist {
    pub(crate) lines: u32,
    pub(crate) entries: Vec<ChecksumEntry>,
    pub(crate) malformed: Vec<MalformedLine>,
    pub(crate) separator: Separator,
}
