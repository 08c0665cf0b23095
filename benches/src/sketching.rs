//! Signatures of texts, in the sandbox, by one thread: what
//! `benches/python/texts.py` compares with other packages.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sanchay_sandbox::{
    Fault, Inspector, Limits, Sandbox, SandboxOptions, Shingling, TextTask,
    Unit,
};

use crate::problem::{Problem, Result, Trying as _};

/// Which texts, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Sketching {
    /// How often all are done; the least time counts
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// How many words a shingle has
    #[arg(long, default_value_t = 1)]
    shingle_size: u32,
    /// A file with a text in each line
    file: PathBuf,
}

/// Prints how many seconds the signatures of all texts take.
///
/// # Errors
///
/// A file that cannot be read, or a text that has no signature.
pub(crate) fn run(sketching: &Sketching) -> Result<()> {
    let data = fs::read(&sketching.file).trying("read", &sketching.file)?;
    let texts: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let shingling = Shingling::new(Unit::Words, sketching.shingle_size)
        .map_err(|error| Problem::new(error.to_string()))?;
    let options = SandboxOptions { instances: 1, limits: Limits::default() };
    let mut inspector = Sandbox::new(options)
        .map_err(|error| Problem::new(error.to_string()))?
        .inspector();
    let mut least = Duration::MAX;
    for _ in 0..sketching.rounds.max(1) {
        let begun = Instant::now();
        for (number, text) in texts.iter().enumerate() {
            sketch(&mut inspector, shingling, text).map_err(|fault| {
                let line = number + 1;
                Problem::new(format!("the text of line {line}: {fault}"))
            })?;
        }
        least = least.min(begun.elapsed());
    }
    println!("{:.6}", least.as_secs_f64());
    Ok(())
}

fn sketch(
    inspector: &mut Inspector,
    shingling: Shingling,
    text: &[u8],
) -> std::result::Result<(), Fault> {
    inspector.begin_text(TextTask::Sketch, shingling)?;
    let mut fill = |space: &mut [u8]| {
        let len = text.len().min(space.len());
        if let (Some(space), Some(text)) =
            (space.get_mut(..len), text.get(..len))
        {
            space.copy_from_slice(text);
        }
        len
    };
    inspector.read_text_with(text.len(), &mut fill)?;
    std::hint::black_box(inspector.finish_sketch()?);
    Ok(())
}
