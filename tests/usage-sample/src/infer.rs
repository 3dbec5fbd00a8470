//! What fields and setters belong to.

use qmp_client::blocking::Client;
use qmp_client::{CallOptions, Error};
use qmp_types::qmp::commands::{BlockCommit, BlockdevAdd, QueryMachines, QueryMigrateParameters};
use qmp_types::qmp::types::{
    BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsQcow2, MigrationParameters,
};

pub fn setters(device: &str) -> BlockCommit {
    let commit = BlockCommit::new(device).speed(1);
    commit.top_node("a").base("b") //~ deprecated: member base of command block-commit //< deprecated: member base of command block-commit
}

pub fn fields(mut commit: BlockCommit) -> Option<String> {
    commit.top = None; //~ deprecated: member top of command block-commit //< deprecated: member top of command block-commit
    commit.base_node
}

pub fn patterns(commit: &BlockCommit) -> bool {
    let BlockCommit { base, .. } = commit; //~ deprecated: member base of command block-commit //< deprecated: member base of command block-commit
    base.is_some()
}

pub fn nested(options: &BlockdevOptions) -> Option<bool> {
    let BlockdevOptionsBranch::Qcow2(image) = &options.driver else { return None };
    let _ = format!("{:?}", image.discard_no_unref); //< newer: member discard-no-unref of struct BlockdevOptionsQcow2
    options.active //< newer: member active of union BlockdevOptions
}

pub fn built(file: BlockdevOptionsBranch) -> BlockdevAdd {
    let image = BlockdevOptionsQcow2::new(file).discard_no_unref(true); //< newer: member discard-no-unref of struct BlockdevOptionsQcow2
    BlockdevAdd::new(BlockdevOptions::new(image).active(false)) //< newer: member active of union BlockdevOptions
}

pub fn returned(client: &Client) -> Result<usize, Error> {
    let machines = client.execute(&QueryMachines::new())?;
    for machine in &machines {
        let _ = format!("{:?}", machine.compat_props); //~ unstable: member compat-props of struct MachineInfo //< newer: member compat-props of struct MachineInfo
    }
    let first = machines.first().and_then(|machine| machine.compat_props.as_ref()); //~ unstable: member compat-props of struct MachineInfo //< newer: member compat-props of struct MachineInfo
    let parameters = client.execute(&QueryMigrateParameters::new()).unwrap();
    let has_period = parameters.x_vcpu_dirty_limit_period.is_some(); //~ unstable: member x-vcpu-dirty-limit-period of struct MigrationParameters //< newer: member x-vcpu-dirty-limit-period of struct MigrationParameters
    let old = client.execute_raw("drive-backup", None, &CallOptions::new()).is_ok(); //~ deprecated: command drive-backup //< deprecated: command drive-backup
    Ok(first.map_or(0, Vec::len) + usize::from(has_period) + usize::from(old))
}

/// The type of what comes out of here is not told in the function.
pub fn guessed(all: &[MigrationParameters]) -> bool {
    let pick = |number: usize| all.get(number);
    let parts = (pick(0).unwrap(), 1);
    parts.0.x_vcpu_dirty_limit_period.is_some() //~ ?unstable: member x-vcpu-dirty-limit-period of struct MigrationParameters //< ?newer: member x-vcpu-dirty-limit-period of struct MigrationParameters
}

pub fn hidden(parameters: &MigrationParameters) -> Option<u64> {
    macro_rules! read {
        ($member:ident) => {
            parameters.$member
        };
    }
    read!(x_checkpoint_delay).map(u64::from) // not seen: what macros make
}
