//! What is done to every request before it is answered, and to every answer:
//! its number, the name of the host, where it comes from, who sent it, how
//! long it may take, and the headers that hold a browser to what the page
//! needs.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header,
};
use tokio::time::timeout;

use crate::{
    app::App, keys::random, limits::ACCOUNT, metrics::AnswerLabels,
    problem::Problem,
};

/// The header that says which request it is.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a browser may do with the page: load what is here, and nothing from
/// elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' \
    'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src \
    'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types sanchay";

/// How the addresses of downloads begin; a secret follows.
const DOWNLOADS: &str = "/api/v1/downloads/";

/// Fewer characters than any secret has; no other part of an address has so
/// many.
const SECRET: usize = 40;

/// Headers of every answer.
const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The outermost: numbers the request, and refuses what must not get further.
pub(crate) async fn check(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = request_id(&app, request.headers());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let streams = streams(uri.path());
    let answer = async {
        check_host(&app, request.headers(), request.uri())?;
        check_zero(request.uri())?;
        check_site(&method, request.headers())?;
        Ok::<_, Problem>(next.run(request).await)
    };
    let limit = app.config.request_timeout;
    let mut response = match timeout(limit, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::timeout(
            "The request took longer than the service is set up for.",
        )
        .into_response(),
    };
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // What a body still has to say is no part of how long it took.
    let took = begun.elapsed();
    let labels = AnswerLabels {
        method: known_method(&method).to_owned(),
        status: status.as_u16(),
    };
    app.metrics.requests.get_or_create(&labels).inc();
    if !streams {
        app.metrics.seconds.observe(took.as_secs_f64());
    }
    // Without what follows the question mark: it may name files.
    tracing::info!(
        id,
        %method,
        path = logged(uri.path()),
        status = status.as_u16(),
        milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// A path as the log has it. The address of a download is a secret, even
/// where the rest of it is misspelled: no part is told that is as long as one.
fn logged(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| match part.len() < SECRET {
            true => part,
            false => "...",
        })
        .collect();
    sanchay::escaped(parts.join("/").as_bytes()).to_string()
}

/// Whether an answer goes on for as long as somebody listens.
fn streams(path: &str) -> bool {
    path.ends_with("/events")
}

/// A method as a label: there are not more than these.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// The number that a proxy gave the request, or one of our own.
fn request_id(app: &App, headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|it| it.to_str().ok());
    let fits = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let given = given.filter(fits).filter(|_| app.config.behind_proxy);
    match given {
        Some(id) => id.to_owned(),
        None => random::<12>().unwrap_or_default(),
    }
}

/// Refuses what calls this service by another's name: a page of another site
/// whose name was made to lead here.
fn check_host(
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(), Problem> {
    let header = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let given = header.or_else(|| uri.authority().map(|it| it.as_str()));
    let name = host_name(given.unwrap_or_default());
    let allowed = app.config.allow_hosts.iter();
    let mut names = allowed.map(String::as_str).chain(["localhost"]);
    let is_loopback = |name: &str| {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
    };
    if is_loopback(name) || names.any(|it| it.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let shown = sanchay::escaped(name.as_bytes()).to_string();
    tracing::warn!(host = shown, "refused: not a name of this service");
    Err(Problem::misdirected(
        "The service is not known by that name. Start it with --allow-host \
         NAME if it is to be.",
    ))
}

/// Refuses a zero byte in an address: nothing has a name with one, and a
/// database may take no text with one.
fn check_zero(uri: &Uri) -> Result<(), Problem> {
    if uri.path().contains("%00") {
        return Err(Problem::not_found("There is nothing of that address."));
    }
    match uri.query().is_some_and(|it| it.contains("%00")) {
        true => Err(Problem::bad_request("A value has a zero byte in it.")),
        false => Ok(()),
    }
}

/// A host's name without its port.
fn host_name(host: &str) -> &str {
    let end = match host.strip_prefix('[') {
        Some(_) => host.find(']').map(|at| at + 1),
        None => host.find(':'),
    };
    end.and_then(|end| host.get(..end)).unwrap_or(host)
}

/// Refuses a change that a page of another site asks for.
fn check_site(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let site = text("sec-fetch-site");
    let is_own_site =
        site.is_none_or(|it| it == "same-origin" || it == "none");
    let is_own_origin = match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, it)| it == host)
        }
        (Some(_), None) => false,
    };
    if is_own_site && is_own_origin {
        return Ok(());
    }
    tracing::warn!(site, "refused: of another site");
    Err(Problem::cross_site(
        "Only the page of the service itself may do that.",
    ))
}

/// What needs no key: the files of the page, and what says whether the
/// service is alive; signing in, of course; and downloads, whose address is
/// the key.
fn is_open(method: &Method, path: &str) -> bool {
    match path {
        "/health" => true,
        "/ready" | "/metrics" | "/openapi.json" => false,
        "/api/v1/session" => *method == Method::POST,
        path => {
            path.starts_with(DOWNLOADS)
                || !path.starts_with("/api")
                    && path != "/scan"
                    && path != "/results"
        }
    }
}

/// Who sends the request: it goes on with that, or ends here.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_open(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    match caller(&app, request.headers(), peer(&app, &request)).await {
        Ok(caller) => {
            let account = caller.account.clone();
            request.extensions_mut().insert(caller);
            ACCOUNT.scope(account, next.run(request)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller(
    app: &App,
    headers: &HeaderMap,
    from: IpAddr,
) -> Result<crate::rights::Caller, Problem> {
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (scheme, secret) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::unauthorized(
            "Send the key as Authorization: Bearer KEY. `sanchay ui` opens \
             the page with a new one.",
        ));
    }
    let caller = match app.keys.caller(secret.trim()).await {
        Ok(caller) => caller,
        Err(problem) => {
            // Whoever guesses keeps nobody out who has a key.
            if problem.status() == StatusCode::UNAUTHORIZED {
                app.limits.may_sign_in(from)?;
                app.limits.note_failure(from);
            }
            return Err(problem);
        }
    };
    app.limits.take(&caller.account)?;
    Ok(caller)
}

/// The address that a request comes from: the one that the proxy names, where
/// there is one.
pub(crate) fn peer(app: &App, request: &Request<Body>) -> IpAddr {
    let own = request.extensions().get::<Peer>().map(|it| it.0.ip());
    let own = own.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    if !app.config.behind_proxy {
        return own;
    }
    named_by_proxy(request.headers()).unwrap_or(own)
}

/// The client as our own proxy names it: at the end of the last line, however
/// many there are. What precedes it, anybody can write.
fn named_by_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_host_is_what_precedes_its_port() {
        for (host, name) in [
            ("localhost:7227", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]:7227", "[::1]"),
            ("[::1]", "[::1]"),
            ("evil.example", "evil.example"),
            ("", ""),
        ] {
            assert_eq!(host_name(host), name);
        }
    }

    #[test]
    fn a_change_comes_from_the_page_or_from_a_program() {
        let asked = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            check_site(&Method::POST, &headers).is_ok()
        };
        assert!(asked(&[("host", "a:1")]));
        assert!(asked(&[("sec-fetch-site", "same-origin")]));
        assert!(asked(&[("host", "a:1"), ("origin", "http://a:1")]));
        for site in ["cross-site", "same-site", "x"] {
            assert!(!asked(&[("sec-fetch-site", site)]), "{site}");
        }
        assert!(!asked(&[("host", "a:1"), ("origin", "http://a:2")]));
        assert!(!asked(&[("host", "a:1"), ("origin", "null")]));
    }

    #[test]
    fn the_client_is_whom_the_last_proxy_names_in_whichever_line() {
        let named = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                let line = HeaderValue::from_static(line);
                headers.append("x-forwarded-for", line);
            }
            named_by_proxy(&headers).map(|it| it.to_string())
        };
        let ours = Some("10.0.0.7".to_owned());
        assert_eq!(named(&["10.0.0.7"]), ours);
        assert_eq!(named(&["1.2.3.4, 10.0.0.7"]), ours);
        assert_eq!(named(&["1.2.3.4", "10.0.0.7"]), ours);
        assert_eq!(named(&["1.2.3.4", "5.6.7.8, 10.0.0.7"]), ours);
        assert_eq!(named(&["1.2.3.4", "unknown"]), None);
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn the_log_has_no_secret_of_a_download_however_it_is_spelled() {
        let secret = random::<32>().unwrap();
        for path in [
            format!("/api/v1/downloads/{secret}"),
            format!("//api/v1/downloads/{secret}"),
            format!("/api/v1/download%73/{secret}/"),
            format!("/{secret}"),
        ] {
            assert!(!logged(&path).contains(&secret), "{path}");
        }
        let view = format!("/api/v1/views/v{:032x}/rows", 7);
        assert_eq!(logged(&view), view);
    }

    #[test]
    fn a_zero_byte_is_in_no_address() {
        let status = |text: &'static str| {
            check_zero(&Uri::from_static(text)).map_err(|it| it.status())
        };
        assert_eq!(status("/views/%00"), Err(StatusCode::NOT_FOUND));
        assert_eq!(status("/jobs?kind=%00"), Err(StatusCode::BAD_REQUEST));
        assert_eq!(status("/jobs?kind=%2500"), Ok(()));
    }

    #[test]
    fn nothing_of_the_interface_is_open_but_what_must_be() {
        for path in ["/api/v1/jobs", "/api/v1", "/metrics", "/ready", "/scan"]
        {
            assert!(!is_open(&Method::GET, path), "{path}");
        }
        assert!(is_open(&Method::POST, "/api/v1/session"));
        assert!(!is_open(&Method::GET, "/api/v1/session"));
        assert!(is_open(&Method::GET, "/js/main.js"));
    }
}
