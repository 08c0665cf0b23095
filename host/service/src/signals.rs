//! What asks a process to end: signals on Unix, events of the console on
//! Windows.

use std::io;

/// Waits until this process is asked to end.
#[cfg(unix)]
pub(crate) async fn asked_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Waits until this process is asked to end.
#[cfg(windows)]
pub(crate) async fn asked_to_end() -> io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
    let (mut interrupt, mut stop) = (ctrl_c()?, ctrl_break()?);
    let mut close = ctrl_close()?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = stop.recv() => {}
        _ = close.recv() => {}
    }
    Ok(())
}
