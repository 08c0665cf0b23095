//! A server of HTTP on loopback, whose answers a closure makes.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::runtime;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The body of an answer, which may break off.
pub type Body = BoxBody<Bytes, io::Error>;

/// What is answered; an error closes the connection without an answer.
pub type Answer = io::Result<Response<Body>>;

/// A server, which ends with this.
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on a port that is free.
    pub fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let listener =
            runtime().block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        let task = runtime().spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let answer = Arc::clone(&answer);
                let service = service_fn(move |request: Request<_>| {
                    let answer = Arc::clone(&answer);
                    async move {
                        let (parts, body) = request.into_parts();
                        let body: hyper::body::Incoming = body;
                        let body = body.collect().await;
                        let body = body.map_err(io::Error::other)?.to_bytes();
                        answer(Request::from_parts(parts, body)).await
                    }
                });
                runtime().spawn(
                    http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { address, task }
    }

    /// Its address: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole body.
pub fn whole(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).map_err(|never| match never {}).boxed()
}

/// A body that breaks off.
pub(crate) fn broken(body: Bytes) -> Body {
    let frames = [
        Ok(Frame::data(body)),
        Err(io::Error::other("the connection breaks here, on purpose")),
    ];
    BoxBody::new(StreamBody::new(stream::iter(frames)))
}

/// An answer of success.
pub fn said(body: impl Into<Bytes>) -> Answer {
    Ok(Response::new(whole(body)))
}

/// A body without an end; how many bytes of it were asked for is counted.
pub fn endless(piece: impl Into<Bytes>, served: &Arc<AtomicU64>) -> Body {
    let (piece, served) = (piece.into(), Arc::clone(served));
    let pieces = stream::repeat_with(move || {
        served.fetch_add(piece.len() as u64, Relaxed);
        Ok(Frame::data(piece.clone()))
    });
    BoxBody::new(StreamBody::new(pieces))
}

/// An answer without a body.
pub fn status(code: u16) -> Answer {
    Ok(Response::builder().status(code).body(whole("")).unwrap())
}
