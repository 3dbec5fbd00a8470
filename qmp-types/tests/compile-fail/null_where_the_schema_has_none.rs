use qmp_types::Null;
use qmp_types::qmp::commands::DeviceDel;

fn main() {
    DeviceDel::new(Null);
}
