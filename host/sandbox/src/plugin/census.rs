//! What instantiating a component takes, counted before it is compiled.
//!
//! Not all of it is linear memory, which the engine asks about: each core
//! instance has its globals and references to its functions besides, and each
//! copies its data into its memory before the first call. And a component can
//! name a part of itself any number of times, and that part another, so that
//! a few hundred bytes make a billion instances. So the instantiations are
//! followed here, as the engine would make them.

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentType, ComponentTypeDeclaration,
    ComponentTypeRef, ElementItems, Instance, Parser, Payload, Result,
};

/// What the engine has for each instance, in bytes: of a module, and of each
/// of a module's globals, functions and so on. It is never less.
const INSTANCE: u64 = 1024;
const ITEM: u64 = 32;

/// How deep components, and types of components, may be nested: a compiler
/// goes down into them by recursion.
const DEPTH: usize = 64;

/// How many modules, and how many components, a part may name: as many as the
/// engine lets it.
const NAMED: usize = 1000;

/// What one instance of something takes, all that it consists of included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// How many core instances.
    pub(super) core: u64,
    /// How many instances of components.
    pub(super) components: u64,
    /// How many bytes of the host's memory.
    pub(super) state: u64,
    /// How many bytes are copied to make it.
    pub(super) copied: u64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.core = self.core.saturating_add(other.core);
        self.components = self.components.saturating_add(other.components);
        self.state = self.state.saturating_add(other.state);
        self.copied = self.copied.saturating_add(other.copied);
    }
}

/// What is wrong with a component.
#[derive(Debug)]
pub(super) enum Fault {
    /// It cannot be read.
    Unreadable(wasmparser::Error),
    /// Its cost is unknown, or the compiler would recurse too deep.
    Unbounded(String),
}

impl From<wasmparser::Error> for Fault {
    fn from(error: wasmparser::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// A part that is being read.
#[derive(Default)]
struct Part {
    is_module: bool,
    cost: Cost,
    /// What an instance of each module and component takes that it can name;
    /// nothing is known of those that it is given.
    modules: Vec<Option<Cost>>,
    components: Vec<Option<Cost>>,
}

/// Counts as the payloads of a component are passed by, in their order.
#[derive(Default)]
pub(super) struct Census {
    open: Vec<Part>,
    total: Cost,
}

impl Census {
    /// Takes the next payload of the component `bytes`.
    pub(super) fn take(
        &mut self,
        payload: &Payload<'_>,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        match payload {
            Payload::Version { encoding, .. } => {
                let is_module = *encoding == wasmparser::Encoding::Module;
                self.open.push(Part { is_module, ..Part::default() });
                if self.open.len() > DEPTH {
                    return deep("components");
                }
            }
            Payload::End(_) => self.close(),
            Payload::ComponentTypeSection(section) => {
                let data = bytes.get(section.range()).unwrap_or_default();
                return types(data);
            }
            payload => {
                let Some((part, outer)) = self.open.split_last_mut() else {
                    return Ok(());
                };
                if part.is_module {
                    module(&mut part.cost, payload)?;
                } else {
                    component(part, outer, payload)?;
                }
            }
        }
        Ok(())
    }

    /// What an instance of all that was read takes.
    pub(super) fn total(&self) -> Cost {
        self.total
    }

    fn close(&mut self) {
        let Some(Part { is_module, mut cost, .. }) = self.open.pop() else {
            return;
        };
        cost.state = cost.state.saturating_add(INSTANCE);
        let kind = match is_module {
            true => &mut cost.core,
            false => &mut cost.components,
        };
        *kind = kind.saturating_add(1);
        match self.open.last_mut() {
            None => self.total = cost,
            Some(outer) if is_module => outer.modules.push(Some(cost)),
            Some(outer) => outer.components.push(Some(cost)),
        }
    }
}

/// Whether the types of a component are nested no deeper than a compiler can
/// bear; or what is. What cannot be read is left for it to tell.
pub(crate) fn nesting(bytes: &[u8]) -> Result<(), String> {
    for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
        if let Payload::ComponentTypeSection(section) = payload {
            let data = bytes.get(section.range()).unwrap_or_default();
            if let Err(Fault::Unbounded(why)) = types(data) {
                return Err(why);
            }
        }
    }
    Ok(())
}

/// Adds a section of a module.
fn module(cost: &mut Cost, payload: &Payload<'_>) -> Result<()> {
    let mut items = |count: u32| {
        let bytes = u64::from(count).saturating_mul(ITEM);
        cost.state = cost.state.saturating_add(bytes);
    };
    match payload {
        Payload::ImportSection(section) => items(section.count()),
        Payload::FunctionSection(section) => items(section.count()),
        Payload::TableSection(section) => items(section.count()),
        Payload::MemorySection(section) => items(section.count()),
        Payload::TagSection(section) => items(section.count()),
        Payload::GlobalSection(section) => items(section.count()),
        Payload::ExportSection(section) => items(section.count()),
        Payload::ElementSection(section) => {
            items(section.count());
            for element in section.clone() {
                items(match element?.items {
                    ElementItems::Functions(items) => items.count(),
                    ElementItems::Expressions(_, items) => items.count(),
                });
            }
        }
        Payload::DataSection(section) => {
            items(section.count());
            let bytes = section.range().len() as u64;
            cost.copied = cost.copied.saturating_add(bytes);
        }
        _ => {}
    }
    Ok(())
}

/// Adds a section of a component that lies within `outer`.
fn component(
    part: &mut Part,
    outer: &[Part],
    payload: &Payload<'_>,
) -> Result<(), Fault> {
    match payload {
        Payload::InstanceSection(section) => {
            for instance in section.clone() {
                let Instance::Instantiate { module_index, .. } = instance?
                else {
                    continue;
                };
                let cost = known(&part.modules, module_index);
                part.cost.add(cost.ok_or_else(foreign)?);
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section.clone() {
                let ComponentInstance::Instantiate { component_index, .. } =
                    instance?
                else {
                    continue;
                };
                let cost = known(&part.components, component_index);
                part.cost.add(cost.ok_or_else(foreign)?);
            }
        }
        Payload::ComponentImportSection(section) => {
            for import in section.clone() {
                match import?.ty {
                    ComponentTypeRef::Module(_) => {
                        name(&mut part.modules, None)?;
                    }
                    ComponentTypeRef::Component(_) => {
                        name(&mut part.components, None)?;
                    }
                    _ => {}
                }
            }
        }
        Payload::ComponentExportSection(section) => {
            // What is exported has a second index from then on.
            for export in section.clone() {
                let export = export?;
                let index = export.index;
                match export.kind {
                    ComponentExternalKind::Module => {
                        let cost = known(&part.modules, index);
                        name(&mut part.modules, cost)?;
                    }
                    ComponentExternalKind::Component => {
                        let cost = known(&part.components, index);
                        name(&mut part.components, cost)?;
                    }
                    _ => {}
                }
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section.clone() {
                match alias? {
                    ComponentAlias::InstanceExport {
                        kind: ComponentExternalKind::Module,
                        ..
                    } => name(&mut part.modules, None)?,
                    ComponentAlias::InstanceExport {
                        kind: ComponentExternalKind::Component,
                        ..
                    } => name(&mut part.components, None)?,
                    ComponentAlias::InstanceExport { .. } => {}
                    ComponentAlias::Outer { kind, count, index } => {
                        aliased(part, outer, kind, count, index)?;
                    }
                    ComponentAlias::CoreInstanceExport { .. } => {}
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn known(kinds: &[Option<Cost>], index: u32) -> Option<Cost> {
    *kinds.get(usize::try_from(index).ok()?)?
}

/// Adds what a module or component takes that a part can name.
fn name(
    kinds: &mut Vec<Option<Cost>>,
    cost: Option<Cost>,
) -> Result<(), Fault> {
    if kinds.len() >= NAMED {
        return Err(Fault::Unbounded(format!(
            "more than {NAMED} nested parts"
        )));
    }
    kinds.push(cost);
    Ok(())
}

/// Adds what a part has by another name from one around it.
fn aliased(
    part: &mut Part,
    outer: &[Part],
    kind: ComponentOuterAliasKind,
    count: u32,
    index: u32,
) -> Result<(), Fault> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let from = match outer.len().checked_sub(count) {
        _ if count == 0 => Some(&*part),
        Some(place) => outer.get(place),
        None => None,
    };
    match kind {
        ComponentOuterAliasKind::CoreModule => {
            let cost = from.and_then(|it| known(&it.modules, index));
            name(&mut part.modules, cost)
        }
        ComponentOuterAliasKind::Component => {
            let cost = from.and_then(|it| known(&it.components, index));
            name(&mut part.components, cost)
        }
        _ => Ok(()),
    }
}

fn foreign() -> Fault {
    Fault::Unbounded(
        "a part of it instantiates what it is given by another part".into(),
    )
}

fn deep(what: &str) -> Result<(), Fault> {
    Err(Fault::Unbounded(format!("{what} are nested more than {DEPTH} deep")))
}

/// Whether the types of a section, whose contents are `data`, are nested no
/// deeper than a reader's recursion can bear. So they are read without any.
fn types(data: &[u8]) -> Result<(), Fault> {
    /// A type within a type, of a component and of an instance.
    const TYPE: u8 = 0x01;
    const COMPONENT: u8 = 0x41;
    const INSTANCE: u8 = 0x42;

    let mut reader = BinaryReader::new(data, 0);
    // How many declarations each type still has that is being read.
    let mut open = vec![reader.read_var_u32()?];
    while let Some(left) = open.last_mut() {
        let Some(less) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = less;
        if open.len() > 1 {
            if reader.clone().read_u8()? != TYPE {
                reader.read::<ComponentTypeDeclaration<'_>>()?;
                continue;
            }
            reader.read_u8()?;
        }
        if matches!(reader.clone().read_u8()?, COMPONENT | INSTANCE) {
            reader.read_u8()?;
            open.push(reader.read_var_u32()?);
            if open.len() > DEPTH {
                return deep("types");
            }
        } else {
            reader.read::<ComponentType<'_>>()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
