use qmp_types::qmp::commands::DeviceDel;

fn main() {
    DeviceDel::new("nic0").force(true);
}
