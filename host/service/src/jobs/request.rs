//! What a client asks for when it begins a job.

use sanchay::FilterOption;
use sanchay_core::filter::Repeat;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, RefOr, Schema,
        schema::{
            AdditionalProperties, Array, ArrayBuilder, ObjectBuilder,
            SchemaType, Type,
        },
    },
};

use super::{kind::Kind, options::keyword};
use crate::below::PathParams;

/// A job that is asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct JobRequest {
    /// What kind of job it is.
    pub(crate) kind: Kind,
    /// Where it looks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) roots: Vec<RootRef>,
    /// The options of the command of the same name, with underscores.
    #[serde(flatten)]
    pub(crate) options: Map<String, Value>,
}

/// A folder or a file below a root.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RootRef {
    /// The root, as `GET /api/v1/roots` calls it.
    pub(crate) root: String,
    /// The path below it; empty or absent: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path_base64: Option<String>,
}

impl RootRef {
    /// The path below the root.
    pub(crate) fn params(&self) -> PathParams {
        PathParams {
            path: self.path.clone(),
            path_base64: self.path_base64.clone(),
        }
    }
}

/// The options that are true or false, and those that are numbers or texts,
/// beside those of filters.
const FLAGS: &[(&str, &str)] = &[
    ("hidden", "Include hidden files and directories"),
    ("follow", "Follow links that stay beneath the root"),
    ("one_file_system", "Enter no other file system"),
    ("gitignore", "Leave out what git ignores"),
    ("hardlinks", "dupes, shards: count names of one file as files"),
    ("folders", "dupes: also find identical folders"),
    ("same_device", "dupes, shards: only files on one device are in a group"),
    ("characters", "similar: compare shingles of characters"),
    ("pairs", "similar: tell each pair"),
    ("images", "similar: compare pictures, and not texts"),
    ("rotations", "similar, with images: find turned pictures, too"),
    ("content", "summary: tell kinds of content"),
    ("hash", "snapshot, diff: hash files that are not known"),
    (
        "verify",
        "dupes: compare equal files byte by byte as well; copy: \
      compare copies",
    ),
    ("flat", "move, copy: directly into the folder"),
    ("lower", "rename: small letters"),
    ("truncate", "rename: cut names that are too long"),
    ("portable", "rename: names that Windows takes"),
    ("read_all", "store-put: read all files, also unchanged ones"),
];
const NUMBERS: &[(&str, &str)] = &[
    ("max_depth", "Go at most so many levels down"),
    ("min_group", "dupes, shards: leave out groups of fewer files"),
    ("target_files", "shards: about how many files a shard is to have"),
    ("shingle_size", "similar: how many words a shingle has"),
    ("threshold", "similar: how alike texts are at least, 0.05 to 1"),
    ("depth", "summary: how deep sums by folder go"),
    ("top", "summary: how many entries each list has"),
    ("sample", "verify: which part is read, above 0 and up to 1"),
    ("level", "store-put: how well to compress, 1 to 19"),
    ("marks", "dedupe: the search whose marks by hand hold"),
];
const TEXTS: &[(&str, &str)] = &[
    ("algorithm", "hash, dupes, shards, snapshot, diff: the hash function"),
    ("sort", "dupes, shards: the order of groups, as reclaimable:desc"),
    ("target_bytes", "shards: about how much a shard is to have, as 10GiB"),
    ("max_file_size", "similar: larger files are left out"),
    ("name", "snapshot, store-put: a name to ask for it by"),
    ("store", "store-put, store-get: a store, as GET /api/v1/stores has it"),
    ("snapshot", "store-get: latest, latest~N, a name, or its first digits"),
    ("a", "diff: a snapshot by name or number, latest, latest~N, or disk"),
    ("b", "diff: likewise"),
    ("template", "rename, move, copy: the template of new names"),
    ("match", "rename: a regular expression whose captures it may use"),
    (
        "how",
        "delete: trash or delete; dedupe: trash, hardlink, reflink, \
      symlink, delete or move-to",
    ),
    ("on_conflict", "plans: error, skip or rename"),
    ("view", "plans: only the records of this view"),
];

impl ToSchema for JobRequest {
    fn name() -> std::borrow::Cow<'static, str> {
        "JobRequest".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Kind::name_of(), <Kind as PartialSchema>::schema()));
        let root = <RootRef as PartialSchema>::schema();
        schemas.push((RootRef::name().into_owned(), root));
    }
}

/// A list of texts.
fn texts() -> Array {
    let one = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .build();
    ArrayBuilder::new().items(one).build()
}

impl Kind {
    fn name_of() -> String {
        <Self as ToSchema>::name().into_owned()
    }
}

impl PartialSchema for JobRequest {
    /// The filters' options are those that the program knows.
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type, help: &str| {
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(kind))
                .description(Some(help))
        };
        let reference = |name: String| {
            RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
        };
        let roots =
            ArrayBuilder::new().items(reference(RootRef::name().into_owned()));
        let mut object = ObjectBuilder::new()
            .description(Some(
                "A job that is asked for. Options are those of the command \
                 of the same name, with underscores.",
            ))
            .property("kind", reference(Kind::name_of()))
            .required("kind")
            .property("roots", roots)
            .property(
                "references",
                ArrayBuilder::new()
                    .items(reference(RootRef::name().into_owned())),
            )
            .property("into", reference(RootRef::name().into_owned()))
            .property("keep", texts())
            .property("paths", texts())
            .property("replace", texts())
            .additional_properties(Some(AdditionalProperties::FreeForm(
                false,
            )));
        for (names, kind) in [
            (FLAGS, Type::Boolean),
            (NUMBERS, Type::Number),
            (TEXTS, Type::String),
        ] {
            for (name, help) in names {
                object = object.property(*name, of(kind.clone(), help));
            }
        }
        for option in FilterOption::all() {
            let one = of(Type::String, option.help);
            object = match option.repeat {
                Repeat::Last => object.property(keyword(option), one),
                _ => {
                    let item: Object = one.build();
                    let many: Array = ArrayBuilder::new()
                        .items(item)
                        .description(Some(option.help))
                        .build();
                    object.property(keyword(option), many)
                }
            };
        }
        object.build().into()
    }
}
