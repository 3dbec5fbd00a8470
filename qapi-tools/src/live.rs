//! Asking a running server for its schema.

use qapi_schema::introspection::Introspection;

use crate::error::Error;

/// Connects to a monitor, and asks.
#[cfg(feature = "live")]
pub(crate) fn introspection(address: &str) -> Result<Introspection, Error> {
    use qmp_client::blocking::Client;
    use qmp_client::{Address, CallOptions};

    let unusable = |reason: String| Error::Live { address: address.to_owned(), reason };
    let parsed: Address = address.parse().map_err(|error| unusable(format!("{error}")))?;
    let client = Client::connect(&parsed).map_err(|error| unusable(error.to_string()))?;
    let reply = client.execute_raw("query-qmp-schema", None, &CallOptions::new());
    let reply = reply.map_err(|error| unusable(error.to_string()))?;
    let introspection = Introspection::read(reply.get());
    introspection.map_err(|error| Error::Introspection { of: format!("live:{address}"), error })
}

/// Says that this program was built without it.
#[cfg(not(feature = "live"))]
pub(crate) fn introspection(address: &str) -> Result<Introspection, Error> {
    let reason = "this program was built without the feature `live`".to_owned();
    Err(Error::Live { address: address.to_owned(), reason })
}
