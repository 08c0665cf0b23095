//! The line to a server: requests as they are, signed, sent again where that
//! helps, and the answers.
//!
//! object_store refuses some keys that buckets have (`a//b`, `a/`), and does
//! not tell what checksums a server knows. What walks and copies whole buckets
//! asks over this line.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body::Body as _;
use object_store::ClientOptions;
use object_store::CredentialProvider;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{
    HttpClient, HttpConnector as _, HttpError, HttpErrorKind, HttpResponse,
    HttpResponseBody,
};
use object_store::gcp::GcpCredential;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use tokio::time::{Instant, sleep};

use super::http::{Connector, LARGEST_ANSWER, NoCredentials, STATUS_MARK};
use super::{Patience, failure};
use crate::StorageError;
use crate::cloud::bucket::{CloudError, CloudErrorKind};

/// What stands for itself in a query, as signatures have it.
const IN_QUERY: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stands for itself in a path.
const IN_PATH: AsciiSet = IN_QUERY.remove(b'/');

/// What requests are signed with.
pub(super) enum Signer {
    /// Nothing.
    Nobody,
    /// A key of S3, for a region.
    Aws(AwsCredentialProvider, String),
    /// A token of Google's.
    Google(Arc<dyn CredentialProvider<Credential = GcpCredential>>),
}

/// The line to a bucket.
pub(crate) struct Line {
    client: HttpClient,
    /// The address of the bucket, without a slash at its end.
    base: String,
    signer: Signer,
    patience: Patience,
    /// Whether bodies are signed: where nothing else protects them.
    signs_bodies: bool,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    /// The object; nothing for the bucket.
    pub(crate) key: &'a str,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// The SHA-256 of the body, if it is known.
    pub(crate) sha256: Option<[u8; 32]>,
    /// How many bytes the answer may have.
    pub(crate) most: usize,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(method: Method, key: &'a str) -> Self {
        Self {
            method,
            key,
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            sha256: None,
            most: LARGEST_ANSWER,
        }
    }

    pub(crate) fn query(
        mut self,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header; a value that none can carry is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }
}

/// An answer of success.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Told {
    /// The value of a header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no such answer.
enum Refused {
    Answer(StatusCode, String),
    Line(HttpError),
    /// The body is larger than it may be.
    TooLarge,
    Credentials(object_store::Error),
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn new(
        base: String,
        signer: Signer,
        patience: Patience,
        direct: bool,
    ) -> Result<Self, StorageError> {
        let secure = base.starts_with("https:");
        let options = ClientOptions::new().with_allow_http(!secure);
        let client = Connector { patience, direct }
            .connect(&options)
            .map_err(|error| StorageError::Other(error.to_string()))?;
        Ok(Self { client, base, signer, patience, signs_bodies: !secure })
    }

    /// The address of the bucket.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Asks, again and again as [`Patience`] has it.
    pub(crate) async fn ask(&self, ask: &Ask<'_>) -> Result<Told, CloudError> {
        let address = self.address(ask)?;
        let mut tries = Tries::new(self.patience);
        loop {
            match self.once(&address, ask).await {
                Ok(told) => return Ok(told),
                Err(refused) => tries.rest(refused).await?,
            }
        }
    }

    /// The same, up to the beginning of an answer of success.
    pub(crate) async fn begin(
        &self,
        ask: &Ask<'_>,
    ) -> Result<(StatusCode, HttpResponseBody), CloudError> {
        let address = self.address(ask)?;
        let mut tries = Tries::new(self.patience);
        loop {
            match self.send(&address, ask).await {
                Ok(answer) => {
                    let (parts, body) = answer.into_parts();
                    return Ok((parts.status, body));
                }
                Err(refused) => tries.rest(refused).await?,
            }
        }
    }

    fn address(&self, ask: &Ask<'_>) -> Result<String, CloudError> {
        let mut address = self.base.clone();
        if !ask.key.is_empty() {
            let dots = |part: &str| matches!(part, "." | "..");
            if ask.key.split('/').any(dots) {
                return Err(CloudError::new(
                    CloudErrorKind::Unnameable,
                    "a component of its name is . or .., which no request \
                     can ask for",
                ));
            }
            address.push('/');
            address.extend(utf8_percent_encode(ask.key, &IN_PATH));
        }
        let mut mark = '?';
        for (name, value) in &ask.query {
            address.push(mark);
            address.push_str(name);
            address.push('=');
            address.extend(utf8_percent_encode(value, &IN_QUERY));
            mark = '&';
        }
        Ok(address)
    }

    async fn once(
        &self,
        address: &str,
        ask: &Ask<'_>,
    ) -> Result<Told, Refused> {
        let (parts, body) = self.send(address, ask).await?.into_parts();
        let told = match ask.method {
            Method::HEAD => None,
            _ => length(&parts.headers),
        };
        let body = gathered(body, ask.most, told).await?;
        Ok(Told { status: parts.status, headers: parts.headers, body })
    }

    /// Sends a request, and waits for the beginning of an answer of success.
    async fn send(
        &self,
        address: &str,
        ask: &Ask<'_>,
    ) -> Result<HttpResponse, Refused> {
        let unnamed = |error: http::Error| {
            Refused::Line(HttpError::new(HttpErrorKind::Unknown, error))
        };
        let mut request = http::Request::builder()
            .method(ask.method.clone())
            .uri(address)
            .body(ask.body.clone().into())
            .map_err(unnamed)?;
        for (name, value) in &ask.headers {
            request.headers_mut().insert(name, value.clone());
        }
        match &self.signer {
            Signer::Nobody => {}
            Signer::Aws(credentials, region) => {
                let found = credentials.get_credential().await;
                let credential = found.map_err(Refused::Credentials)?;
                let signs = self.signs_bodies || ask.body.is_empty();
                AwsAuthorizer::new(&credential, "s3", region)
                    .with_sign_payload(signs)
                    .try_authorize(
                        &mut request,
                        ask.sha256.as_ref().map(<[u8; 32]>::as_slice),
                    )
                    .map_err(Refused::Credentials)?;
            }
            Signer::Google(credentials) => {
                let found = credentials.get_credential().await;
                let credential = found.map_err(Refused::Credentials)?;
                let value = format!("Bearer {}", credential.bearer);
                let value = HeaderValue::from_str(&value).map_err(|_| {
                    Refused::Line(HttpError::new(
                        HttpErrorKind::Unknown,
                        NoCredentials,
                    ))
                })?;
                let name = http::header::AUTHORIZATION;
                request.headers_mut().insert(name, value);
            }
        }
        let sent = self.client.execute(request).await;
        let answer = sent.map_err(Refused::Line)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = gathered(answer.into_body(), LARGEST_ANSWER, None).await?;
        let text = String::from_utf8_lossy(&body);
        let said = text.strip_prefix(STATUS_MARK);
        let said = said.and_then(|it| it.split_once(' '));
        let said = said.map_or("", |(_, said)| said);
        Err(Refused::Answer(status, said.to_owned()))
    }
}

/// The next bytes of a body; `None` at its end.
pub(crate) async fn frame(
    body: &mut HttpResponseBody,
) -> Option<Result<Bytes, CloudError>> {
    loop {
        let frame = std::future::poll_fn(|context| {
            std::pin::Pin::new(&mut *body).poll_frame(context)
        })
        .await?;
        match frame {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(Refused::Line(error).into())),
        }
    }
}

/// The length that an answer says it has.
fn length(headers: &HeaderMap) -> Option<usize> {
    let value = headers.get(http::header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// A body of text, if it is there and not too long.
pub(super) async fn gathered_text(body: HttpResponseBody) -> Option<String> {
    let body = gathered(body, LARGEST_ANSWER, None).await.ok()?;
    Some(String::from_utf8_lossy(&body).into_owned())
}

/// A body, whole.
async fn gathered(
    mut body: HttpResponseBody,
    most: usize,
    told: Option<usize>,
) -> Result<Bytes, Refused> {
    if told.is_some_and(|length| length > most) {
        return Err(Refused::TooLarge);
    }
    let mut all = BytesMut::with_capacity(told.unwrap_or(0));
    while let Some(frame) = std::future::poll_fn(|context| {
        std::pin::Pin::new(&mut body).poll_frame(context)
    })
    .await
    {
        if let Ok(data) = frame.map_err(Refused::Line)?.into_data() {
            if all.len().saturating_add(data.len()) > most {
                return Err(Refused::TooLarge);
            }
            all.extend_from_slice(&data);
        }
    }
    if told.is_some_and(|length| length != all.len()) {
        let early = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let kind = HttpErrorKind::Interrupted;
        return Err(Refused::Line(HttpError::new(kind, early)));
    }
    Ok(all.freeze())
}

/// How often, and until when, a request may still be sent again.
struct Tries {
    patience: Patience,
    begun: Instant,
    pause: Duration,
    left: u32,
}

impl Tries {
    fn new(patience: Patience) -> Self {
        let Patience { retries: left, pause, .. } = patience;
        Self { patience, begun: Instant::now(), pause, left }
    }

    /// Waits before the request is sent again, unless that is in vain.
    async fn rest(&mut self, refused: Refused) -> Result<(), CloudError> {
        let late = self.begun.elapsed() > self.patience.total;
        if self.left == 0 || late || !refused.may_pass() {
            return Err(refused.into());
        }
        self.left -= 1;
        sleep(self.pause).await;
        let longest = self.patience.longest_pause();
        self.pause = self.pause.saturating_mul(2).min(longest);
        Ok(())
    }
}

impl Refused {
    /// Whether the same request may be answered a moment later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Answer(status, _) => {
                matches!(status.as_u16(), 408 | 429 | 500..)
            }
            Self::Line(error) => {
                !matches!(error.kind(), HttpErrorKind::Unknown)
            }
            Self::TooLarge | Self::Credentials(_) => false,
        }
    }
}

impl From<Refused> for CloudError {
    fn from(refused: Refused) -> Self {
        use CloudErrorKind as Kind;
        match refused {
            Refused::TooLarge => Self::new(
                Kind::Other,
                "the server answers more than was asked",
            ),
            Refused::Credentials(error) => {
                Self::new(Kind::Denied, failure::deepest(&error))
            }
            Refused::Line(error) => {
                let why = failure::deepest(&error);
                if failure::is_without_credentials(&error) {
                    Self::new(Kind::Denied, why)
                } else if failure::is_too_much(&error) {
                    Self::new(Kind::Other, why)
                } else {
                    Self::new(Kind::Connection, why)
                }
            }
            Refused::Answer(status, said) => {
                let code = said.split(':').next().unwrap_or_default();
                let kind = match status.as_u16() {
                    _ if code == "NoSuchBucket" => Kind::NoBucket,
                    _ if failure::REFUSED.contains(&code) => Kind::Denied,
                    404 => Kind::NotFound,
                    401 | 403 => Kind::Denied,
                    412 => Kind::Changed,
                    416 => Kind::Range,
                    408 | 429 | 500.. => Kind::Connection,
                    _ => Kind::Other,
                };
                let said = match &*said {
                    "" => String::new(),
                    said => format!(" {said}"),
                };
                let status = status.as_u16();
                let hint = match status {
                    300..=399 => "; the bucket may be in another region",
                    _ => "",
                };
                Self::new(
                    kind,
                    format!("the server answers {status}{said}{hint}"),
                )
            }
        }
    }
}

/// How long a caller waits before it looks whether it is to stop.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);
