//! Options that several of the commands have.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum, ValueHint};
use sanchay::escaped;
use sanchay_attachments::{
    AttachmentError, Attachments, Conflict, OutputQuery,
};

use super::place::PlaceArgs;
use crate::{failure::Failure, options::run::RunArgs};

/// What whatever exchanges files with a bucket takes.
#[derive(Args, Debug)]
pub(super) struct ExchangeArgs {
    #[command(flatten)]
    pub(super) place: PlaceArgs,

    /// Where a root of the job is here: FROM=TO; may be given several times
    #[arg(long, value_name = "FROM=TO", value_parser = parse_mapping)]
    pub(super) map: Vec<(Vec<u8>, PathBuf)>,

    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// The session of a worker, and what it works on.
#[derive(Args, Debug)]
pub(super) struct SessionArgs {
    /// The directory of the session
    #[arg(value_name = "SESSION", value_hint = ValueHint::DirPath)]
    session: PathBuf,

    /// The attachments of the job, as submit printed them; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    attachments: PathBuf,
}

impl SessionArgs {
    /// The attachments, and the absolute path of the session.
    pub(super) fn read(&self) -> Result<(Attachments, PathBuf), Failure> {
        let attachments = read_attachments(&self.attachments)?;
        let session =
            sanchay::storage::absolute(&self.session).map_err(|source| {
                Failure::List { path: self.session.clone(), source }
            })?;
        Ok((attachments, session))
    }
}

/// Whose outputs.
#[derive(Args, Debug)]
pub(super) struct MadeByArgs {
    /// The job
    #[arg(long, value_name = "ID")]
    job_id: String,

    /// The step; by default all
    #[arg(long, value_name = "ID")]
    step_id: Option<String>,

    /// The task of that step; by default all
    #[arg(long, value_name = "ID", requires = "step_id")]
    task_id: Option<String>,

    /// The session action of that task; by default the last
    #[arg(long, value_name = "ID", requires = "task_id")]
    session_action_id: Option<String>,
}

impl MadeByArgs {
    pub(super) fn query(&self) -> OutputQuery {
        OutputQuery {
            job_id: self.job_id.clone(),
            step_id: self.step_id.clone(),
            task_id: self.task_id.clone(),
            session_action_id: self.session_action_id.clone(),
        }
    }
}

/// What a download takes besides.
#[derive(Args, Debug)]
pub(super) struct ConflictArgs {
    /// What becomes of files that are there; by default inputs replace them,
    /// and outputs get other names
    #[arg(long, value_name = "HOW", value_enum, ignore_case = true)]
    conflict_resolution: Option<ConflictArg>,
}

impl ConflictArgs {
    pub(super) fn or(&self, otherwise: Conflict) -> Conflict {
        match self.conflict_resolution {
            None => otherwise,
            Some(ConflictArg::Skip) => Conflict::Skip,
            Some(ConflictArg::Overwrite) => Conflict::Overwrite,
            Some(ConflictArg::CreateCopy) => Conflict::CreateCopy,
        }
    }
}

/// What becomes of files that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ConflictArg {
    /// They stay
    Skip,
    /// They are replaced
    Overwrite,
    /// They stay, and new ones get other names
    #[value(name = "create_copy")]
    CreateCopy,
}

/// Reads attachments from a file, or from standard input.
pub(super) fn read_attachments(path: &Path) -> Result<Attachments, Failure> {
    let text = match path.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()).map(String::into_bytes),
        false => std::fs::read(path),
    };
    let path = path.to_owned();
    let text = text.map_err(|source| AttachmentError::File {
        path,
        what: "cannot read the attachments",
        source,
    })?;
    Ok(Attachments::parse(&text).map_err(|error| {
        let why = escaped(error.to_string().as_bytes()).to_string();
        AttachmentError::Invalid(why)
    })?)
}

/// A mapping as it is written: `FROM=TO`.
fn parse_mapping(text: &str) -> Result<(Vec<u8>, PathBuf), String> {
    match text.split_once('=') {
        Some((from, to))
            if !from.is_empty() && Path::new(to).is_absolute() =>
        {
            Ok((from.as_bytes().to_vec(), to.into()))
        }
        _ => Err(format!(
            "{} is not FROM=TO, where TO is an absolute path",
            escaped(text.as_bytes())
        )),
    }
}
