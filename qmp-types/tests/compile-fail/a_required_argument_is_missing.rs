use qmp_types::qmp::commands::BlockResize;

fn main() {
    // How large?
    BlockResize::new();
}
