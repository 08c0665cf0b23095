//! What components export: found once by name, typechecked per instance.

use wasmtime::component::{Component, ComponentExportIndex, Instance};
use wasmtime::{Error, Result, Store};

use crate::store::State;

/// The exports of a world, in an instance.
pub(crate) trait Exports: Sized {
    /// Where a component has them.
    type Indices: Send + Sync;
    /// The resources of an instance that the host holds.
    type Resources: Default;

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
    ($exports:ident, $indices:ident, $resources:ty;
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
            type Resources = $resources;

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
