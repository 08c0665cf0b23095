//! Whether an output would overwrite what a command reads: the files that are
//! named, plugins, modules.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Refuses an output that would overwrite what is to be read.
pub(crate) fn spare(
    output: Option<&Path>,
    inputs: &[&[PathBuf]],
) -> Result<(), Failure> {
    let mut inputs = inputs.iter().copied().flatten();
    match output {
        Some(path) if inputs.any(|input| same_file(path, input)) => {
            Err(Failure::OutputIsInput(path.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether two paths lead to one regular file that exists.
fn same_file(a: &Path, b: &Path) -> bool {
    let identity = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
    };
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_under_another_name_and_a_missing_one_never_is() {
        let directory = std::env::temp_dir()
            .join(format!("sanchay-same-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| directory.join(name));
        fs::write(&a, "").unwrap();
        fs::hard_link(&a, &b).unwrap();
        assert!(same_file(&a, &b));
        assert!(!same_file(&a, &c));
        assert!(!same_file(&c, &c));
        assert!(!same_file(&directory, &directory));
        fs::remove_dir_all(&directory).unwrap();
    }
}
