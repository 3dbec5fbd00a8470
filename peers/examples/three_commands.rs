//! A program that uses three commands: what it weighs to compile.

use qmp_client::blocking::Client;
use qmp_types::qmp::commands::{BlockdevAdd, DeviceAdd, QueryStatus};
use qmp_types::qmp::types::{BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsFile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "unix:/run/vm.qmp".into());
    let client = Client::connect(&address.parse()?)?;
    println!("{}", client.execute(&QueryStatus::new())?.status);
    let file = BlockdevOptionsBranch::File(BlockdevOptionsFile::new("/images/disk.raw"));
    client.execute(&BlockdevAdd::new(BlockdevOptions::new(file).node_name("disk0")))?;
    client.execute(&DeviceAdd::new("virtio-blk-pci").id("vda").argument("drive", "disk0"))?;
    Ok(())
}
