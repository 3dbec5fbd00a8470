//! The file of a unix socket that listens.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Type};

use super::unix;

/// The file of a socket of ours, which is removed when dropped, unless somebody put another one in its place.
///
/// To be dropped before the socket: while that is open, its file's number is not given to another.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and number.
    file: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        // This process may be in another folder when it is dropped.
        let path = std::path::absolute(path)?;
        let file = identity(&path)?;
        Ok(Self { path, file })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|file| file == self.file) {
            // Nobody could be told that it stays.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Listens on a file that is not there yet, or on one that a server left behind if that is to be replaced.
pub(super) fn bind(path: &Path, replace_stale: bool) -> io::Result<(SocketFile, socket2::Socket)> {
    let address = unix::file(path)?;
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    let mut bound = socket.bind(&address);
    if bound.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse) {
        if !replace_stale {
            return Err(in_use(path, "it exists"));
        }
        remove_stale(path, &address)?;
        bound = socket.bind(&address);
    }
    bound?;
    let file = SocketFile::of(path)?;
    Ok((file, socket))
}

fn remove_stale(path: &Path, address: &SockAddr) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(in_use(path, "it is not a socket"));
    }
    let probe = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A server that is busy must not hold us up.
    probe.set_nonblocking(true)?;
    match probe.connect(address) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
        _ => Err(in_use(path, "a server listens there")),
    }
}

fn in_use(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, format!("{} cannot be made: {why}", path.display()))
}
