//! A small Google Cloud Storage: its XML interface, as far as this library
//! uses it, in memory. It keeps what matters to clients: generations,
//! conditions, multipart uploads that are invisible until they are complete,
//! and pages of listings.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use md5::{Digest as _, Md5};
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

use crate::{Answer, Server, status, whole};

/// How many keys a page has.
const PAGE: usize = 7;

/// What text stands for itself in a listing.
const IN_LISTING: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The server and what it keeps.
pub struct Gcs {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// What uploads in parts say of when their files were modified.
    mtimes: BTreeMap<String, String>,
    /// The number of the last generation and of the last upload.
    last: u64,
    /// What each request must carry, if anything.
    token: Option<String>,
}

struct Object {
    data: Bytes,
    generation: u64,
    /// When the file was modified that it is a copy of.
    mtime: Option<String>,
    /// Whether it was uploaded in parts: then no MD5 of it is known.
    parts: bool,
}

impl Object {
    /// What is said of its digests.
    fn digests(&self) -> String {
        let crc = digest(&self.data);
        match self.parts {
            true => crc,
            false => {
                format!("{crc},md5={}", BASE64.encode(Md5::digest(&self.data)))
            }
        }
    }
}

/// The CRC-32C of some bytes, as a header has it.
fn digest(bytes: &[u8]) -> String {
    let crc = crc_fast::crc32_iscsi(bytes);
    format!("crc32c={}", BASE64.encode(crc.to_be_bytes()))
}

/// Whether a request has the digest that it says, if it says one.
fn is_whole(request: &Request<Bytes>) -> bool {
    let said = header(request.headers(), "x-goog-hash");
    said.is_none_or(|said| said == digest(request.body()))
}

impl Gcs {
    /// A server with the bucket `bucket`.
    pub fn start() -> Self {
        Self::asking_for(None)
    }

    /// The same, which wants a token.
    pub fn asking_for(token: Option<&str>) -> Self {
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

    /// Its address: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Puts an object into the bucket.
    pub fn put(&self, key: &str, data: impl Into<Bytes>) {
        let mut state = self.state.lock().unwrap();
        stored(&mut state, key, data.into(), None, false);
    }

    /// What an object contains; `None` if there is none.
    pub fn get(&self, key: &str) -> Option<Bytes> {
        let state = self.state.lock().unwrap();
        state.objects.get(key).map(|object| object.data.clone())
    }

    /// How many uploads have begun and are neither complete nor aborted.
    pub fn open_uploads(&self) -> usize {
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
        (&Method::POST, None) => begin(state, key, request),
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
    let prefix = of("prefix");
    let after = of("continuation-token").max(of("start-after"));
    let delimiter = of("delimiter");
    let most =
        of("max-keys").parse().map_or(PAGE, |most: usize| most.min(PAGE));
    let encodes = of("encoding-type") == "url";
    let shown = |text: &str| match encodes {
        true => utf8_percent_encode(text, &IN_LISTING).to_string(),
        false => escaped(text),
    };
    let mut body = String::from("<ListBucketResult>");
    if encodes {
        body += "<EncodingType>url</EncodingType>";
    }
    let (mut count, mut last, mut more) = (0, String::new(), false);
    for (key, object) in &state.objects {
        let Some(rest) = key.strip_prefix(&prefix) else { continue };
        let folder = rest
            .find(&delimiter)
            .filter(|_| !delimiter.is_empty())
            .map(|at| format!("{prefix}{}", &rest[..=at]));
        let sorted = folder.clone().unwrap_or_else(|| key.clone());
        if sorted <= after && !after.is_empty() || sorted == last {
            continue;
        }
        if count == most {
            more = true;
            break;
        }
        count += 1;
        last = sorted;
        match folder {
            Some(folder) => {
                body += &format!(
                    "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                    shown(&folder),
                );
            }
            None => {
                body += &format!(
                    "<Contents><Key>{}</Key><Size>{}</Size><ETag>\"{}\"\
                     </ETag><LastModified>{}</LastModified></Contents>",
                    shown(key),
                    object.data.len(),
                    object.generation,
                    chrono::Utc::now().to_rfc3339(),
                );
            }
        }
    }
    body += &format!("<IsTruncated>{more}</IsTruncated>");
    if more {
        let last = escaped(&last);
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
        .header("x-goog-hash", object.digests())
        .header("content-length", end - start);
    if let Some(mtime) = &object.mtime {
        answer = answer.header("x-goog-meta-mtime", mtime);
    }
    if range.is_some() {
        let range = format!("bytes {start}-{}/{size}", end - 1);
        answer = answer.header("content-range", range);
    }
    Ok(answer.body(whole(object.data.slice(start..end))).unwrap())
}

fn stored(
    state: &mut State,
    key: &str,
    data: Bytes,
    mtime: Option<String>,
    parts: bool,
) -> u64 {
    state.last += 1;
    let generation = state.last;
    let object = Object { data, generation, mtime, parts };
    state.objects.insert(key.to_owned(), object);
    generation
}

fn write(state: &mut State, key: &str, request: &Request<Bytes>) -> Answer {
    let wanted = header(request.headers(), "x-goog-if-generation-match");
    let there = state.objects.get(key).map_or(0, |it| it.generation);
    if wanted.is_some_and(|wanted| wanted != there.to_string()) {
        return error(412, "PreconditionFailed");
    }
    if !is_whole(request) {
        return error(400, "BadDigest");
    }
    let mtime = header(request.headers(), "x-goog-meta-mtime");
    let mtime = mtime.map(str::to_owned);
    let body = request.body().clone();
    let generation = stored(state, key, body, mtime, false);
    let digests = state.objects[key].digests();
    Ok(Response::builder()
        .header("x-goog-hash", digests)
        .header("etag", format!("\"{generation}\""))
        .header("x-goog-generation", generation)
        .body(whole(""))
        .unwrap())
}

fn begin(state: &mut State, key: &str, request: &Request<Bytes>) -> Answer {
    state.last += 1;
    let upload = format!("upload-{}", state.last);
    if let Some(mtime) = header(request.headers(), "x-goog-meta-mtime") {
        state.mtimes.insert(upload.clone(), mtime.to_owned());
    }
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
    if !is_whole(request) {
        return error(400, "BadDigest");
    }
    parts.insert(number, request.body().clone());
    Ok(Response::builder()
        .header("x-goog-hash", digest(request.body()))
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
    let mtime = state.mtimes.remove(upload);
    let generation = stored(state, key, parts.concat().into(), mtime, true);
    let body = format!(
        "<CompleteMultipartUploadResult><ETag>\"{generation}\"</ETag>\
         </CompleteMultipartUploadResult>"
    );
    Ok(Response::builder()
        .header("x-goog-generation", generation)
        .body(whole(body))
        .unwrap())
}
