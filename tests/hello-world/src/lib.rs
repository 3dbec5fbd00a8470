//! Bindings for a schema of one's own.
//!
//! The build script generates them; this crate takes them in and adds nothing. A program calls them over a
//! `qmp_client` like any other command:
//!
//! ```no_run
//! # use hello_world::commands::HelloWorld;
//! # fn greet(client: &mut qmp_client::blocking::Client) -> Result<(), qmp_client::Error> {
//! let greeting = client.execute(&HelloWorld::new().message("good morning"))?;
//! println!("{} ({} times)", greeting.text, greeting.times_said);
//! # Ok(())
//! # }
//! ```

include!(concat!(env!("OUT_DIR"), "/hello-world.rs"));
