//! The types of an interface, on the page.

use std::fmt::Write as _;

use wit_parser::{
    Docs, Function, Interface, Type, TypeDef, TypeDefKind, TypeId, TypeOwner,
};

use super::{Page, flat, owner, since};
use crate::signature;

impl Page<'_> {
    pub(super) fn definition(
        &mut self,
        interface: &Interface,
        name: &str,
        id: TypeId,
        def: &TypeDef,
    ) {
        if let Some(from) = self.used_from(def) {
            self.paragraph(&format!(
                "Uses the type `{name}` of [`{from}`](#interface-{from})."
            ));
            return;
        }
        let kind = match def.kind {
            TypeDefKind::Record(_) => "Record",
            TypeDefKind::Variant(_) => "Variant",
            TypeDefKind::Enum(_) => "Enum",
            TypeDefKind::Flags(_) => "Flags",
            TypeDefKind::Resource => "Resource",
            _ => "Type",
        };
        self.paragraph(&format!("### {kind} `{name}`"));
        if kind == "Type" {
            let of = signature::of_kind(&self.package.resolve, &def.kind);
            self.code(&format!("type {name} = {of};"));
        }
        self.docs(&def.docs);
        self.members(&def.kind);
        self.paragraph(&since(&def.stability));
        let of_it = |function: &&Function| owner(function) == Some(id);
        for function in interface.functions.values().filter(of_it) {
            self.function("####", function);
        }
    }

    /// The interface of which a type is merely another name here.
    fn used_from(&self, def: &TypeDef) -> Option<String> {
        let TypeDefKind::Type(Type::Id(id)) = def.kind else { return None };
        let original = self.package.resolve.types.get(id)?;
        match original.owner {
            TypeOwner::Interface(id)
                if original.name == def.name
                    && original.owner != def.owner =>
            {
                self.interface_name(id)
            }
            _ => None,
        }
    }

    /// What a type consists of, as a list.
    fn members(&mut self, kind: &TypeDefKind) {
        let resolve = &self.package.resolve;
        let of = |ty: &Type| signature::of(resolve, ty);
        let members: Vec<(String, &Docs)> = match kind {
            TypeDefKind::Record(record) => (record.fields.iter())
                .map(|it| (format!("{}: {}", it.name, of(&it.ty)), &it.docs))
                .collect(),
            TypeDefKind::Variant(variant) => (variant.cases.iter())
                .map(|it| {
                    let ty = it.ty.as_ref().map(|ty| format!("({})", of(ty)));
                    let ty = ty.unwrap_or_default();
                    (format!("{}{ty}", it.name), &it.docs)
                })
                .collect(),
            TypeDefKind::Enum(cases) => (cases.cases.iter())
                .map(|it| (it.name.clone(), &it.docs))
                .collect(),
            TypeDefKind::Flags(flags) => (flags.flags.iter())
                .map(|it| (it.name.clone(), &it.docs))
                .collect(),
            _ => return,
        };
        self.line("");
        for (signature, docs) in members {
            let docs = flat(docs);
            let mut line = String::new();
            // Writing to a string cannot fail.
            let _ = write!(line, "- `{signature}`: {docs}");
            self.line(&line);
        }
    }
}
