//! Compiles a component to machine code ahead of time.
//!
//! The program then carries no compiler and starts in a fraction of a
//! millisecond. A processor that lacks an instruction set refuses the code
//! that needs it, so that there is a variant for every processor.
#![expect(
    unsafe_code,
    reason = "wasmtime calls it unsafe to choose instruction sets"
)]

use std::env;

use sanchay_sandbox_config::{self as config, Layout};
use sanchay_toolchain::Failure;
use sanchay_toolchain::script::variable;
use wasmtime::{Engine, OptLevel};

/// Machine code for one kind of processor and one layout of memory.
pub(crate) struct Variant {
    /// What it is called in file names and messages.
    pub(crate) name: &'static str,
    /// The layout of memory it needs.
    pub(crate) layout: Layout,
    /// The code, in wasmtime's own format.
    pub(crate) code: Vec<u8>,
}

/// What to compile for: a name, a layout, and Cranelift's flags.
type Plan = (&'static str, Layout, &'static [&'static str]);

/// The x86 processors since about 2013: the psABI's level x86-64-v3.
const X86_64_V3: &[&str] = &[
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_popcnt",
    "has_cmpxchg16b",
    "has_avx",
    "has_avx2",
    "has_fma",
    "has_bmi1",
    "has_bmi2",
    "has_lzcnt",
];

/// In the order in which the library tries them.
const X86_64: &[Plan] = &[
    ("x86-64-v3", Layout::Reserved, X86_64_V3),
    ("x86-64", Layout::Reserved, &[]),
    ("x86-64-v3-compact", Layout::Compact, X86_64_V3),
    ("x86-64-compact", Layout::Compact, &[]),
];

/// Those of today, and what runs on any.
#[cfg(feature = "images")]
const X86_64_FEW: &[Plan] = &[
    ("x86-64-v3", Layout::Reserved, X86_64_V3),
    ("x86-64-compact", Layout::Compact, &[]),
];

/// Any processor, at the least its architecture demands.
const OTHER: &[Plan] = &[
    ("baseline", Layout::Reserved, &[]),
    ("baseline-compact", Layout::Compact, &[]),
];

/// Which processors a component is compiled for.
#[derive(Clone, Copy)]
pub(crate) enum Plans {
    /// Each kind, by the instructions that it has.
    EveryProcessor,
    /// All, by those that every one has.
    Baseline,
    /// The usual kind by the instructions that it has, and all others.
    #[cfg(feature = "images")]
    FastAndAny,
}

/// Compiles a component in every variant that the target may need.
pub(crate) fn compile(
    component: &[u8],
    plans: Plans,
) -> Result<Vec<Variant>, Failure> {
    let target = variable("TARGET")?;
    let x86 = variable("CARGO_CFG_TARGET_ARCH")? == "x86_64";
    let plans = match plans {
        Plans::EveryProcessor if x86 => X86_64,
        #[cfg(feature = "images")]
        Plans::FastAndAny if x86 => X86_64_FEW,
        _ => OTHER,
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = plans
            .iter()
            .map(|plan| {
                let target = &target;
                scope.spawn(move || one(plan, target, component))
            })
            .collect();
        running
            .into_iter()
            .map(|it| it.join().map_err(|_| "Cranelift panicked")?)
            .collect()
    })
}

/// Whether code for a target runs on Windows, which has rules of its own for
/// machine code.
fn is_windows(target: &str) -> bool {
    target.split('-').any(|part| part == "windows")
}

fn one(
    &(name, layout, flags): &Plan,
    target: &str,
    component: &[u8],
) -> Result<Variant, Failure> {
    let mut config = config::shared_for(layout, is_windows(target));
    config.cranelift_opt_level(OptLevel::Speed);
    for flag in flags {
        // SAFETY: code that uses these instruction sets is run only after
        // `Component::deserialize` found that the processor has them.
        unsafe { config.cranelift_flag_enable(flag) };
    }
    let code = config
        .target(target)
        .and_then(|config| Engine::new(config))
        .and_then(|engine| engine.precompile_component(component))
        .map_err(|error| {
            let host = env::var("HOST").unwrap_or_default();
            format!(
                "cannot compile the component for {target} ({name}) on \
                 {host}: {error:#}"
            )
        })?;
    Ok(Variant { name, layout, code })
}
