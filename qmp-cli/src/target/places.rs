//! Where sockets are found by a name: in the user's file, and where libvirt and Proxmox put them.

use std::io;
use std::path::{Path, PathBuf};

use qmp_client::Address;

use super::{Kind, Target};
use crate::failure::Failure;

/// Below the folder of the user's configuration: a line for each server.
const FILE: &str = "qmp/sockets";

/// The longest file that is read.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// A server that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) address: Address,
}

impl Found {
    pub(crate) fn target(&self) -> Target {
        Target { name: self.name.clone(), address: self.address.clone() }
    }
}

/// All servers that have a name, those of the user's file first.
///
/// # Errors
/// When that file cannot be read.
pub(crate) fn found() -> Result<Vec<Found>, Failure> {
    let config = folder("XDG_CONFIG_HOME", ".config");
    let mut found = match config.as_ref().map(|folder| folder.join(FILE)) {
        Some(file) => in_file(&file)?,
        None => Vec::new(),
    };
    for place in
        usual_places(config.as_deref(), std::env::var_os("XDG_RUNTIME_DIR").as_deref().map(Path::new))
    {
        found.extend(place.look());
    }
    Ok(found)
}

/// A folder of the user's, by a variable or below the home folder.
fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let said = std::env::var_os(variable).map(PathBuf::from).filter(|folder| folder.is_absolute());
    said.or_else(|| Some(std::env::home_dir()?.join(below_home)))
}

/// Sockets whose paths match a pattern, in which one `*` stands for the name.
#[derive(Debug)]
struct Place {
    pattern: String,
    kind: Kind,
    /// Whether the name has a number and `-` in front, which changes with each start.
    is_numbered: bool,
}

fn usual_places(config: Option<&Path>, runtime: Option<&Path>) -> Vec<Place> {
    let place = |pattern: String, kind, is_numbered| Place { pattern, kind, is_numbered };
    let mut places = vec![
        place("/var/lib/libvirt/qemu/domain-*/monitor.sock".to_owned(), Kind::Monitor, true),
        place(
            "/var/lib/libvirt/qemu/channel/target/domain-*/org.qemu.guest_agent.0".to_owned(),
            Kind::Agent,
            true,
        ),
        place("/run/libvirt/qemu/channel/*/org.qemu.guest_agent.0".to_owned(), Kind::Agent, true),
        place("/run/qemu-server/*.qmp".to_owned(), Kind::Monitor, false),
        place("/run/qemu-server/*.qga".to_owned(), Kind::Agent, false),
    ];
    // Those of libvirt for this user alone, and this program's own.
    if let Some(config) = config.and_then(Path::to_str) {
        let config = glob::Pattern::escape(config);
        places.push(place(format!("{config}/libvirt/qemu/lib/domain-*/monitor.sock"), Kind::Monitor, true));
    }
    if let Some(runtime) = runtime.and_then(Path::to_str) {
        let runtime = glob::Pattern::escape(runtime);
        places.push(place(format!("{runtime}/qmp/*.qmp"), Kind::Monitor, false));
        places.push(place(format!("{runtime}/qmp/*.qga"), Kind::Agent, false));
    }
    places
}

impl Place {
    fn look(&self) -> Vec<Found> {
        // What cannot be listed is not there for this user.
        let paths = glob::glob(&self.pattern).into_iter().flatten().filter_map(Result::ok);
        paths
            .filter_map(|path| {
                Some(Found { name: self.name(&path)?, kind: self.kind, address: Address::Unix(path) })
            })
            .collect()
    }

    /// What stands in the place of the `*`.
    fn name(&self, path: &Path) -> Option<String> {
        let (before, behind) = self.pattern.rsplit_once('*')?;
        let text = path.to_str()?;
        // In front of the `*`, the pattern may have characters that it escapes: only its last part is compared.
        let before = before.rsplit('/').next()?;
        let end = text.strip_suffix(behind)?;
        let name = end.rsplit('/').next()?.strip_prefix(before)?;
        let number =
            name.split_once('-').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        Some(number.filter(|_| self.is_numbered).map_or(name, |(_, name)| name).to_owned())
    }
}

/// What the user's file has. That there is none is no error.
fn in_file(file: &Path) -> Result<Vec<Found>, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::usage(format_args!("file {}: {error}", file.display()));
    let text = match read(file) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(&error)),
    };
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let in_line = in_line(line.split('#').next().unwrap_or_default());
        found.extend(in_line.map_err(|error| failed(&format_args!("line {}: {error}", index + 1)))?);
    }
    Ok(found)
}

fn read(file: &Path) -> io::Result<String> {
    if file.metadata()?.len() > MAX_FILE_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 1 MiB"));
    }
    std::fs::read_to_string(file)
}

/// `NAME ADDRESS`, `* PATTERN`, and for a guest agent `agent` behind it.
fn in_line(line: &str) -> Result<Vec<Found>, String> {
    let mut words = line.split_whitespace();
    let Some(name) = words.next() else { return Ok(Vec::new()) };
    let address = words.next().ok_or("expected NAME ADDRESS, or * PATTERN")?;
    let kind = match (words.next(), words.next()) {
        (None, _) | (Some("monitor"), None) => Kind::Monitor,
        (Some("agent"), None) => Kind::Agent,
        _ => return Err("expected monitor, agent or nothing behind the address".to_owned()),
    };
    if name == "*" {
        let pattern = address.strip_prefix("unix:").unwrap_or(address);
        if pattern.matches('*').count() != 1 {
            return Err("expected a path with one *, in the place of the name".to_owned());
        }
        return Ok(Place { pattern: pattern.to_owned(), kind, is_numbered: false }.look());
    }
    let address = address.parse().map_err(|error: qmp_client::AddressError| error.to_string())?;
    Ok(vec![Found { name: name.to_owned(), kind, address }])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Kind, Place, in_line, usual_places};

    #[test]
    fn names_are_those_of_the_machines() {
        let name = |path: &str| {
            let places = usual_places(Some(Path::new("/home/a[b]/.config")), Some(Path::new("/run/user/1")));
            let names = places.iter().filter_map(|place| Some((place.name(Path::new(path))?, place.kind)));
            names.collect::<Vec<_>>()
        };
        let monitor = |name: &str| (name.to_owned(), Kind::Monitor);
        assert_eq!(name("/var/lib/libvirt/qemu/domain-12-my-vm/monitor.sock")[0], monitor("my-vm"));
        assert_eq!(name("/run/qemu-server/104.qmp")[0], monitor("104"));
        assert_eq!(name("/home/a[b]/.config/libvirt/qemu/lib/domain-1-vm/monitor.sock")[0], monitor("vm"));
        let agent = name("/run/libvirt/qemu/channel/3-vm/org.qemu.guest_agent.0");
        assert_eq!(agent[0], ("vm".to_owned(), Kind::Agent));
    }

    #[test]
    fn sockets_are_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("one")).unwrap();
        std::fs::write(folder.path().join("one/qmp"), "").unwrap();
        let pattern = format!("{}/*/qmp", folder.path().display());
        let found = Place { pattern: pattern.clone(), kind: Kind::Agent, is_numbered: false }.look();
        assert_eq!((found.len(), &*found[0].name), (1, "one"));
        assert_eq!(in_line(&format!("* {pattern} agent")), Ok(found));
    }

    #[test]
    fn lines_that_say_nothing_clear() {
        assert_eq!(in_line("  "), Ok(Vec::new()));
        for line in ["a", "a b", "a /b c", "a /b agent x", "* /b", "* /*/*"] {
            assert!(in_line(line).is_err(), "{line}");
        }
    }
}
