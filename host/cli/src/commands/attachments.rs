//! `sanchay attachments`: job attachments of AWS Deadline Cloud.

mod fetch;
mod inputs;
mod manifest;
mod options;
mod outputs;
mod place;
mod progress;
mod submit;

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use sanchay::{escaped, is_terminal_control};
use sanchay_attachments::{Rule, Statistics, text};

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, messages::Messages,
};

const ABOUT: &str = "\
Files of a render job are in S3 by content, and manifests beside them say which
of them a job has. What this writes the Python package `deadline` reads, and the
other way round; docs/ATTACHMENTS.md says how, and where they differ.

S3 is reached with the credentials that the environment, ~/.aws or a container
have; the machine is asked for them only if AWS_EC2_METADATA_DISABLED=false is
set. AWS_ENDPOINT_URL_S3 or --endpoint name another server.

Examples:
  sanchay attachments submit --s3-root-uri s3://farm/DeadlineCloud \\
      --farm-id farm-1 --queue-id queue-1 --output-dir renders scene/ > job.json
  sanchay attachments inputs --s3-root-uri s3://farm/DeadlineCloud \\
      --attachments job.json session/
  sanchay attachments manifest snapshot --root scene --destination manifests";

/// Exchange the files of render jobs with S3.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct AttachmentsCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// Upload what a job reads, and print what the service is to be told
    Submit(Box<submit::SubmitArgs>),
    /// Download what a job reads into the directory of a session
    Inputs(Box<inputs::InputsArgs>),
    /// Upload what a task made in the directory of a session
    Outputs(Box<outputs::OutputsArgs>),
    /// Download what the tasks of a job made
    Fetch(Box<fetch::FetchArgs>),
    /// Make, compare, download and upload manifests
    Manifest(manifest::ManifestCommand),
}

impl RunCommand for AttachmentsCommand {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match &self.command {
            CommandArgs::Submit(it) => it.run(context),
            CommandArgs::Inputs(it) => it.run(context),
            CommandArgs::Outputs(it) => it.run(context),
            CommandArgs::Fetch(it) => it.run(context),
            CommandArgs::Manifest(it) => it.run(context),
        }
    }
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::writing(PathBuf::new(), error))
}

/// Says what was done, in the words of the Python package.
fn say(messages: &Messages, what: &str, statistics: &Statistics) {
    messages.end_progress();
    for line in statistics.to_string().lines() {
        messages.say(format_args!("{what}: {line}"));
    }
}

/// Says which mappings were of no use.
fn say_unused(messages: &Messages, unused: &[Vec<u8>]) {
    messages.end_progress();
    for root in unused {
        let root = text::lossy(root);
        messages.say(format_args!(
            "--map {}=...: no root is called that, and nothing was mapped",
            escaped(root.as_bytes())
        ));
    }
}

/// A text as JSON has it. What a terminal would obey in it is escaped.
fn json_text(value: &[u8]) -> String {
    let text = serde_json::Value::String(text::lossy(value)).to_string();
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match is_terminal_control(character) {
            true => shown += &format!("\\u{:04x}", u32::from(character)),
            false => shown.push(character),
        }
    }
    shown
}

/// Rules as the Python package prints them.
fn rules_json(rules: &[Rule]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| {
            format!(
                "{{\"source_path_format\": \"{}\", \"source_path\": {}, \
                 \"destination_path\": {}}}",
                rule.format,
                json_text(&rule.source),
                json_text(&text::of_name(&rule.destination)),
            )
        })
        .collect();
    format!("[{}]\n", rules.join(", "))
}
