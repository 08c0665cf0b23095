//! A proxy that spoils some of what passes: the faults that networks and
//! servers have.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::server::broken;
use crate::{Answer, Server, whole};

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection closes before the request reaches the server.
    CutBefore,
    /// The connection closes after the server has done as it was asked to.
    CutAfter,
    /// The server says this status and does nothing.
    Status(u16),
    /// The server says 503, and to come again after so many seconds.
    RetryAfter(u64),
    /// The server does as it was asked to, and says this status.
    StatusAfter(u16),
    /// The body of the answer breaks off in its middle.
    Truncated,
    /// The answer takes this long to begin.
    Slow(Duration),
    /// There is no answer, ever.
    Silence,
    /// One bit of the body of the answer is another.
    Changed,
    /// One bit of the body of the request is another, and no header tells of
    /// it.
    ChangedRequest,
    /// One bit of the body of the request is another, and its headers are
    /// those of what it was.
    DamagedRequest,
}

/// The proxy.
pub struct Proxy {
    server: Server,
    requests: Arc<AtomicUsize>,
    faults: Arc<Mutex<Faults>>,
}

struct Faults {
    next: VecDeque<Fault>,
    /// What happens when there are no more of them.
    after: Fault,
    /// How long the bodies are of requests that are concerned, at least.
    from: usize,
}

impl Proxy {
    /// Passes everything to a server.
    pub fn to(server: &str) -> Self {
        let faults =
            Faults { next: VecDeque::new(), after: Fault::None, from: 0 };
        let faults = Arc::new(Mutex::new(faults));
        let requests = Arc::new(AtomicUsize::new(0));
        let client = client();
        let base = server.to_owned();
        let server = Server::start({
            let (faults, requests) =
                (Arc::clone(&faults), Arc::clone(&requests));
            move |request| {
                requests.fetch_add(1, Relaxed);
                let fault = faults.lock().unwrap().take(&request);
                let (base, client) = (base.clone(), client.clone());
                async move { spoilt(fault, &base, &client, request).await }
            }
        });
        Self { server, requests, faults }
    }

    /// Its address: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The faults of the next requests; afterwards there are none.
    pub fn spoil(&self, faults: impl IntoIterator<Item = Fault>) {
        let mut set = self.faults.lock().unwrap();
        set.next = faults.into_iter().collect();
        (set.after, set.from) = (Fault::None, 0);
        self.requests.store(0, Relaxed);
    }

    /// The fault of every request from now on whose body has this length at
    /// least.
    pub fn spoil_all(&self, fault: Fault, from: usize) {
        self.spoil([]);
        let mut set = self.faults.lock().unwrap();
        (set.after, set.from) = (fault, from);
    }

    /// How many requests there were since the faults were set.
    pub fn requests(&self) -> usize {
        self.requests.load(Relaxed)
    }
}

impl Faults {
    fn take(&mut self, request: &Request<Bytes>) -> Fault {
        match self.next.pop_front() {
            Some(fault) => fault,
            None if request.body().len() >= self.from => self.after,
            None => Fault::None,
        }
    }
}

/// A client that takes no way round.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

async fn spoilt(
    fault: Fault,
    base: &str,
    client: &reqwest::Client,
    request: Request<Bytes>,
) -> Answer {
    let cut = || Err(io::Error::other("cut, on purpose"));
    let said = |status: u16| {
        let body = "<Error><Code>Spoilt</Code><Message>on purpose</Message>\
                    <StringToSign>topsecret</StringToSign></Error>";
        Response::builder().status(status).body(whole(body)).unwrap()
    };
    match fault {
        Fault::None => passed(base, client, request).await,
        Fault::CutBefore => cut(),
        Fault::CutAfter => {
            passed(base, client, request).await?;
            cut()
        }
        Fault::Status(status) => Ok(said(status)),
        Fault::RetryAfter(seconds) => {
            let mut answer = said(503);
            answer.headers_mut().insert("retry-after", seconds.into());
            Ok(answer)
        }
        Fault::StatusAfter(status) => {
            passed(base, client, request).await?;
            Ok(said(status))
        }
        Fault::Truncated => {
            let answer = passed(base, client, request).await?;
            let (parts, body) = answer.into_parts();
            let body = http_body_util::BodyExt::collect(body).await?;
            let body = body.to_bytes();
            let half = body.slice(..body.len() / 2);
            Ok(Response::from_parts(parts, broken(half)))
        }
        Fault::Slow(time) => {
            tokio::time::sleep(time).await;
            passed(base, client, request).await
        }
        Fault::Silence => std::future::pending().await,
        Fault::Changed => {
            let answer = passed(base, client, request).await?;
            let (parts, body) = answer.into_parts();
            let body = http_body_util::BodyExt::collect(body).await?;
            Ok(Response::from_parts(
                parts,
                whole(spoilt_bit(&body.to_bytes())),
            ))
        }
        Fault::ChangedRequest => {
            let (mut parts, body) = request.into_parts();
            let digests: Vec<_> = parts
                .headers
                .keys()
                .filter(|name| name.as_str().contains("checksum"))
                .cloned()
                .collect();
            for name in digests {
                parts.headers.remove(name);
            }
            parts.headers.remove("x-goog-hash");
            let request = Request::from_parts(parts, spoilt_bit(&body));
            passed(base, client, request).await
        }
        Fault::DamagedRequest => {
            let request = request.map(|body| spoilt_bit(&body));
            passed(base, client, request).await
        }
    }
}

/// The same bytes but for a bit in their middle.
fn spoilt_bit(bytes: &Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    bytes.into()
}

/// What the server answers.
async fn passed(
    base: &str,
    client: &reqwest::Client,
    request: Request<Bytes>,
) -> Answer {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    // With the name of the host that was asked for: it is signed.
    let mut headers = parts.headers;
    headers.remove("content-length");
    let is_head = parts.method == http::Method::HEAD;
    let answer = client
        .request(parts.method, format!("{base}{path}"))
        .headers(headers)
        .body(body)
        .send()
        .await
        .map_err(io::Error::other)?;
    let mut passed = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        let hop = ["transfer-encoding", "connection"];
        let length = name == "content-length" && !is_head;
        if !length && !hop.contains(&name.as_str()) {
            passed = passed.header(name, value);
        }
    }
    let body = answer.bytes().await.map_err(io::Error::other)?;
    if !is_head {
        passed = passed.header("content-length", body.len());
    }
    Ok(passed.body(whole(body)).unwrap())
}
