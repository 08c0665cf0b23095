//! Two sockets of this machine that are connected: event loops wait for
//! sockets there, and not for pipes.

use std::{
    io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::windows::io::{AsRawSocket as _, RawSocket},
};

pub(super) use std::net::{TcpStream as Reader, TcpStream as Writer};

/// What event loops wait for.
pub(crate) type Descriptor = RawSocket;

/// Connects two sockets. Somebody else may be faster: one that is not our own
/// is not taken.
pub(super) fn pipe() -> io::Result<(Reader, Writer)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let writer = TcpStream::connect(listener.local_addr()?)?;
    let own = writer.local_addr()?;
    loop {
        let (reader, from) = listener.accept()?;
        if from == own {
            writer.set_nodelay(true)?;
            return Ok((reader, writer));
        }
    }
}

pub(super) fn descriptor(reader: &Reader) -> Descriptor {
    reader.as_raw_socket()
}
