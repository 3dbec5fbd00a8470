use qmp_types::qmp::commands::BlockResize;

fn main() {
    BlockResize::new("1G").node_name("disk0");
}
