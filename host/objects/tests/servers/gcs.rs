//! A small Google Cloud Storage: its XML interface, as far as this library
//! uses it, in memory. It keeps what matters to clients: generations,
//! conditions, multipart uploads that are invisible until they are complete,
//! and pages of listings.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use percent_encoding::percent_decode_str;

use super::server::{Answer, Server, status, whole};

/// How many keys a page has.
const PAGE: usize = 7;

/// The server and what it keeps.
pub(crate) struct Gcs {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// The number of the last generation and of the last upload.
    last: u64,
    /// What each request must carry, if anything.
    token: Option<String>,
}

struct Object {
    data: Bytes,
    generation: u64,
}

impl Gcs {
    /// A server with the bucket `bucket`.
    pub(crate) fn start() -> Self {
        Self::asking_for(None)
    }

    /// The same, which wants a token.
    pub(crate) fn asking_for(token: Option<&str>) -> Self {
        let token = token.map(str::to_owned);
        let state = State { token, ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let server = Server::start({
            let state = Arc::clone(&state);
            move |request| {
                let answer = answer(&mut state.lock().unwrap(), &request);
                async move { answer }
            }
        });
        Self { server, state }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// How many uploads have begun and are neither complete nor aborted.
    pub(crate) fn open_uploads(&self) -> usize {
        self.state.lock().unwrap().uploads.len()
    }
}

fn answer(state: &mut State, request: &Request<Bytes>) -> Answer {
    let sent = header(request.headers(), "authorization");
    if let Some(token) = &state.token
        && sent != Some(&format!("Bearer {token}"))
    {
        return error(403, "AccessDenied");
    }
    let path = percent_decode_str(request.uri().path());
    let path = path.decode_utf8().unwrap().into_owned();
    let query = query(request.uri().query().unwrap_or_default());
    let Some(rest) = path.strip_prefix("/bucket") else {
        return error(404, "NoSuchBucket");
    };
    let key = rest.strip_prefix('/').unwrap_or_default();
    let upload = query.get("uploadId").map(String::as_str);
    match (request.method(), upload) {
        (&Method::GET, _) if key.is_empty() => list(state, &query),
        (&Method::GET | &Method::HEAD, _) => read(state, key, request),
        (&Method::PUT, None) => write(state, key, request),
        (&Method::PUT, Some(upload)) => part(state, upload, &query, request),
        (&Method::POST, None) => begin(state, key),
        (&Method::POST, Some(upload)) => complete(state, key, upload),
        (&Method::DELETE, None) => match state.objects.remove(key) {
            Some(_) => status(204),
            None => error(404, "NoSuchKey"),
        },
        (&Method::DELETE, Some(upload)) => {
            match state.uploads.remove(upload) {
                Some(_) => status(204),
                None => error(404, "NoSuchUpload"),
            }
        }
        _ => status(501),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

fn query(text: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().unwrap().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn error(code: u16, name: &str) -> Answer {
    let body = format!("<Error><Code>{name}</Code></Error>");
    Ok(Response::builder().status(code).body(whole(body)).unwrap())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn list(state: &State, query: &BTreeMap<String, String>) -> Answer {
    let of = |name: &str| query.get(name).cloned().unwrap_or_default();
    let (prefix, after) = (of("prefix"), of("continuation-token"));
    let mut found = state
        .objects
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix) && **key > after);
    let page: Vec<_> = found.by_ref().take(PAGE).collect();
    let mut body = String::from("<ListBucketResult>");
    for (key, object) in &page {
        body += &format!(
            "<Contents><Key>{}</Key><Size>{}</Size><ETag>\"{}\"</ETag>\
             <LastModified>{}</LastModified></Contents>",
            escaped(key),
            object.data.len(),
            object.generation,
            chrono::Utc::now().to_rfc3339(),
        );
    }
    if found.next().is_some() {
        let last = escaped(page[page.len() - 1].0);
        body +=
            &format!("<NextContinuationToken>{last}</NextContinuationToken>");
    }
    body += "</ListBucketResult>";
    Ok(Response::new(whole(body)))
}

fn read(state: &State, key: &str, request: &Request<Bytes>) -> Answer {
    let Some(object) = state.objects.get(key) else {
        return error(404, "NoSuchKey");
    };
    let tag = format!("\"{}\"", object.generation);
    if header(request.headers(), "if-match").is_some_and(|it| it != tag) {
        return error(412, "PreconditionFailed");
    }
    let size = object.data.len();
    let range = header(request.headers(), "range")
        .filter(|_| request.method() == Method::GET)
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
        .map(|(start, end)| {
            let end: usize = end.parse().unwrap();
            (start.parse::<usize>().unwrap(), size.min(end + 1))
        });
    if range.is_some_and(|(start, _)| start >= size) {
        return error(416, "InvalidRange");
    }
    let (start, end) = range.unwrap_or((0, size));
    let now = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
    let mut answer = Response::builder()
        .status(if range.is_some() { 206 } else { 200 })
        .header("etag", tag)
        .header("last-modified", now.to_string())
        .header("content-type", "application/octet-stream")
        .header("x-goog-generation", object.generation)
        .header("content-length", end - start);
    if range.is_some() {
        let range = format!("bytes {start}-{}/{size}", end - 1);
        answer = answer.header("content-range", range);
    }
    Ok(answer.body(whole(object.data.slice(start..end))).unwrap())
}

fn stored(state: &mut State, key: &str, data: Bytes) -> u64 {
    state.last += 1;
    let generation = state.last;
    state.objects.insert(key.to_owned(), Object { data, generation });
    generation
}

fn write(state: &mut State, key: &str, request: &Request<Bytes>) -> Answer {
    let wanted = header(request.headers(), "x-goog-if-generation-match");
    let there = state.objects.get(key).map_or(0, |it| it.generation);
    if wanted.is_some_and(|wanted| wanted != there.to_string()) {
        return error(412, "PreconditionFailed");
    }
    let generation = stored(state, key, request.body().clone());
    Ok(Response::builder()
        .header("etag", format!("\"{generation}\""))
        .header("x-goog-generation", generation)
        .body(whole(""))
        .unwrap())
}

fn begin(state: &mut State, key: &str) -> Answer {
    state.last += 1;
    let upload = format!("upload-{}", state.last);
    state.uploads.insert(upload.clone(), BTreeMap::new());
    let body = format!(
        "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>{}</Key>\
         <UploadId>{upload}</UploadId></InitiateMultipartUploadResult>",
        escaped(key),
    );
    Ok(Response::new(whole(body)))
}

fn part(
    state: &mut State,
    upload: &str,
    query: &BTreeMap<String, String>,
    request: &Request<Bytes>,
) -> Answer {
    let number: u32 = query["partNumber"].parse().unwrap();
    let Some(parts) = state.uploads.get_mut(upload) else {
        return error(404, "NoSuchUpload");
    };
    parts.insert(number, request.body().clone());
    Ok(Response::builder()
        .header("etag", format!("\"part-{number}\""))
        .body(whole(""))
        .unwrap())
}

fn complete(state: &mut State, key: &str, upload: &str) -> Answer {
    let Some(parts) = state.uploads.remove(upload) else {
        return error(404, "NoSuchUpload");
    };
    // All but the last have 5 MiB at least.
    let small = parts.values().rev().skip(1).any(|part| part.len() < 5 << 20);
    if small {
        return error(400, "EntityTooSmall");
    }
    let parts: Vec<_> = parts.into_values().collect();
    let generation = stored(state, key, parts.concat().into());
    let body = format!(
        "<CompleteMultipartUploadResult><ETag>\"{generation}\"</ETag>\
         </CompleteMultipartUploadResult>"
    );
    Ok(Response::builder()
        .header("x-goog-generation", generation)
        .body(whole(body))
        .unwrap())
}
