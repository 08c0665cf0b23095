//! The listener: accepts connections, bounds how many there are and how slow,
//! speaks TLS where that is asked for, and ends in order.

mod slow;
mod tls;

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tower::ServiceExt as _;

use self::slow::Patient;
pub(crate) use self::tls::{Acceptor, acceptor};
use crate::{app::App, error::ServiceError, guard::Peer};

/// How long a client may take for the head of a request, or for TLS.
const HEAD: Duration = Duration::from_secs(10);

/// The same where more than half of the connections are taken: whoever says
/// nothing keeps others out.
const HEAD_OF_MANY: Duration = Duration::from_secs(2);

/// How large the heads of requests may be, in bytes.
const LARGEST_HEAD: usize = 32 << 10;

/// How many headers a request may have.
const MOST_HEADERS: usize = 100;

/// Opens the listener.
pub(crate) async fn listen(
    address: SocketAddr,
) -> Result<TcpListener, ServiceError> {
    TcpListener::bind(address).await.map_err(|source| ServiceError::Listen {
        address: address.to_string(),
        source,
    })
}

/// Answers requests until the service is to end, and then those that are
/// under way, for some time.
pub(crate) async fn serve(
    app: &Arc<App>,
    router: Router,
    listener: TcpListener,
    tls: Option<Acceptor>,
) {
    let mut stop = app.stop.subscribe();
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.config.max_connections));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let is_crowded =
            places.available_permits() < app.config.max_connections / 2;
        let patience = match is_crowded {
            true => HEAD_OF_MANY,
            false => HEAD,
        };
        let open = Open {
            patience,
            app: Arc::clone(app),
            router: router.clone(),
            peer,
            _place: place,
        };
        let watcher = graceful.watcher();
        match &tls {
            None => {
                tokio::spawn(open.answer(stream, watcher));
            }
            Some(tls) => {
                let tls = tls.clone();
                tokio::spawn(async move {
                    match timeout(patience, tls.accept(stream)).await {
                        Ok(Ok(stream)) => open.answer(stream, watcher).await,
                        Ok(Err(error)) => {
                            tracing::debug!(%error, %peer, "no TLS");
                        }
                        Err(_) => tracing::debug!(%peer, "TLS took too long"),
                    }
                });
            }
        }
    }
    drop(listener);
    let drained = timeout(app.config.drain, graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("connections are closed that did not end in time");
    }
}

/// The next connection, as soon as there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole: nothing is gained by waiting.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::error!(%error, "cannot accept a connection");
            // Too many open files, say: it may be better in a moment.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// A connection.
struct Open {
    /// How long it may take for the head of a request.
    patience: Duration,
    app: Arc<App>,
    router: Router,
    peer: SocketAddr,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
}

impl Open {
    async fn answer<S>(
        self,
        stream: S,
        watcher: hyper_util::server::graceful::Watcher,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { patience, app, router, peer, _place } = self;
        app.metrics.connections.inc();
        let service = router.map_request(move |request: http::Request<_>| {
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(Peer(peer));
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_buf_size(LARGEST_HEAD)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(Patient::new(stream)), service);
        let connection = pin!(watcher.watch(connection));
        if let Err(error) = connection.await {
            tracing::debug!(%error, %peer, "a connection ended early");
        }
        app.metrics.connections.dec();
    }
}
