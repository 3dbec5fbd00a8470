use qmp_types::qmp::commands::BlockdevAdd;
use qmp_types::qmp::types::{BlockdevOptions, BlockdevOptionsBranch, NetdevTapOptions};

fn main() {
    BlockdevAdd::new(BlockdevOptions::new(BlockdevOptionsBranch::File(NetdevTapOptions::new())));
}
