//! `sanchay copy` where a bucket is a root or where copies go: planned, shown
//! and done without a journal, since what is written to a bucket is no file.

use std::io::{self, Write as _};
use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sanchay::{escaped, storage::is_cloud_url};
use sanchay_core::{
    append::append,
    size::{HumanBytes, total},
};
use sanchay_objects::StorageError;
use sanchay_transfer::{
    Destination, Transfer, TransferError, TransferPlan, TransferProblem,
};
use serde_json::{Map, Value};

use super::copy::CopyArgs;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::act::{ConflictArg, PlanFormat},
    output::{Inputs, put},
};

impl CopyArgs {
    /// Whether a bucket is a root, or copies go into one.
    pub(super) fn reaches_buckets(&self) -> bool {
        is_cloud_url(&self.into.into)
            || self.roots.iter().any(|root| is_cloud_url(root))
    }

    /// Whether the options go together with buckets.
    pub(super) fn check_buckets(&self) -> Result<(), String> {
        let act = &self.plan.act;
        let into = self.into.into.as_os_str().as_encoded_bytes();
        let wrong = if self.name.renames() {
            "copies from and to buckets keep their names: without --to, \
             --match, --replace, --truncate, --portable and --sort"
        } else if self.name.on_conflict() == ConflictArg::Rename {
            "copies from and to buckets get no other names: --on-conflict \
             skip leaves out what is taken"
        } else if act.plan.is_some() || act.interactive {
            "copies from and to buckets are planned again whenever they are \
             made: without --plan and --interactive"
        } else if into.iter().any(|byte| b"{}".contains(byte)) {
            "where copies from and to buckets go is no template"
        } else {
            return Ok(());
        };
        Err(wrong.to_owned())
    }
}

/// Plans, and does with the plan what the arguments say.
pub(super) fn run(
    args: &CopyArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    if let Some(exit) = args.plan.walk.explain(|filter| filter)? {
        return Ok(exit);
    }
    let roots = args.plan.walk.list.or_current(&args.roots)?;
    let interrupt = context.catch_signals()?;
    let messages = args.plan.run.messages(context, false);
    let engine = args.plan.run.engine()?;
    let into = &args.into.into;
    let cloud = args.cloud.options();
    let destination = Destination::of(into, &cloud)
        .map_err(|error| unreachable_destination(into, &error))?;
    let transfer = Transfer {
        roots,
        destination,
        walk: args.plan.walk.acting_options(),
        cloud,
        flat: args.into.flat,
        verify: args.verify,
        skip_conflicts: args.name.on_conflict() == ConflictArg::Skip,
    };
    let monitor = messages.monitor(&interrupt.cancel);
    let plan =
        transfer.plan(&engine, &monitor).map_err(|error| match error {
            TransferError::Run(error) => Failure::Run(error),
            other => Failure::Output {
                path: into.clone(),
                action: "cannot look at what is there",
                source: io::Error::other(other.to_string()),
            },
        })?;
    messages.end_progress();
    tell_problems(&plan, &messages);
    let quiet = args.plan.run.quiet;
    if !args.plan.act.apply {
        let standard = match context.terminal.stdout {
            true => PlanFormat::Text,
            false => PlanFormat::Ndjson,
        };
        let format = args.plan.act.show.format.unwrap_or(standard);
        put(None, &Inputs::default(), &listed(&plan, format))?;
        if !quiet {
            messages.note(summed_up(&plan, "--apply does it"));
        }
        return Ok(exit_of(&plan, 0));
    }
    if plan.is_refused() {
        // That nothing was done is an error, and no remark.
        messages.say(format_args!(
            "{} of the files conflict, so nothing was copied; --on-conflict \
             skip leaves these out",
            plan.conflicts().len()
        ));
        return Ok(Exit::Failed);
    }
    let report = plan
        .apply(&monitor, &|problem| messages.say(problem))
        .map_err(|source| Failure::Output {
            path: into.clone(),
            action: "cannot write into it",
            source,
        })?;
    messages.end_progress();
    if report.interrupted {
        messages.say(format_args!(
            "interrupted: {} copied; the same command goes on",
            report.copied
        ));
        return Ok(Exit::Interrupted);
    }
    if !quiet {
        let mut text =
            format!("{} copied ({})", report.copied, HumanBytes(report.bytes));
        for (count, what) in [
            (plan.unchanged(), "there already"),
            (plan.conflicts().len() as u64, "skipped"),
            (report.failed, "failed"),
        ] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        messages.note(text);
    }
    Ok(match (report.failed, report.copied) {
        (0, copied) => exit_of(&plan, copied),
        (_, 0) if plan.unchanged() == 0 => Exit::Failed,
        _ => Exit::Partly,
    })
}

fn unreachable_destination(into: &Path, error: &StorageError) -> Failure {
    Failure::Output {
        path: into.to_owned(),
        action: "cannot reach it",
        source: io::Error::other(error.to_string()),
    }
}

fn tell_problems(plan: &TransferPlan, messages: &Messages) {
    for error in plan.errors() {
        messages.entry(error);
    }
    for problem in plan.problems() {
        let problem: &TransferProblem = problem;
        messages.say(problem);
    }
    for conflict in plan.conflicts() {
        messages.say(format_args!(
            "{}: cannot become {}: {}",
            escaped(&conflict.from),
            escaped(&conflict.to),
            conflict.why,
        ));
    }
}

/// What a plan ends with of which all went well that was done.
fn exit_of(plan: &TransferPlan, copied: u64) -> Exit {
    let nothing = plan.steps().is_empty() && plan.unchanged() == 0;
    let wrong = !plan.errors().is_empty() || !plan.problems().is_empty();
    match (wrong, plan.conflicts().is_empty()) {
        (true, _) if nothing && copied == 0 => Exit::Failed,
        (false, true) => Exit::Done,
        _ => Exit::Partly,
    }
}

/// A plan for people, or for programs.
fn listed(plan: &TransferPlan, format: PlanFormat) -> Vec<u8> {
    let mut out = Vec::new();
    for step in plan.steps() {
        match format {
            PlanFormat::Text => {
                let (from, to) = (escaped(&step.from), escaped(&step.to));
                append(&mut out, format_args!("{from} → {to}\n"));
            }
            PlanFormat::Ndjson => {
                let mut line = Map::new();
                line.insert("op".into(), "copy".into());
                path(&mut line, "from", &step.from);
                path(&mut line, "to", &step.to);
                line.insert("size".into(), step.size.into());
                // Writing to memory does not fail.
                let _ = writeln!(out, "{}", Value::Object(line));
            }
        }
    }
    out
}

/// A path as JSON has it: as text, or as its bytes in base64 where it is none.
fn path(line: &mut Map<String, Value>, name: &str, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) => line.insert(name.into(), text.into()),
        Err(_) => {
            let text = STANDARD.encode(bytes);
            line.insert(format!("{name}_base64"), text.into())
        }
    };
}

fn summed_up(plan: &TransferPlan, advice: &str) -> String {
    let bytes = total(plan.steps().iter().map(|step| step.size));
    let mut text = match plan.steps().len() {
        1 => format!("1 file, {}", HumanBytes(bytes)),
        many => format!("{many} files, {}", HumanBytes(bytes)),
    };
    let conflicts = plan.conflicts().len();
    if conflicts > 0 {
        text.push_str(&format!(", {conflicts} in conflict"));
    }
    if plan.unchanged() > 0 {
        text.push_str(&format!(", {} there already", plan.unchanged()));
    }
    let advice = match plan.is_refused() {
        true => {
            "nothing is copied while there are conflicts: --on-conflict skip \
             leaves these out"
        }
        false if plan.steps().is_empty() => "nothing to do",
        false => advice,
    };
    text.push_str(&format!("; {advice}"));
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::path;

    #[test]
    fn names_that_are_no_text_are_in_base64_as_elsewhere() {
        let mut line = Map::new();
        path(&mut line, "from", b"a");
        path(&mut line, "to", b"o\xff");
        let expected = json!({ "from": "a", "to_base64": "b/8=" });
        assert_eq!(serde_json::Value::Object(line), expected);
    }
}
