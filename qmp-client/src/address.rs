//! Where a monitor listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// Where a monitor listens, or how it is reached otherwise.
///
/// ```
/// use qmp_client::Address;
///
/// assert_eq!("/run/qmp.sock".parse(), Ok(Address::Unix("/run/qmp.sock".into())));
/// assert_eq!("unix:qmp.sock".parse(), Ok(Address::Unix("qmp.sock".into())));
/// assert_eq!("unix:@vm-1".parse(), Ok(Address::Abstract("vm-1".into())));
/// assert_eq!("tcp:[::1]:4444".parse(), Ok(Address::Tcp { host: "::1".into(), port: 4444 }));
/// assert_eq!("vsock:3:1024".parse(), Ok(Address::Vsock { cid: 3, port: 1024 }));
/// assert_eq!("fd:3".parse(), Ok(Address::Fd(3)));
/// ```
///
/// What was parsed displays as a text that parses to the same address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A unix socket, by its path: `unix:PATH`, or a bare path that has a slash or begins with a dot.
    Unix(PathBuf),
    /// A unix socket that has a name and no file: `unix:@NAME`, the name without the `@` (which stands for a
    /// zero byte). Linux only. A file whose name begins with `@` is `unix:./@NAME`.
    Abstract(String),
    /// A TCP port: `tcp:HOST:PORT`, an IPv6 address in brackets.
    Tcp {
        /// A host name or an IP address, without brackets.
        host: String,
        /// 1 to 65535, or 0 to listen on a port that is free.
        port: u16,
    },
    /// A socket between a virtual machine and its host, `vsock:CID:PORT`: guest agents listen on those. Linux only.
    Vsock {
        /// Whose port: the guest's number, or 1 for this machine and 2 for its host.
        cid: u32,
        /// The port, which is not a TCP port.
        port: u32,
    },
    /// A connected stream socket that this process has inherited, by the number of its descriptor: `fd:N`. 0 works
    /// on all unix systems, others on Linux; see [`connect`](crate::connect::connect()).
    Fd(u32),
}

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text begins with nothing that is known.
    #[error(
        "address '{}': expected unix:PATH, unix:@NAME, a path with a slash, tcp:HOST:PORT, vsock:CID:PORT or fd:N",
        .0.escape_debug()
    )]
    UnknownKind(String),
    /// Nothing stands behind `unix:`.
    #[error("address 'unix:': the path is missing")]
    MissingPath,
    /// Nothing stands behind `unix:@`.
    #[error("address 'unix:@': the name is missing")]
    MissingName,
    /// There is no host in `tcp:HOST:PORT`.
    #[error("address '{}': the host is missing, expected tcp:HOST:PORT", .0.escape_debug())]
    MissingHost(String),
    /// What stands for the host in `tcp:HOST:PORT` has a character that no host has: a slash, a bracket, a space
    /// or a control character.
    #[error("address '{}': {:?} stands in no host name, expected tcp:HOST:PORT", .text.escape_debug(), .found)]
    BadHost {
        /// The whole address.
        text: String,
        /// The first such character.
        found: char,
    },
    /// The port in `tcp:HOST:PORT` is absent or not one.
    #[error("address '{}': expected a port from 0 to 65535 at the end", .0.escape_debug())]
    BadPort(String),
    /// An IPv6 address outside brackets, where its end cannot be told from the port.
    #[error("address '{}': an IPv6 address stands in brackets, as in tcp:[::1]:4444", .0.escape_debug())]
    BareIpv6(String),
    /// What follows `vsock:` is not two numbers.
    #[error("address '{}': expected vsock:CID:PORT, two numbers below 4294967296", .0.escape_debug())]
    BadVsock(String),
    /// What follows `fd:` is not a number that a descriptor can have.
    #[error("address '{}': expected fd:N with the number of an open descriptor", .0.escape_debug())]
    BadFd(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("unix", rest)) => parse_unix(rest),
            Some(("tcp", rest)) => parse_tcp(text, rest),
            Some(("vsock", rest)) => parse_vsock(rest).ok_or_else(|| AddressError::BadVsock(text.into())),
            Some(("fd", rest)) => parse_fd(rest).ok_or_else(|| AddressError::BadFd(text.into())),
            _ if text.contains('/') || text.starts_with('.') => Ok(Self::Unix(text.into())),
            _ => Err(AddressError::UnknownKind(text.into())),
        }
    }
}

fn parse_unix(rest: &str) -> Result<Address, AddressError> {
    match rest.strip_prefix('@') {
        Some("") => Err(AddressError::MissingName),
        Some(name) => Ok(Address::Abstract(name.into())),
        None if rest.is_empty() => Err(AddressError::MissingPath),
        None => Ok(Address::Unix(rest.into())),
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
    let foreign = |c: &char| matches!(c, '/' | '[' | ']') || c.is_whitespace() || c.is_control();
    if let Some(found) = host.chars().find(foreign) {
        return Err(AddressError::BadHost { text: text.into(), found });
    }
    let port = number(port).ok_or_else(|| AddressError::BadPort(text.into()))?;
    Ok(Address::Tcp { host: host.into(), port })
}

fn parse_vsock(rest: &str) -> Option<Address> {
    let (cid, port) = rest.split_once(':')?;
    Some(Address::Vsock { cid: number(cid)?, port: number(port)? })
}

fn parse_fd(rest: &str) -> Option<Address> {
    // Descriptors are C's `int`.
    let fd = number(rest).filter(|&fd| i32::try_from(fd).is_ok())?;
    Some(Address::Fd(fd))
}

/// A number of digits only: Rust's own reading lets a `+` stand before them.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Else it would be taken for a name.
            Self::Unix(path) if path.as_os_str().as_encoded_bytes().starts_with(b"@") => {
                write!(f, "unix:./{}", path.display())
            }
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
            Self::Vsock { cid, port } => write!(f, "vsock:{cid}:{port}"),
            Self::Fd(fd) => write!(f, "fd:{fd}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Address, AddressError};

    #[track_caller]
    fn round_trip(text: &str) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }

    #[test]
    fn what_is_displayed_can_be_parsed() {
        round_trip("unix:/run/a b,c:d.sock");
        round_trip("unix:relative.sock");
        round_trip("unix:@name/of:a socket");
        round_trip("tcp:localhost:4444");
        round_trip("tcp:127.0.0.1:1");
        round_trip("tcp:127.0.0.1:0");
        round_trip("tcp:[fe80::1%eth0]:65535");
        round_trip("vsock:4294967295:0");
        round_trip("fd:0");
        assert_eq!("./qmp.sock".parse::<Address>().unwrap().to_string(), "unix:./qmp.sock");
        assert_eq!("..".parse::<Address>().unwrap().to_string(), "unix:..");
        assert_eq!("./tcp:a:1".parse::<Address>().unwrap(), Address::Unix("./tcp:a:1".into()));
        assert_eq!(Address::Unix("@file".into()).to_string(), "unix:./@file");
    }

    /// Texts that are addresses, nearly so, or not at all.
    fn texts() -> impl Strategy<Value = String> {
        let start =
            prop::sample::select(vec!["", "unix:", "unix:@", "tcp:", "tcp:[", "vsock:", "fd:", "./", "tls:"]);
        (
            start,
            "(\\PC|[\\[\\]:@./a0-9]){0,12}",
            prop::sample::select(vec!["", ":", ":1", "]:0", ":65536", ":+1"]),
        )
            .prop_map(|(start, middle, end)| format!("{start}{middle}{end}"))
    }

    proptest! {
        #[test]
        fn what_was_parsed_is_the_same_when_displayed_and_parsed_again(text in texts()) {
            match text.parse::<Address>() {
                Ok(address) => prop_assert_eq!(address.to_string().parse(), Ok(address)),
                Err(error) => prop_assert!(!error.to_string().contains('\n')),
            }
        }

        #[test]
        fn any_address_of_numbers_is_displayed_and_parsed(cid: u32, port: u32, tcp: u16, fd in 0..=i32::MAX.unsigned_abs()) {
            for address in [
                Address::Vsock { cid, port },
                Address::Fd(fd),
                Address::Tcp { host: std::net::Ipv4Addr::from(cid).to_string(), port: tcp },
                Address::Tcp { host: std::net::Ipv6Addr::from(u128::from(cid) << 64).to_string(), port: tcp },
            ] {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }

    #[test]
    fn errors_say_what_was_expected() {
        use AddressError::{
            BadFd, BadPort, BadVsock, BareIpv6, MissingHost, MissingName, MissingPath, UnknownKind,
        };

        let fails = |text: &str, error: fn(String) -> AddressError| {
            assert_eq!(text.parse::<Address>(), Err(error(text.to_owned())));
        };
        fails("qmp.sock", UnknownKind);
        fails("", UnknownKind);
        fails("C:qmp.sock", UnknownKind);
        fails("unix:", |_| MissingPath);
        fails("unix:@", |_| MissingName);
        fails("tcp:", BadPort);
        fails("tcp:localhost", BadPort);
        fails("tcp:localhost:", BadPort);
        fails("tcp:localhost:+1", BadPort);
        fails("tcp:localhost:65536", BadPort);
        fails("tcp::4444", MissingHost);
        fails("tcp:[]:4444", MissingHost);
        fails("tcp://localhost:4444", |text| AddressError::BadHost { text, found: '/' });
        fails("tcp:[::1:4444", BareIpv6);
        fails("tcp:::1:4444", BareIpv6);
        fails("tcp:[::1]", BareIpv6);
        fails("vsock:3", BadVsock);
        fails("vsock:3:", BadVsock);
        fails("vsock:host:4", BadVsock);
        fails("vsock:3:4294967296", BadVsock);
        fails("fd:", BadFd);
        fails("fd:-1", BadFd);
        fails("fd:2147483648", BadFd);
        let error = "vsock:3\n".parse::<Address>().unwrap_err().to_string();
        assert_eq!(error, "address 'vsock:3\\n': expected vsock:CID:PORT, two numbers below 4294967296");
    }
}
