//! From the text of a file to the reply in it.

use serde_json::{Deserializer, Value};

use super::IntrospectionError;

/// So many bytes are read as a reply or a recording. QEMU's replies have a quarter of a million.
pub const MAX_BYTES: usize = 64 << 20;

/// The elements of the array that `query-qmp-schema` returns: from that array, from the whole reply, or from a recorded session with
/// the reply in it.
pub(super) fn entities(text: &str) -> Result<Vec<Value>, IntrospectionError> {
    if text.len() > MAX_BYTES {
        return Err(IntrospectionError::TooLarge);
    }
    let mut asked = None;
    for (index, value) in Deserializer::from_str(text).into_iter::<Value>().enumerate() {
        match value.map_err(IntrospectionError::Json)? {
            Value::Array(entities) if index == 0 => return Ok(entities),
            Value::Object(mut message) => {
                let id = message.remove("id").unwrap_or_default();
                if let Some(command) = message.get("execute").or_else(|| message.get("exec-oob")) {
                    if command == "query-qmp-schema" {
                        asked = Some(id);
                    }
                } else if let Some(returned) = message.remove("return") {
                    let is_reply = index == 0 || asked.as_ref() == Some(&id);
                    match returned {
                        Value::Array(entities) if is_reply || is_introspection(&entities) => {
                            return Ok(entities);
                        }
                        _ if is_reply && asked.is_some() => {
                            return Err(IntrospectionError::at("return", "expected an array"));
                        }
                        _ => {}
                    }
                } else if let Some(error) = message.remove("error")
                    && (index == 0 || asked.as_ref() == Some(&id))
                {
                    let description =
                        error.get("desc").and_then(Value::as_str).unwrap_or("no reason is given");
                    return Err(IntrospectionError::Refused(description.to_owned()));
                }
            }
            _ => {}
        }
    }
    Err(IntrospectionError::NoReply)
}

/// Whether an array is one of `SchemaInfo`: other commands return arrays too.
fn is_introspection(entities: &[Value]) -> bool {
    entities.first().is_some_and(|first| first.get("meta-type").is_some())
}
