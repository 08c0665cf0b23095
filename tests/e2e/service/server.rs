//! A service that runs for a test, and requests to it.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    ops::Deref,
    path::Path,
    process::ChildStdout,
    rc::Rc,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use sanchay_testkit::{Finished, Tree, program::Running};
use serde_json::{Value, json};
use ureq::{
    Agent, Body,
    http::{Request, Response},
};

use crate::sanchay;

/// How long a test waits for a job.
const LONGEST: Duration = Duration::from_secs(60);

/// A service that runs.
pub(crate) struct Service {
    running: Option<Running>,
    /// Kept open: what is printed later must not fail.
    _stdout: BufReader<ChildStdout>,
    /// The token of its page's address.
    pub(crate) token: String,
    client: Client,
    /// Where its catalog is.
    _state: Rc<Tree>,
}

/// Whoever asks it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) key: String,
    agent: Agent,
}

impl Deref for Service {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Service {
    /// Starts one for a folder, and signs in.
    pub(crate) fn start(root: &Path, options: &[&str]) -> Self {
        Self::start_with(Rc::new(Tree::new()), root, options)
    }

    /// Starts one whose state is that of another before it.
    pub(crate) fn start_with(
        state: Rc<Tree>,
        root: &Path,
        options: &[&str],
    ) -> Self {
        let mut service = Self::started(state, root, options);
        let body = json!({"token": service.token});
        let answer = service.post("/api/v1/session", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["key"]
            .as_str()
            .unwrap()
            .clone_into(&mut service.client.key);
        service
    }

    /// Starts one for a folder, and does not sign in.
    pub(crate) fn start_without_key(root: &Path, options: &[&str]) -> Self {
        Self::started(Rc::new(Tree::new()), root, options)
    }

    fn started(state: Rc<Tree>, root: &Path, options: &[&str]) -> Self {
        let catalog = state.path("catalog.db");
        let program = sanchay()
            .arg("serve")
            .arg(root)
            .args(["--listen", "127.0.0.1:0"])
            .arg(format!("--catalog={}", catalog.display()))
            .arg("--state-dir")
            .arg(state.path("state"))
            .args(options);
        let mut running = program.limit(Duration::from_secs(600)).start();
        let mut stdout = BufReader::new(running.stdout());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        if line.is_empty() {
            let finished = running.wait();
            panic!("the service did not start: {}", finished.stderr);
        }
        let (base, token) = line
            .trim()
            .split_once("/#token=")
            .unwrap_or_else(|| panic!("no address: {line}"));
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LONGEST))
            .build()
            .new_agent();
        Self {
            running: Some(running),
            _stdout: stdout,
            token: token.to_owned(),
            client: Client {
                base: base.to_owned(),
                key: String::new(),
                agent,
            },
            _state: state,
        }
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        self.running.as_ref().unwrap().signal(signal);
    }

    /// Ends it in order, and waits for that.
    pub(crate) fn stop(mut self) -> Finished {
        self.signal(Signal::TERM);
        self.running.take().unwrap().wait()
    }
}

impl Client {
    /// Sends a request.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let has = |wanted: &str| {
            headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if !self.key.is_empty() && !has("authorization") {
            let bearer = format!("Bearer {}", self.key);
            request = request.header("authorization", bearer);
        }
        if !body.is_empty() && !has("content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answered = match body.is_empty() && method != "POST" {
            true => self.agent.run(request.body(()).unwrap()),
            false => self.agent.run(request.body(body.to_vec()).unwrap()),
        };
        Answer::of(answered.unwrap())
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], body.to_string().as_bytes())
    }

    /// The first root's name.
    pub(crate) fn root(&self) -> String {
        let answer = self.get("/api/v1/roots").json();
        answer["roots"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Begins a job of the whole root.
    pub(crate) fn begin(&self, kind: &str, options: Value) -> i64 {
        let mut request = options;
        request["kind"] = kind.into();
        if request.get("roots").is_none() && kind != "diff" {
            request["roots"] = json!([{"root": self.root()}]);
        }
        let answer = self.post("/api/v1/jobs", &request);
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["id"].as_i64().unwrap()
    }

    /// Waits until a job is over.
    pub(crate) fn wait(&self, id: i64) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.get(&format!("/api/v1/jobs/{id}")).json();
            let state = job["state"].as_str().unwrap();
            if !matches!(state, "queued" | "running") {
                return job;
            }
            assert!(begun.elapsed() < LONGEST, "it does not end: {job}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Begins a job and waits for it.
    pub(crate) fn run(&self, kind: &str, options: Value) -> Value {
        self.wait(self.begin(kind, options))
    }

    /// Listens to events, beginning after this one.
    pub(crate) fn listen(&self, path: &str, after: Option<&str>) -> Events {
        let mut request = Request::builder()
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.key));
        if let Some(id) = after {
            request = request.header("last-event-id", id);
        }
        let response = self.agent.run(request.body(()).unwrap()).unwrap();
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "text/event-stream");
        let reader: Box<dyn std::io::Read> =
            Box::new(response.into_body().into_reader());
        Events(BufReader::new(reader))
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn of(response: Response<Body>) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let mut reader = response.into_body().into_reader();
        reader.read_to_end(&mut body).unwrap();
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The kind of problem that it is.
    pub(crate) fn problem(&self) -> String {
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{}", self.text());
        let document = self.json();
        assert_eq!(document["status"], self.status);
        assert!(!document["detail"].as_str().unwrap().is_empty());
        let kind = document["type"].as_str().unwrap();
        kind.strip_prefix("urn:sanchay:").unwrap().to_owned()
    }
}

/// Events as they come.
pub(crate) struct Events(BufReader<Box<dyn std::io::Read>>);

/// An event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        loop {
            let mut line = String::new();
            match self.0.read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            let line = line.trim_end();
            if line.is_empty() {
                if event.kind.is_empty() {
                    continue;
                }
                return Some(event);
            }
            let (name, value) = line.split_once(':').unwrap();
            let value = value.trim_start();
            match name {
                "id" => value.clone_into(&mut event.id),
                "event" => value.clone_into(&mut event.kind),
                "data" => event.data = serde_json::from_str(value).unwrap(),
                other => panic!("an event has no {other}"),
            }
        }
    }
}
