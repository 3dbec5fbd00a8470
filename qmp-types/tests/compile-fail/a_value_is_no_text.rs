use qmp_types::qmp::commands::BlockdevBackup;

fn main() {
    BlockdevBackup::new("disk0", "backup0", "full");
}
