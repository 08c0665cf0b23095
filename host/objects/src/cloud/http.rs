//! The client of HTTP below object_store: it waits for no server without end,
//! does as `Retry-After` says, and lets nothing through of what a server says
//! of an error but its code and its message. Servers repeat in their errors
//! what they were sent, credentials included.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, RANGE, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use http_body::{Body, Frame, SizeHint};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpResponse, HttpResponseBody, HttpService,
};
use object_store::{ClientConfigKey, ClientOptions};
use sanchay_storage::is_terminal_control;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::Patience;
use super::endpoint::is_metadata;

/// What the body of each error begins with: the status and what was said
/// follow.
pub(super) const STATUS_MARK: &str = "\u{1}answer ";

/// The largest answer that is no object, in bytes.
pub(super) const LARGEST_ANSWER: usize = 16 << 20;

/// How much of an error is looked at, in bytes.
const LONGEST_ERROR: usize = 64 << 10;

/// How much of what a server says is repeated, in characters.
const LONGEST_MESSAGE: usize = 300;

/// How long to wait for a machine to tell its credentials: it is next to this
/// one, or there is none.
const METADATA_TIME: Duration = Duration::from_secs(2);

/// Makes clients.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) patience: Patience,
    /// Whether no proxy is asked.
    pub(super) direct: bool,
}

impl HttpConnector for Connector {
    fn connect(
        &self,
        options: &ClientOptions,
    ) -> object_store::Result<HttpClient> {
        let allow_http = options
            .get_config_value(&ClientConfigKey::AllowHttp)
            .is_some_and(|value| value == "true");
        let client = client(self.patience.connect, self.direct)
            .https_only(!allow_http)
            .build()
            .map_err(|error| object_store::Error::Generic {
                store: "HTTP",
                source: error.without_url().into(),
            })?;
        let patience = self.patience;
        Ok(HttpClient::new(Careful { client, patience }))
    }
}

/// A client, to be completed.
pub(super) fn client(
    connect: Duration,
    direct: bool,
) -> reqwest::ClientBuilder {
    // If the program around has chosen another provider, that one is taken.
    rustls::crypto::ring::default_provider().install_default().ok();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("mithril-core/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        // A request is signed for one address.
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .tcp_nodelay(true);
    if direct { builder.no_proxy() } else { builder }
}

struct Careful {
    client: reqwest::Client,
    patience: Patience,
}

impl fmt::Debug for Careful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Careful").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpService for Careful {
    async fn call(
        &self,
        request: HttpRequest,
    ) -> Result<HttpResponse, HttpError> {
        let metadata = request.uri().host().is_some_and(is_metadata);
        let size = request.body().size_hint().lower();
        let mut time = self.patience.answer;
        let seconds = size / self.patience.slowest.max(1);
        time = time.saturating_add(Duration::from_secs(seconds));
        if metadata {
            time = time.min(METADATA_TIME);
        }
        let secrets = secrets(request.headers());
        let most = match metadata {
            true => Some(LARGEST_ANSWER as u64),
            false => most_of(&request),
        };
        let answered = timeout(time, self.client.call(request)).await;
        let response = match answered {
            Ok(Ok(response)) => response,
            _ if metadata => {
                let kind = HttpErrorKind::Unknown;
                return Err(HttpError::new(kind, NoCredentials));
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(slow("the server does not answer")),
        };
        if response.status().is_success()
            || response.status() == StatusCode::NOT_MODIFIED
        {
            return self.bounded(response, most);
        }
        if matches!(response.status().as_u16(), 429 | 503) {
            self.wait_as_told(response.headers()).await;
        }
        let status = response.status();
        let (parts, body) = self.bounded(response, None)?.into_parts();
        let said = said(body).await;
        let said = secrets
            .iter()
            .fold(said, |said, secret| said.replace(secret.as_str(), "…"));
        let body = format!("{STATUS_MARK}{} {said}", status.as_u16());
        Ok(HttpResponse::from_parts(parts, body.into()))
    }
}

impl Careful {
    /// An answer whose pieces are not waited for without end, and that has no
    /// more bytes than it may have.
    fn bounded(
        &self,
        response: HttpResponse,
        most: Option<u64>,
    ) -> Result<HttpResponse, HttpError> {
        let (parts, body) = response.into_parts();
        let length = parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|it| it.to_str().ok()?.parse().ok());
        if most
            .zip(length)
            .is_some_and(|(most, length): (_, u64)| length > most)
        {
            return Err(too_much());
        }
        let time = self.patience.answer;
        let rest = Box::pin(sleep(time));
        let left = most;
        let body = HttpResponseBody::new(Bounded { body, time, rest, left });
        Ok(HttpResponse::from_parts(parts, body))
    }

    /// Waits for as long as the server asks to, but not for ever.
    async fn wait_as_told(&self, headers: &HeaderMap) {
        let told = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.trim().parse().ok())
            .map(Duration::from_secs);
        if let Some(time) = told {
            sleep(time.min(self.patience.longest_pause())).await;
        }
    }
}

fn slow(why: &'static str) -> HttpError {
    let error = std::io::Error::new(std::io::ErrorKind::TimedOut, why);
    HttpError::new(HttpErrorKind::Timeout, error)
}

/// An answer is longer than what was asked for can be.
#[derive(Debug, thiserror::Error)]
#[error("the server answers more than was asked")]
pub(super) struct TooMuch;

fn too_much() -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, TooMuch)
}

/// How many bytes the answer to a request may have: those of the range that is
/// asked for, and of what is no object not many. `None` for a whole object.
fn most_of(request: &HttpRequest) -> Option<u64> {
    if request.method() == Method::HEAD {
        // The length that it tells is the object's.
        return None;
    }
    if let Some(range) = request.headers().get(RANGE) {
        let range = range.to_str().ok()?.strip_prefix("bytes=")?;
        let (first, last) = range.split_once('-')?;
        let (first, last): (u64, u64) =
            (first.parse().ok()?, last.parse().ok()?);
        return Some(last.saturating_add(1).saturating_sub(first));
    }
    let of_object =
        request.method() == Method::GET && request.uri().query().is_none();
    (!of_object).then_some(LARGEST_ANSWER as u64)
}

/// There is nothing that would tell this machine its credentials.
#[derive(Debug, thiserror::Error)]
#[error(
    "there are no credentials: none in the environment, none in the files \
     that are looked for, and this is no machine of the cloud that has a role"
)]
pub(super) struct NoCredentials;

/// A body of which each piece comes in time, or an error.
struct Bounded {
    body: HttpResponseBody,
    time: Duration,
    rest: Pin<Box<Sleep>>,
    /// How many bytes may still come, if that is bounded.
    left: Option<u64>,
}

impl Bounded {
    /// Refuses what comes in excess.
    fn counted(
        &mut self,
        frame: Frame<Bytes>,
    ) -> Result<Frame<Bytes>, HttpError> {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(length).ok_or_else(too_much)?;
        }
        Ok(frame)
    }
}

impl Body for Bounded {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                let next = Instant::now() + self.time;
                self.rest.as_mut().reset(next);
                Poll::Ready(frame.map(|it| it.and_then(|it| self.counted(it))))
            }
            Poll::Pending => {
                ready!(self.rest.as_mut().poll(context));
                Poll::Ready(Some(Err(slow("the server says no more"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What a request contains that nobody else may see.
fn secrets(headers: &HeaderMap) -> Vec<String> {
    let names =
        ["authorization", "x-amz-security-token", "x-amz-sso_bearer_token"];
    let values = names.iter().filter_map(|name| headers.get(*name));
    let words =
        values.filter_map(|value| value.to_str().ok()).flat_map(|value| {
            // The words of `AWS4-HMAC-SHA256 Credential=KEY/…, Signature=…`.
            value.split([' ', ',', '=', '/']).map(str::to_owned)
        });
    words.filter(|word| word.len() >= 16).collect()
}

/// What a server says of an error: `CODE: MESSAGE` of XML or JSON, and nothing
/// of any other form.
async fn said(mut body: HttpResponseBody) -> String {
    let mut text = Vec::new();
    while let Some(Ok(frame)) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context))
            .await
    {
        if let Ok(data) = frame.into_data() {
            text.extend_from_slice(&data);
        }
        if text.len() > LONGEST_ERROR {
            break;
        }
    }
    let text = String::from_utf8_lossy(&text);
    let code = element(&text, "Code").or_else(|| member(&text, "error"));
    let message = element(&text, "Message")
        .or_else(|| member(&text, "message"))
        .or_else(|| member(&text, "error_description"));
    let said = match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(word), None) | (None, Some(word)) => word,
        (None, None) => String::new(),
    };
    let shown = said.chars().filter(|it| !is_terminal_control(*it));
    shown.take(LONGEST_MESSAGE).collect()
}

/// The text of the first element of XML with this name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let plain = inner
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
    Some(plain)
}

/// The text of the member of JSON with this name: of the object itself or of
/// its member `error`, as Google has it.
fn member(text: &str, name: &str) -> Option<String> {
    let whole: serde_json::Value = serde_json::from_str(text).ok()?;
    let found = whole
        .get(name)
        .filter(|value| value.is_string())
        .or_else(|| whole.get("error")?.get(name))?;
    found.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{LARGEST_ANSWER, most_of, said, secrets};
    use crate::runtime;

    fn said_of(body: &str) -> String {
        runtime().block_on(said(body.to_owned().into()))
    }

    #[test]
    fn of_an_error_only_its_code_and_message_are_repeated() {
        let xml = "<Error><Code>SignatureDoesNotMatch</Code><Message>It &lt;is\
                   &gt; wrong.</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId>\
                   <StringToSign>secret</StringToSign></Error>";
        assert_eq!(said_of(xml), "SignatureDoesNotMatch: It <is> wrong.");
        let google = r#"{"error": {"code": 403, "message": "No."}}"#;
        assert_eq!(said_of(google), "No.");
        let oauth = r#"{"error": "invalid_grant", "error_description": "x"}"#;
        assert_eq!(said_of(oauth), "invalid_grant: x");
        for other in ["", "secret", "<html>secret</html>", "{", "[1]"] {
            assert_eq!(said_of(other), "");
        }
        let odd = "<Message>a\u{1b}[31m\u{9b}b\u{202e}c</Message>";
        assert_eq!(said_of(odd), "a[31mbc");
        let long = format!("<Message>{}\u{1}</Message>", "x".repeat(5000));
        assert_eq!(said_of(&long), "x".repeat(300));
    }

    #[test]
    fn an_answer_has_as_many_bytes_as_were_asked_for() {
        let most = |method: &str, uri: &str, range: Option<&str>| {
            let mut request = http::Request::builder().method(method).uri(uri);
            if let Some(range) = range {
                request = request.header("range", range);
            }
            most_of(&request.body(String::new().into()).unwrap())
        };
        let object = "http://h/b/k";
        assert_eq!(most("GET", object, Some("bytes=5-9")), Some(5));
        assert_eq!(most("GET", object, Some("bytes=5-4")), Some(0));
        assert_eq!(most("GET", object, None), None);
        assert_eq!(most("HEAD", object, None), None);
        let large = Some(LARGEST_ANSWER as u64);
        assert_eq!(most("GET", "http://h/b?list-type=2", None), large);
        assert_eq!(most("PUT", object, None), large);
    }

    #[test]
    fn what_a_request_was_signed_with_is_a_secret() {
        let mut headers = HeaderMap::new();
        let signed = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2026/\
                      s3, Signature=0123456789abcdef0123456789abcdef";
        let value = HeaderValue::from_static(signed);
        headers.insert("authorization", value);
        let value = HeaderValue::from_static("session-token-of-somebody");
        headers.insert("x-amz-security-token", value);
        let secrets = secrets(&headers);
        for secret in [
            "AKIAIOSFODNN7EXAMPLE",
            "0123456789abcdef0123456789abcdef",
            "session-token-of-somebody",
        ] {
            assert!(secrets.iter().any(|it| it == secret), "{secret}");
        }
    }
}
