use qmp_types::qmp::commands::BlockdevAdd;
use qmp_types::qmp::types::NetdevUserOptions;

fn main() {
    BlockdevAdd::new(NetdevUserOptions::new());
}
