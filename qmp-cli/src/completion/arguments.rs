//! What may be written for an argument.

use qmp_types::qmp::SCHEMA;
use qmp_types::qmp::commands::QomListTypes;

use crate::session::{DEVICE_ADD, Session};
use crate::typing::{self, Leaf, Object, Shape, Tree, bindings, live, properties};

/// What may be written for the word `current` behind the arguments `given`: keys with `=` or `.` behind them, or whole
/// arguments where the key is there already.
pub(super) fn candidates(
    session: Option<&Session>,
    command: &str,
    given: &[String],
    current: &str,
) -> Vec<String> {
    let mut tree = Tree::default();
    for (key, value) in given.iter().filter_map(|word| word.split_once('=')) {
        // What contradicts itself is told when the command is executed.
        let _ = tree.insert(key.trim_end_matches(':'), Leaf::Text(value.to_owned()));
    }
    let command = bindings::wire_name(command);
    let schema = session.and_then(Session::schema);
    let live = schema.as_deref().and_then(|schema| live::arguments(schema, &command));
    let mut sources: Vec<Object<'_>> =
        live.or_else(|| bindings::arguments(&SCHEMA, &command)).into_iter().collect();
    let driver = tree.text("driver").filter(|_| command == DEVICE_ADD);
    let properties =
        session.zip(driver).map(|(session, driver)| session.properties(driver)).unwrap_or_default();
    sources.push(properties::arguments(&properties));

    let fitting = match current.split_once('=') {
        None => keys(&sources, &tree, current),
        Some(("driver", _)) if command == DEVICE_ADD => drivers(session),
        Some((key, _)) => values(&sources, &tree, key).into_iter().map(|it| format!("{key}={it}")).collect(),
    };
    fitting.into_iter().filter(|candidate| candidate.starts_with(current)).collect()
}

/// The names of members on the level of the key that is begun.
fn keys(sources: &[Object<'_>], tree: &Tree, current: &str) -> Vec<String> {
    let (parents, prefix) = match current.rsplit_once('.') {
        Some((parents, _)) => (Some(parents), format!("{parents}.")),
        None => (None, String::new()),
    };
    let mut keys = Vec::new();
    for source in sources {
        let Some((object, below)) = typing::inside(source, tree, parents) else { continue };
        for member in typing::members(&object, &below) {
            if below.get(member.name).is_some()
                && !matches!(below.get(member.name), Some(typing::Node::Branch(_)))
            {
                continue;
            }
            let sign = match member.type_.shape() {
                Some(Shape::Object(_) | Shape::List(_)) => ".",
                _ => "=",
            };
            keys.push(format!("{prefix}{}{sign}", member.name));
        }
    }
    keys
}

/// The values of a member that has few.
fn values(sources: &[Object<'_>], tree: &Tree, key: &str) -> Vec<String> {
    let (parents, name) = key.rsplit_once('.').map_or((None, key), |(parents, name)| (Some(parents), name));
    let find = |source: &Object<'_>| {
        let (object, below) = typing::inside(source, tree, parents)?;
        let member = typing::members(&object, &below).into_iter().find(|member| member.name == name)?;
        let values = match member.type_.shape()? {
            Shape::Enum(values) => values.into_iter().map(str::to_owned).collect(),
            Shape::Boolean => vec!["on".to_owned(), "off".to_owned()],
            _ => Vec::new(),
        };
        Some(values)
    };
    sources.iter().find_map(find).unwrap_or_default()
}

/// The device models of the server.
fn drivers(session: Option<&Session>) -> Vec<String> {
    let command = QomListTypes::new().implements("device").r#abstract(false);
    let types = session.and_then(|session| session.client().execute(&command).ok());
    types.into_iter().flatten().map(|type_| format!("driver={}", type_.name)).collect()
}
