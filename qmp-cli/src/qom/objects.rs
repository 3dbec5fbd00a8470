//! Reading many objects at a time.

use std::sync::{Mutex, PoisonError};
use std::thread;

use qmp_client::Error;
use qmp_client::blocking::Client;
use qmp_types::ErrorClass;
use qmp_types::qmp::commands::{QomGet, QomList, QomListGet};
use serde_json::Value;

use super::order_of;
use crate::failure::Failure;

/// How many objects are asked for in one command, where there is one for that: a reply holds the values of all their
/// properties.
pub(super) const BATCH: usize = 64;

/// How many commands are on their way, where the server reads ahead.
const AHEAD: usize = 4;

/// An object of the server.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) properties: Vec<PropertyValue>,
}

/// A property, and its value if that was asked for.
#[derive(Debug)]
pub(super) struct PropertyValue {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) value: Reading,
}

/// What is known of the value of a property.
#[derive(Debug)]
pub(super) enum Reading {
    /// Nothing: it was not asked for.
    Unread,
    Value(Value),
    /// It cannot be read, and why if the server says that.
    Unreadable(Option<String>),
}

impl Object {
    /// The object with those properties only that are no objects themselves.
    pub(super) fn without_children(mut self) -> Self {
        self.properties.retain(|property| property.child().is_none());
        self
    }

    /// The object with its properties in an order: a server has none.
    pub(super) fn sorted(mut self) -> Self {
        self.properties.sort_by(|one, other| order_of(&one.name).cmp(&order_of(&other.name)));
        self
    }
}

impl PropertyValue {
    /// The type of the object that it holds, if it does.
    pub(super) fn child(&self) -> Option<&str> {
        self.type_name.strip_prefix("child<")?.strip_suffix('>')
    }

    pub(super) fn is_link(&self) -> bool {
        self.type_name.starts_with("link<")
    }
}

/// Reads objects, by the fewest commands that the server allows.
pub(super) struct Reader<'c> {
    client: &'c Client,
    with_values: bool,
    /// Whether the server may have the command that reads objects whole, which came with QEMU 10.1.
    reads_whole: bool,
}

impl<'c> Reader<'c> {
    pub(super) fn new(client: &'c Client, with_values: bool) -> Self {
        Self { client, with_values, reads_whole: true }
    }

    /// The objects at some paths, at most [`BATCH`], in that order; `None` for those that are not there any more.
    ///
    /// # Errors
    /// When there is no connection, or a command takes too long.
    pub(super) fn objects(&mut self, paths: &[String]) -> Result<Vec<Option<Object>>, Failure> {
        let whole = if self.reads_whole { self.whole(paths)? } else { None };
        match whole {
            Some(whole) => Ok(whole.into_iter().map(Some).collect()),
            None => self.in_pieces(paths),
        }
    }

    /// By one command; `None` if the server does not have it, or one of the objects is not there.
    fn whole(&mut self, paths: &[String]) -> Result<Option<Vec<Object>>, Failure> {
        let returned = match self.client.execute(&QomListGet::new(paths)) {
            Ok(returned) => returned,
            Err(Error::Server { error, .. }) => {
                self.reads_whole = error.class != ErrorClass::CommandNotFound;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let property = |property: qmp_types::qmp::types::ObjectPropertyValue| PropertyValue {
            name: property.name,
            type_name: property.r#type,
            value: property.value.map_or(Reading::Unreadable(None), Reading::Value),
        };
        let objects: Vec<_> = returned
            .into_iter()
            .map(|object| Object { properties: object.properties.into_iter().map(property).collect() })
            .collect();
        // A server that answers for fewer or more has not answered.
        Ok(Some(objects).filter(|objects| objects.len() == paths.len()))
    }

    /// By a command for each object, and one for each value.
    fn in_pieces(&self, paths: &[String]) -> Result<Vec<Option<Object>>, Failure> {
        let listed = self.ahead(paths, |path| {
            let list = unless_gone(self.client.execute(&QomList::new(path)))?;
            Ok(list.map(|list| {
                let property = |info: qmp_types::qmp::types::ObjectPropertyInfo| PropertyValue {
                    name: info.name,
                    type_name: info.r#type,
                    value: Reading::Unread,
                };
                Object { properties: list.into_iter().map(property).collect() }
            }))
        })?;
        if !self.with_values {
            return Ok(listed);
        }
        self.with_values(paths, listed)
    }

    fn with_values(
        &self,
        paths: &[String],
        mut objects: Vec<Option<Object>>,
    ) -> Result<Vec<Option<Object>>, Failure> {
        let asked: Vec<_> = paths
            .iter()
            .zip(&objects)
            .flat_map(|(path, object)| {
                let properties = object.iter().flat_map(|object| &object.properties);
                properties
                    .filter(|property| property.child().is_none())
                    .map(move |property| (path, &property.name))
            })
            .collect();
        let values = self.ahead(&asked, |(path, name)| self.value(path, name))?;
        let properties = objects.iter_mut().flatten().flat_map(|object| &mut object.properties);
        for (property, value) in properties.filter(|property| property.child().is_none()).zip(values) {
            property.value = value;
        }
        Ok(objects)
    }

    fn value(&self, path: &str, name: &str) -> Result<Reading, Error> {
        match self.client.execute(&QomGet::new(path, name)) {
            Ok(value) => Ok(Reading::Value(value)),
            Err(Error::Server { error, .. }) => Ok(Reading::Unreadable(Some(error.desc))),
            Err(error) => Err(error),
        }
    }

    /// Does something about all items, with several commands on their way where that helps: a server without out-of-band
    /// execution reads none ahead.
    fn ahead<I: Sync, T: Send>(
        &self,
        items: &[I],
        act: impl Fn(&I) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Failure> {
        if !self.client.has_out_of_band() || items.len() < 2 {
            return Ok(items.iter().map(act).collect::<Result<_, _>>()?);
        }
        let rest = Mutex::new(items.iter().enumerate());
        let next = || rest.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let mut done = Vec::new();
            while let Some((number, item)) = next() {
                done.push((number, act(item)?));
            }
            Ok::<_, Error>(done)
        };
        let done = thread::scope(|scope| {
            let workers: Vec<_> = (0..AHEAD.min(items.len())).map(|_| scope.spawn(work)).collect();
            // A worker that panicked has said so itself.
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect::<Result<Vec<_>, _>>()
        })?;
        let mut done: Vec<_> = done.into_iter().flatten().collect();
        done.sort_by_key(|(number, _)| *number);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }
}

/// An error of the server's says that the object is not there: it was a moment ago.
fn unless_gone<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Server { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
