//! What happens, as it happens (server-sent events).

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event as Sent, KeepAlive},
    },
};
use futures_util::{StreamExt as _, stream};
use http::HeaderMap;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    app::App,
    events::{Event, Next},
    extract::Place,
    problem::Problem,
    rights::{Caller, Right},
};

/// How often a listener hears that the service is there.
const PING: Duration = Duration::from_secs(15);

/// How often it is looked whether a listener may still listen.
const LOOK: Duration = Duration::from_secs(5);

/// Everything that happens
///
/// `progress`, `job`, `plan`, `snapshot` and `marks` say what changed; `reset`
/// says that some were missed, and everything must be asked for; `ping` comes
/// every 15 seconds. With `Last-Event-ID`, those follow that came after it.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header,
        description = "The id of the last event that was received")),
    responses((status = 200, content_type = "text/event-stream",
        body = String)),
)]
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    Ok(listen(&app, caller, &headers, None))
}

/// What happens to a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/events", tag = "events",
    params(("id" = i64, Path, description = "The job's number"),
        ("Last-Event-ID" = Option<String>, Header,
        description = "The id of the last event that was received")),
    responses((status = 200, content_type = "text/event-stream",
        body = String)),
)]
pub(crate) async fn of_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    app.queue.get(id).await?;
    Ok(listen(&app, caller, &headers, Some(id)))
}

/// Somebody who listens.
struct Listener {
    app: Arc<App>,
    caller: Caller,
    /// When it was found that the caller may listen.
    looked: Instant,
    job: Option<i64>,
    last: u64,
    /// Events that were taken from the ring and not sent yet.
    taken: std::vec::IntoIter<Arc<Event>>,
    more: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.app.metrics.listeners.dec();
    }
}

fn listen(
    app: &Arc<App>,
    caller: Caller,
    headers: &HeaderMap,
    job: Option<i64>,
) -> Response {
    let given = headers.get("last-event-id").and_then(|it| it.to_str().ok());
    let last = match given.map(str::trim) {
        None | Some("") => app.hub.newest(),
        // What is no number was no event: it is told to begin anew.
        Some(text) => text.parse().unwrap_or(0),
    };
    app.metrics.listeners.inc();
    let listener = Listener {
        more: app.hub.signal(),
        stop: app.stop.subscribe(),
        app: Arc::clone(app),
        caller,
        looked: Instant::now(),
        job,
        last,
        taken: Vec::new().into_iter(),
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    })
    .fuse();
    let ping = KeepAlive::new()
        .interval(PING)
        .event(Sent::default().event("ping").data("{}"));
    Sse::new(events).keep_alive(ping).into_response()
}

impl Listener {
    /// Whether the caller may still listen, where that was not asked lately.
    async fn may_listen(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return true;
        }
        self.looked = Instant::now();
        match self.app.keys.is_good(&self.caller).await {
            Ok(is_good) => is_good,
            Err(error) => {
                // It is asked again: a database that is away ends nothing.
                tracing::warn!(%error, "cannot look up who listens");
                true
            }
        }
    }

    /// The next event; `None` when the service ends, or the caller's key.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if !self.may_listen().await {
                return None;
            }
            for event in self.taken.by_ref() {
                self.last = event.id;
                if self.job.is_none() || self.job == event.job {
                    let sent = Sent::default().event(event.kind);
                    return Some(
                        sent.id(event.id.to_string()).data(&event.data),
                    );
                }
            }
            if *self.stop.borrow() {
                return None;
            }
            // Noted before the look: what comes in between is news.
            self.more.borrow_and_update();
            match self.app.hub.after(self.last) {
                Next::Reset(newest) => {
                    self.last = newest;
                    let sent = Sent::default().event("reset").data("{}");
                    return Some(sent.id(newest.to_string()));
                }
                Next::Events(events) if events.is_empty() => {
                    tokio::select! {
                        more = self.more.changed() => more.ok()?,
                        _ = self.stop.changed() => {}
                        () = sleep(LOOK) => {}
                    }
                }
                Next::Events(events) => self.taken = events.into_iter(),
            }
        }
    }
}
