//! What components export: found once by name, typechecked per instance.

use wasmtime::component::{
    Component, ComponentExportIndex, Instance, ResourceAny,
};
use wasmtime::{Error, Result, Store};

use crate::fill_in_place::{Ends, FillInPlace};
use crate::inspector::Held;
use crate::store::State;
use crate::wire::{
    Algorithm, BatchError, Checklist, Listing, Matches, PartialDigest,
    ProgramError, Separator, TreeError,
};

/// The exports of a world, in an instance.
pub(crate) trait Exports: Sized {
    /// Where a component has them.
    type Indices: Send + Sync;
    /// What the host holds of an instance besides: its resources.
    type Held: Default;

    /// Looks up every export of the world, and names the first that is
    /// missing.
    fn find(component: &Component) -> Result<Self::Indices>;

    /// Takes the exports from an instance, typechecked.
    fn take(
        instance: Instance,
        store: &mut Store<State>,
        indices: &Self::Indices,
    ) -> Result<Self>;
}

/// Makes of one table of functions the struct of their indices in a
/// component and the struct of the functions of an instance.
macro_rules! exports {
    ($exports:ident, $indices:ident, $held:ty;
        $($field:ident = $interface:literal $name:literal
        ($($parameter:ty),*) -> ($($result:ty)?);)*) => {
        /// Where a component has its exports.
        pub(crate) struct $indices {
            $($field: wasmtime::component::ComponentExportIndex,)*
        }

        /// What an instance exports.
        pub(crate) struct $exports {
            $(pub(crate) $field:
                wasmtime::component::TypedFunc<
                    ($($parameter,)*),
                    ($($result,)?),
                >,)*
        }

        impl $crate::exports::Exports for $exports {
            type Indices = $indices;
            type Held = $held;

            fn find(
                component: &wasmtime::component::Component,
            ) -> wasmtime::Result<$indices> {
                let find = $crate::exports::find;
                Ok($indices {
                    $($field: find(component, $interface, $name)?,)*
                })
            }

            fn take(
                instance: wasmtime::component::Instance,
                store: &mut wasmtime::Store<$crate::store::State>,
                indices: &$indices,
            ) -> wasmtime::Result<Self> {
                Ok(Self {
                    $($field: instance
                        .get_typed_func(&mut *store, indices.$field)
                        .map_err(|error| error.context($name))?,)*
                })
            }
        }
    };
}

exports! {
    InspectorExports, InspectorIndices, Held;
    digest = "hashing" "digest"
        (Algorithm, &'static [u8]) -> (Vec<u8>);
    digest_batch = "hashing" "digest-batch"
        (Algorithm, &'static [u8], &'static [u32])
        -> (std::result::Result<Vec<u8>, BatchError>);
    digest_in_place = "hashing" "digest-batch"
        (Algorithm, FillInPlace<'static>, Ends<'static>)
        -> (std::result::Result<Vec<u8>, BatchError>);
    partial = "hashing" "partial"
        (&'static [u8], &'static [u8], u64) -> (PartialDigest);
    hasher = "hashing" "[constructor]hasher"
        (Algorithm) -> (ResourceAny);
    update = "hashing" "[method]hasher.update"
        (ResourceAny, &'static [u8]) -> ();
    update_in_place = "hashing" "[method]hasher.update"
        (ResourceAny, FillInPlace<'static>) -> ();
    finish = "hashing" "[method]hasher.finish"
        (ResourceAny) -> (Vec<u8>);
    piece = "trees" "piece"
        (FillInPlace<'static>, u64)
        -> (std::result::Result<Vec<u8>, TreeError>);
    join = "trees" "join"
        (&'static [u8], &'static [u8], bool)
        -> (std::result::Result<Vec<u8>, TreeError>);
    compile = "filtering" "[static]filter.compile"
        (&'static [u8]) -> (Result<ResourceAny, ProgramError>);
    columns = "filtering" "[method]filter.columns"
        (ResourceAny) -> (u64);
    kinds = "filtering" "[method]filter.kinds"
        (ResourceAny) -> (u8);
    match_names = "filtering" "[method]filter.match-names"
        (ResourceAny, Listing<'static>) -> (Result<Matches, BatchError>);
    match_metadata = "filtering" "[method]filter.match-metadata"
        (ResourceAny, u32, Option<Listing<'static>>, u64, &'static [u64])
        -> (Result<Vec<u32>, BatchError>);
    parse = "checklists" "parse"
        (&'static [u8], Option<Algorithm>, Separator) -> (Checklist);
}

/// Looks up one function of one interface of the package.
pub(crate) fn find(
    component: &Component,
    interface: &str,
    function: &str,
) -> Result<ComponentExportIndex> {
    let interface = format!("sanchay:inspect/{interface}@0.1.0");
    component
        .get_export_index(None, &interface)
        .and_then(|it| component.get_export_index(Some(&it), function))
        .ok_or_else(|| {
            Error::msg(format!("it does not export {function} of {interface}"))
        })
}
