//! Where a monitor listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// Where a monitor listens.
///
/// ```
/// use qmp_client::Address;
///
/// assert_eq!("/run/qmp.sock".parse(), Ok(Address::Unix("/run/qmp.sock".into())));
/// assert_eq!("unix:qmp.sock".parse(), Ok(Address::Unix("qmp.sock".into())));
/// assert_eq!("tcp:[::1]:4444".parse(), Ok(Address::Tcp { host: "::1".into(), port: 4444 }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A unix socket, by its path: `unix:PATH`, or a bare path that has a slash.
    Unix(PathBuf),
    /// A TCP port: `tcp:HOST:PORT`, an IPv6 address in brackets.
    Tcp {
        /// A host name or an IP address, without brackets.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
}

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text begins with nothing that is known.
    #[error("address '{}': expected unix:PATH, a path with a slash, or tcp:HOST:PORT", .0.escape_debug())]
    UnknownKind(String),
    /// Nothing stands behind `unix:`.
    #[error("address 'unix:': the path is missing")]
    MissingPath,
    /// There is no host in `tcp:HOST:PORT`.
    #[error("address '{}': the host is missing, expected tcp:HOST:PORT", .0.escape_debug())]
    MissingHost(String),
    /// The port in `tcp:HOST:PORT` is absent or not one.
    #[error("address '{}': expected a port from 1 to 65535 at the end", .0.escape_debug())]
    BadPort(String),
    /// An IPv6 address outside brackets, where its end cannot be told from the port.
    #[error("address '{}': an IPv6 address stands in brackets, as in tcp:[::1]:4444", .0.escape_debug())]
    BareIpv6(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() {
                Err(AddressError::MissingPath)
            } else {
                Ok(Self::Unix(path.into()))
            };
        }
        if let Some(rest) = text.strip_prefix("tcp:") {
            return parse_tcp(text, rest);
        }
        if text.contains('/') {
            Ok(Self::Unix(text.into()))
        } else {
            Err(AddressError::UnknownKind(text.into()))
        }
    }
}

fn parse_tcp(text: &str, rest: &str) -> Result<Address, AddressError> {
    let (host, port) = rest.rsplit_once(':').ok_or_else(|| AddressError::BadPort(text.into()))?;
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host,
        None if host.contains(':') => return Err(AddressError::BareIpv6(text.into())),
        None => host,
    };
    if host.is_empty() {
        return Err(AddressError::MissingHost(text.into()));
    }
    match port.parse() {
        Ok(port) if port != 0 => Ok(Address::Tcp { host: host.into(), port }),
        _ => Err(AddressError::BadPort(text.into())),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError};

    #[track_caller]
    fn round_trip(text: &str) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }

    #[test]
    fn what_is_displayed_can_be_parsed() {
        round_trip("unix:/run/a b,c:d.sock");
        round_trip("unix:relative.sock");
        round_trip("tcp:localhost:4444");
        round_trip("tcp:127.0.0.1:1");
        round_trip("tcp:[fe80::1%eth0]:65535");
        assert_eq!("./qmp.sock".parse::<Address>().unwrap().to_string(), "unix:./qmp.sock");
    }

    #[test]
    fn errors_say_what_was_expected() {
        use AddressError::{BadPort, BareIpv6, MissingHost, MissingPath, UnknownKind};

        let fails = |text: &str, error: fn(String) -> AddressError| {
            assert_eq!(text.parse::<Address>(), Err(error(text.to_owned())));
        };
        fails("qmp.sock", UnknownKind);
        fails("", UnknownKind);
        fails("vsock:3:4444", UnknownKind);
        fails("unix:", |_| MissingPath);
        fails("tcp:", BadPort);
        fails("tcp:localhost", BadPort);
        fails("tcp:localhost:", BadPort);
        fails("tcp:localhost:0", BadPort);
        fails("tcp:localhost:65536", BadPort);
        fails("tcp::4444", MissingHost);
        fails("tcp:[]:4444", MissingHost);
        fails("tcp:::1:4444", BareIpv6);
        fails("tcp:[::1]", BareIpv6);
    }
}
