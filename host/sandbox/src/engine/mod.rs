//! Engines: made for a layout of memory, and given machine code.

pub(crate) mod config;
mod load;
mod ticker;

use wasmtime::component::Component;
use wasmtime::{Engine, PoolingAllocationConfig, Result};

use crate::Limits;
use crate::component::VARIANTS;
use config::Layout;

pub(crate) use ticker::{Ticker, ticks};

/// The embedded component, ready to be instantiated.
pub(crate) struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) component: Component,
    /// The name of the machine code's variant.
    pub(crate) variant: &'static str,
}

/// Makes an engine. Every engine of this crate is made here.
pub(crate) fn engine(
    layout: Layout,
    limits: &Limits,
    pool: Option<usize>,
) -> Result<Engine> {
    let mut config = config::shared(layout);
    config.max_wasm_stack(limits.stack_bytes());
    if let Some(instances) = pool {
        config.allocation_strategy(pooling(instances, limits));
    }
    Engine::new(&config)
}

fn pooling(instances: usize, limits: &Limits) -> PoolingAllocationConfig {
    let count = u32::try_from(instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_core_instances(count.saturating_mul(3))
        .total_memories(count)
        .total_tables(count.saturating_mul(2))
        .max_memory_size(limits.memory_bytes())
        .table_elements(limits.table_elements());
    pool
}

/// Loads the first variant for `layout` that the processor can run.
pub(crate) fn load(engine: Engine, layout: Layout) -> Result<Loaded> {
    let mut refusal = None;
    for variant in VARIANTS.iter().filter(|it| it.layout == layout) {
        match load::load(&engine, variant) {
            Ok(component) => {
                let variant = variant.name;
                return Ok(Loaded { engine, component, variant });
            }
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal.unwrap_or_else(|| wasmtime::Error::msg("no machine code")))
}
