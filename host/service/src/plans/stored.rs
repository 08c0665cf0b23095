//! The files of plans in the folder of state: named by the database that they
//! belong to, written whole, and used only as long as they are what was
//! written. The folder may be another service's, too.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use sanchay::{Engine, ops::Plan};
use sanchay_system::files;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{config::Config, jobs::document::Job, problem::Problem};

/// How much is hashed at a time.
const PIECE: usize = 256 << 10;

/// A plan in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stored {
    name: String,
    /// The SHA-256 digest of its file, in hexadecimal.
    pub(crate) digest: String,
}

impl Stored {
    /// The plan that a job made; `None` where it did not come to its end.
    pub(crate) fn of(made: &Job) -> Option<Self> {
        let result = made.result.as_ref()?;
        let text = |name| result.get(name).and_then(Value::as_str);
        let (name, digest) = (text("file")?, text("digest")?);
        let is_name = !name.is_empty() && !name.contains('/');
        is_name
            .then(|| Self { name: name.to_owned(), digest: digest.to_owned() })
    }

    /// Writes a plan whole, and then gives its file that name.
    pub(crate) fn write(
        config: &Config,
        name: String,
        plan: &Plan,
    ) -> io::Result<Self> {
        let path = path(config, &name);
        make_private(config, "plans")?;
        let made = path.with_extension("part");
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        let file = files::private(options).open(&made)?;
        let mut hashed =
            Hashed { of: BufWriter::new(file), hash: Sha256::new() };
        plan.write(&mut hashed)?;
        let Hashed { of, hash } = hashed;
        of.into_inner().map_err(|it| it.into_error())?.sync_all()?;
        fs::rename(made, path)?;
        Ok(Self { name, digest: hex(hash) })
    }

    /// Makes sure that the file is what was written.
    ///
    /// # Errors
    /// 409 where it is not.
    pub(crate) fn check(&self, config: &Config) -> Result<(), Problem> {
        let path = path(config, &self.name);
        let mut hashed = Hashed::open(&path).map_err(|it| gone(&path, &it))?;
        hashed.drain().map_err(|it| gone(&path, &it))?;
        self.compare(&path, hashed)
    }

    /// Reads the plan.
    ///
    /// # Errors
    /// 409 where the file is not what was written.
    pub(crate) fn read(
        &self,
        config: &Config,
        engine: &Engine,
    ) -> Result<Plan, Problem> {
        let path = path(config, &self.name);
        let mut hashed = Hashed::open(&path).map_err(|it| gone(&path, &it))?;
        let plan = Plan::read_from(engine, &path, &mut hashed, false);
        // What stands behind its end was not written either.
        hashed.drain().map_err(|it| gone(&path, &it))?;
        self.compare(&path, hashed)?;
        plan.map_err(|error| {
            tracing::error!(%error, "a plan cannot be read");
            unreadable()
        })
    }

    fn compare(
        &self,
        path: &Path,
        hashed: Hashed<File>,
    ) -> Result<(), Problem> {
        let found = hex(hashed.hash);
        if found == self.digest {
            return Ok(());
        }
        let path = sanchay::escaped_path(path);
        tracing::error!(path, "a plan is not the one that was made");
        Err(Problem::conflict(
            "The plan in the folder of state is not the one that was made; \
             nothing is done. Make it anew.",
        )
        .of_kind("plan-changed"))
    }
}

/// The file of a plan.
fn path(config: &Config, name: &str) -> PathBuf {
    config.state_dir.join("plans").join(name)
}

/// Makes a folder in that of state, which nobody else may look into.
pub(crate) fn make_private(config: &Config, name: &str) -> io::Result<()> {
    let folder = config.state_dir.join(name);
    let mut builder = DirBuilder::new();
    files::private_folder(builder.recursive(true)).create(folder)
}

fn gone(path: &Path, error: &io::Error) -> Problem {
    let path = sanchay::escaped_path(path);
    tracing::error!(path, %error, "a plan cannot be read");
    unreadable()
}

fn unreadable() -> Problem {
    Problem::conflict("The plan cannot be read any more: make it anew.")
        .of_kind("plan-changed")
}

fn hex(hash: Sha256) -> String {
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what is read or written.
struct Hashed<F> {
    of: F,
    hash: Sha256,
}

impl Hashed<File> {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { of: File::open(path)?, hash: Sha256::new() })
    }

    /// Reads the rest.
    fn drain(&mut self) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        while self.read(&mut piece)? > 0 {}
        Ok(())
    }
}

impl<F: Read> Read for Hashed<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.of.read(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<F: Write> Write for Hashed<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.of.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.of.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_only_as_it_was_written() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "x").unwrap();
        let state = tempfile::tempdir().unwrap();
        let state_dir = state.path().join("state");
        let config = Config::new(state.path().join("c.db"), state_dir);
        let engine = Engine::builder().threads(1).build().unwrap();
        let plan = engine.rename([root.path()]).to("b").plan().unwrap();
        let name = "id-1-1.ndjson".to_owned();
        let stored = Stored::write(&config, name, &plan).unwrap();
        let path = path(&config, "id-1-1.ndjson");
        let kept = fs::read(&path).unwrap();
        assert!(stored.check(&config).is_ok());
        assert_eq!(stored.read(&config, &engine).unwrap().len(), plan.len());
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| {
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&config.state_dir), 0o700);
        let mut longer = kept.clone();
        longer.push(b'\n');
        for other in [&kept[..kept.len() - 1], &longer[..], &[][..]] {
            fs::write(&path, other).unwrap();
            assert_eq!(stored.check(&config).unwrap_err().status(), 409);
            assert_eq!(
                stored.read(&config, &engine).unwrap_err().status(),
                409
            );
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(stored.check(&config).unwrap_err().status(), 409);
    }
}
