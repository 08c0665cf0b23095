//! Types and functions of WIT, written as they stand in WIT.

use wit_parser::{
    Function, FunctionKind, Handle, Resolve, Type, TypeDef, TypeDefKind,
    TypeId,
};

/// A type.
pub(crate) fn of(resolve: &Resolve, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::U64 => "u64".into(),
        Type::S8 => "s8".into(),
        Type::S16 => "s16".into(),
        Type::S32 => "s32".into(),
        Type::S64 => "s64".into(),
        Type::F32 => "f32".into(),
        Type::F64 => "f64".into(),
        Type::Char => "char".into(),
        Type::String => "string".into(),
        Type::ErrorContext => "error-context".into(),
        Type::Id(id) => of_id(resolve, *id),
    }
}

/// A type that is named, or a nameless one that contains others.
fn of_id(resolve: &Resolve, id: TypeId) -> String {
    match resolve.types.get(id) {
        None => "?".into(),
        Some(TypeDef { name: Some(name), .. }) => name.clone(),
        Some(def) => of_kind(resolve, &def.kind),
    }
}

/// What a type consists of; of one that has members, what kind it is.
pub(crate) fn of_kind(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let of = |ty: &Type| of(resolve, ty);
    let perhaps = |ty: &Option<Type>| ty.as_ref().map(of);
    match kind {
        // A resource that is passed is owned unless it says otherwise.
        TypeDefKind::Handle(Handle::Own(id)) => of_id(resolve, *id),
        TypeDefKind::Handle(Handle::Borrow(id)) => {
            format!("borrow<{}>", of_id(resolve, *id))
        }
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<_> = tuple.types.iter().map(of).collect();
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Option(ty) => format!("option<{}>", of(ty)),
        TypeDefKind::Result(result) => {
            match (perhaps(&result.ok), perhaps(&result.err)) {
                (None, None) => "result".into(),
                (Some(ok), None) => format!("result<{ok}>"),
                (None, Some(err)) => format!("result<_, {err}>"),
                (Some(ok), Some(err)) => format!("result<{ok}, {err}>"),
            }
        }
        TypeDefKind::List(ty) => format!("list<{}>", of(ty)),
        TypeDefKind::FixedLengthList(ty, len) => {
            format!("list<{}, {len}>", of(ty))
        }
        TypeDefKind::Map(key, value) => {
            format!("map<{}, {}>", of(key), of(value))
        }
        TypeDefKind::Future(ty) => around("future", perhaps(ty)),
        TypeDefKind::Stream(ty) => around("stream", perhaps(ty)),
        TypeDefKind::Type(ty) => of(ty),
        kind => kind.as_str().into(),
    }
}

fn around(name: &str, inner: Option<String>) -> String {
    inner.map_or_else(|| name.into(), |inner| format!("{name}<{inner}>"))
}

/// A function: its name without its resource's, and its whole line.
pub(crate) fn of_function(
    resolve: &Resolve,
    function: &Function,
) -> (String, String) {
    let name = function.item_name().to_owned();
    use FunctionKind as Kind;
    let kind = &function.kind;
    let is_method = matches!(kind, Kind::Method(_) | Kind::AsyncMethod(_));
    let is_static = matches!(kind, Kind::Static(_) | Kind::AsyncStatic(_));
    let is_constructor = matches!(kind, Kind::Constructor(_));
    let params: Vec<_> = function
        .params
        .iter()
        // A method's first is the resource itself, which WIT leaves out.
        .skip(usize::from(is_method))
        .map(|param| format!("{}: {}", param.name, of(resolve, &param.ty)))
        .collect();
    let result = match &function.result {
        Some(ty) if !is_constructor => format!(" -> {}", of(resolve, ty)),
        _ => String::new(),
    };
    let head = match (is_constructor, is_static) {
        (true, _) => name.clone(),
        (false, true) => format!("{name}: static func"),
        (false, false) => format!("{name}: func"),
    };
    let line = format!("{head}({}){result};", params.join(", "));
    if line.len() <= WIDTH {
        return (name, line);
    }
    let params = params.iter().map(|param| format!("    {param},\n"));
    let params: String = params.collect();
    (name, format!("{head}(\n{params}){result};"))
}

/// How long a line may be, in bytes.
const WIDTH: usize = 72;
