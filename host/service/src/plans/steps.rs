//! The steps of a plan, read from its file.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use sanchay::{
    Engine,
    ops::{Plan, PlanStep},
};
use sanchay_sync::lock;
use serde_json::{Value, json};

use super::stored::Stored;
use crate::{app::App, problem::Problem, results::cells::split};

/// How many plans are kept open.
const OPEN: usize = 4;

/// Plans that were read lately.
#[derive(Debug, Default)]
pub(crate) struct Open(Mutex<Vec<(Stored, Arc<Plan>)>>);

impl Open {
    /// The plan in a file.
    ///
    /// # Errors
    /// 409: the file is not there any more, or not what was written.
    pub(crate) fn get(
        &self,
        app: &App,
        engine: &Engine,
        stored: &Stored,
    ) -> Result<Arc<Plan>, Problem> {
        if let Some((_, plan)) =
            lock(&self.0).iter().find(|(of, _)| of == stored)
        {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(stored.read(&app.config, engine)?);
        let mut all = lock(&self.0);
        if all.len() >= OPEN {
            all.remove(0);
        }
        all.push((stored.clone(), Arc::clone(&plan)));
        Ok(plan)
    }
}

/// A step, with what became of it.
pub(crate) fn row(step: &PlanStep, state: Option<&Value>) -> Value {
    let bytes = |path: &Option<std::path::PathBuf>| {
        path.as_ref().map(|it| it.as_os_str().as_encoded_bytes().to_vec())
    };
    let (path, path_base64) = split(bytes(&step.from).as_deref());
    let (to, to_base64) = split(bytes(&step.to).as_deref());
    let kept = if step.like.is_some() { &step.like } else { &step.same_as };
    let (same, same_base64) = split(bytes(kept).as_deref());
    let because = match (&same, &same_base64) {
        (Value::Null, Value::Null) => step.because.clone().into(),
        _ => same,
    };
    json!({
        "op": step.operation.name(),
        "path": path, "path_base64": path_base64,
        "to": to, "to_base64": to_base64,
        "because": because, "because_base64": same_base64,
        "size": step.size,
        "state": state.and_then(|it| it.get("state")),
        "why": state.and_then(|it| it.get("why")),
    })
}

/// What is known of steps by their paths, from a list of objects.
pub(crate) fn by_path(list: Option<&Value>) -> HashMap<String, Value> {
    let all = list.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|it| {
        let path = it.get("path").and_then(Value::as_str);
        let base64 = it.get("path_base64").and_then(Value::as_str);
        Some((path.or(base64)?.to_owned(), it.clone()))
    })
    .collect()
}
