//! The mock's block nodes.

use qmp_types::ServerError;
use qmp_types::json::Branches;
use qmp_types::qmp::commands;
use qmp_types::qmp::handlers::BlockCore;
use qmp_types::qmp::types::{
    BlockDeviceInfo, BlockInfo, BlockdevCacheInfo, BlockdevDetectZeroesOptions, BlockdevOptionsBranch,
    ImageInfo,
};

use super::machine::{Machine, failed};

/// How large every image seems to be, in bytes, if nobody says otherwise.
const SIZE: i64 = 64 << 20;

impl BlockCore for Machine {
    fn blockdev_add(&mut self, command: commands::BlockdevAdd) -> Result<(), ServerError> {
        let options = command.0;
        let Some(name) = options.node_name else { return Err(failed("a node needs a node-name")) };
        if self.nodes.contains_key(&name) {
            return Err(failed(format_args!("there is a node '{name}' already")));
        }
        let file = match &options.driver {
            BlockdevOptionsBranch::File(file) => file.filename.clone(),
            BlockdevOptionsBranch::Unrecognized(branch) => {
                return Err(failed(format_args!("there is no driver '{}'", branch.tag)));
            }
            _ => String::new(),
        };
        let size = match &options.driver {
            BlockdevOptionsBranch::NullCo(null) => null.size.unwrap_or(1 << 30),
            _ => SIZE,
        };
        let driver = options.driver.tag().to_owned();
        self.nodes.insert(name.clone(), node(&name, &file, &driver, size, options.read_only == Some(true)));
        Ok(())
    }

    fn blockdev_del(&mut self, command: commands::BlockdevDel) -> Result<(), ServerError> {
        let name = command.node_name;
        if let Some((id, _)) =
            self.devices.iter().find(|(_, device)| device.get("drive").is_some_and(|it| *it == *name))
        {
            return Err(failed(format_args!("device '{id}' uses node '{name}'")));
        }
        let removed = self.nodes.remove(&name);
        removed.map(drop).ok_or_else(|| failed(format_args!("there is no node '{name}'")))
    }

    /// Puts a node on top of another one, in whose place devices use it.
    fn blockdev_snapshot_sync(&mut self, command: commands::BlockdevSnapshotSync) -> Result<(), ServerError> {
        let Some(below) = command.device.or(command.node_name) else {
            return Err(failed("it is to be said of which device or node"));
        };
        let Some(base) = self.nodes.get(&below) else {
            return Err(failed(format_args!("there is no node '{below}'")));
        };
        let unused = || (0..).map(|n| format!("#block{n}")).find(|name| !self.nodes.contains_key(name));
        let name = command.snapshot_node_name.or_else(unused).unwrap_or_default();
        if self.nodes.contains_key(&name) {
            return Err(failed(format_args!("there is a node '{name}' already")));
        }
        let format = command.format.unwrap_or_else(|| "qcow2".to_owned());
        let overlay = node(&name, &command.snapshot_file, &format, base.image.virtual_size, false);
        self.nodes.insert(name.clone(), overlay.backing_file(base.file.clone()));
        for drive in self.devices.values_mut().filter_map(|device| device.get_mut("drive")) {
            if *drive == *below {
                *drive = name.as_str().into();
            }
        }
        Ok(())
    }

    fn block_resize(&mut self, command: commands::BlockResize) -> Result<(), ServerError> {
        let name = command.device.or(command.node_name).unwrap_or_default();
        let node = self.nodes.get_mut(&name);
        let node = node.ok_or_else(|| failed(format_args!("there is no node '{name}'")))?;
        if command.size < 0 {
            return Err(failed("a size is not below zero"));
        }
        node.image.virtual_size = command.size;
        Ok(())
    }

    fn query_named_block_nodes(
        &mut self,
        _: commands::QueryNamedBlockNodes,
    ) -> Result<Vec<BlockDeviceInfo>, ServerError> {
        Ok(self.nodes.values().cloned().collect())
    }

    fn query_block(&mut self, _: commands::QueryBlock) -> Result<Vec<BlockInfo>, ServerError> {
        let used = self.devices.iter().filter_map(|(id, device)| {
            let node = self.nodes.get(device.get("drive")?.as_str()?)?;
            let info = BlockInfo::new("", "unknown", false, false);
            Some(info.qdev(format!("/machine/peripheral/{id}")).inserted(node.clone()))
        });
        Ok(used.collect())
    }
}

fn node(name: &str, file: &str, driver: &str, size: i64, is_read_only: bool) -> BlockDeviceInfo {
    let image = ImageInfo::new(file, driver, size);
    let cache = BlockdevCacheInfo::new(true, false, false);
    let zeroes = BlockdevDetectZeroesOptions::Off;
    BlockDeviceInfo::new(file, is_read_only, driver, 0, false, zeroes, 0, 0, 0, 0, 0, 0, image, cache, 0)
        .node_name(name)
}
