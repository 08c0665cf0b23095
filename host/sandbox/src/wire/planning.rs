//! The types of the interface `planning`.

use wasmtime::component::{ComponentType, Lift, Lower};

use super::EntryKind;
use super::naming::NameFlaw;

super::same_enum! {
    Operation = sanchay_core::plan::Operation;
    CreateFolder "create-folder";
    Rename "rename";
    Move "move";
    Copy "copy";
    HardLink "hard-link";
    Symlink "symlink";
    Reflink "reflink";
    Trash "trash";
    Delete "delete";
}

super::same_enum! {
    State = sanchay_core::plan::State;
    Done "done";
    Failed "failed";
    Skipped "skipped";
    Undone "undone";
    Kept "kept";
    Finished "finished";
    Reversed "reversed";
    Reversing "reversing";
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Timestamp {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Place {
    pub(crate) root: u32,
    pub(crate) path: Vec<u8>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Expectation {
    pub(crate) kind: EntryKind,
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) links: Option<u32>,
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
    pub(crate) changed: Option<Timestamp>,
    pub(crate) hash: Option<String>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct FileIdentity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Root {
    pub(crate) path: Vec<u8>,
    pub(crate) identity: Option<FileIdentity>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Header {
    pub(crate) journal: bool,
    #[component(name = "made-by")]
    pub(crate) made_by: String,
    pub(crate) command: String,
    pub(crate) run: String,
    pub(crate) started: String,
    pub(crate) roots: Vec<Root>,
    pub(crate) options: Vec<(String, String)>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct KeptFile {
    pub(crate) place: Place,
    pub(crate) expect: Expectation,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) source: Option<Place>,
    pub(crate) target: Option<Place>,
    pub(crate) because: String,
    pub(crate) expect: Option<Expectation>,
    #[component(name = "same-as")]
    pub(crate) same_as: Option<KeptFile>,
    pub(crate) like: Option<KeptFile>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Original {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) accessed: Option<Timestamp>,
    pub(crate) extended: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Made {
    pub(crate) expect: Expectation,
    pub(crate) at: Option<Vec<u8>>,
    pub(crate) was: Option<Original>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct StateLine {
    pub(crate) state: State,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) why: String,
    pub(crate) made: Option<Made>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Folder {
    pub(crate) place: Place,
    pub(crate) modified: Timestamp,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
#[expect(
    clippy::large_enum_variant,
    reason = "what crosses cannot be boxed, and most lines are steps"
)]
pub(crate) enum Line {
    #[component(name = "header")]
    Header(Header),
    #[component(name = "step")]
    Step(Step),
    #[component(name = "state")]
    State(StateLine),
    #[component(name = "folder")]
    Folder(Folder),
    #[component(name = "trailer")]
    Trailer(u64),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Flaw {
    #[component(name = "syntax")]
    Syntax(u32),
    #[component(name = "member")]
    Member,
    #[component(name = "twice")]
    Twice,
    #[component(name = "missing")]
    Missing,
    #[component(name = "format")]
    Format,
    #[component(name = "version")]
    Version(u64),
    #[component(name = "operation")]
    Operation,
    #[component(name = "state")]
    State,
    #[component(name = "kind")]
    Kind,
    #[component(name = "time")]
    Time,
    #[component(name = "base64")]
    Base64,
    #[component(name = "root")]
    Root,
    #[component(name = "path")]
    Path(NameFlaw),
    #[component(name = "too-long")]
    TooLong,
    #[component(name = "header")]
    Header,
    #[component(name = "after-end")]
    AfterEnd,
    #[component(name = "document")]
    Document,
    #[component(name = "cut")]
    Cut,
    #[component(name = "edited")]
    Edited,
    #[component(name = "same-as")]
    SameAs,
    #[component(name = "temporary")]
    Temporary,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PlanError {
    pub(crate) line: u64,
    pub(crate) flaw: Flaw,
}
