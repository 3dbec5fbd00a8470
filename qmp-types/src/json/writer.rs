//! Compact JSON output.

use serde::Serialize;

use super::{ToJson, ToMembers};

/// A JSON text that is being written, without white space: QEMU reads its monitor byte by byte.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    text: Vec<u8>,
}

impl Writer {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    #[must_use]
    pub fn into_string(self) -> String {
        // Only UTF-8 is ever written.
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// Appends a value by its serde implementation.
    ///
    /// Scalars and [`serde_json::Value`] cannot fail; a number that JSON lacks (not finite) becomes `null`.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let start = self.text.len();
        if serde_json::to_writer(&mut self.text, value).is_err() {
            self.text.truncate(start);
            self.text.extend_from_slice(b"null");
        }
    }

    /// Appends an array.
    pub fn array<T: ToJson>(&mut self, elements: &[T]) {
        self.text.push(b'[');
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.text.push(b',');
            }
            element.to_json(self);
        }
        self.text.push(b']');
    }

    /// Appends an object with the members that `members` writes.
    pub fn object(&mut self, members: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.text.push(b'{');
        members(&mut ObjectWriter { writer: self, first: true });
        self.text.push(b'}');
    }

    /// Appends a message: the name of a command or event and, unless it is an empty object, what comes with it.
    pub fn message(&mut self, members: [&str; 2], name: &str, content: &dyn ToJson) {
        self.object(|object| {
            object.member(members[0], name);
            object.unless_empty(members[1], content);
        });
    }

    /// Appends an object with the members of a value.
    pub fn members_of<T: ToMembers>(&mut self, value: &T) {
        self.object(|object| value.to_members(object));
    }
}

/// An object that is being written.
#[derive(Debug)]
pub struct ObjectWriter<'w> {
    writer: &'w mut Writer,
    first: bool,
}

impl ObjectWriter<'_> {
    /// Appends a member.
    pub fn member<T: ToJson + ?Sized>(&mut self, name: &str, value: &T) {
        if !std::mem::take(&mut self.first) {
            self.writer.text.push(b',');
        }
        self.writer.value(name);
        self.writer.text.push(b':');
        value.to_json(self.writer);
    }

    /// Appends a member that is always there.
    pub fn required<T: ToJson>(&mut self, name: &str, value: &T) {
        self.member(name, value);
    }

    /// Appends a member if it is present.
    pub fn optional<T: ToJson>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.member(name, value);
        }
    }

    /// Appends a member unless its value is an object without members.
    pub fn unless_empty(&mut self, name: &str, value: &dyn ToJson) {
        let (end, first) = (self.writer.text.len(), self.first);
        self.member(name, value);
        if self.writer.text.ends_with(b":{}") {
            self.writer.text.truncate(end);
            self.first = first;
        }
    }

    /// Appends a member whose value is JSON text already.
    pub fn raw(&mut self, name: &str, json: &serde_json::value::RawValue) {
        self.member(name, json);
    }
}
