//! What is known of a server, for people.

use std::fmt::Write;

use qmp_client::Version;
use qmp_types::json::{FromJson, from_str};
use qmp_types::qmp::types::{BlockExportInfo, BlockInfo, JobInfo, MigrationInfo, StatusInfo};
use serde_json::Value;

use super::Answers;
use crate::output::text::visible;

/// Lines: what it is called, and what it is.
pub(super) fn screen(version: &Version, answers: &Answers) -> String {
    let mut screen = Screen(String::new());
    let qemu = version.qemu;
    let package = if version.package.is_empty() { String::new() } else { format!(" ({})", version.package) };
    screen.row("version", &format!("QEMU {}.{}.{}{package}", qemu.major, qemu.minor, qemu.micro));
    let text = |name: &str, member: &str| answers.get(name)?.get(member)?.as_str();
    text("name", "name").into_iter().for_each(|name| screen.row("name", name));
    if let Some(status) = typed::<StatusInfo>(answers, "status") {
        screen.row("status", status.status.as_str());
    }
    if let Some(machine) = answers.get("machine").and_then(Value::as_str) {
        screen.row("machine", machine.strip_suffix("-machine").unwrap_or(machine));
    }
    accelerator(answers).into_iter().for_each(|name| screen.row("accelerator", name));
    if let Some(cpus) = answers.get("cpus").and_then(Value::as_array) {
        screen.row("cpus", &cpus.len().to_string());
    }
    memory(answers).into_iter().for_each(|memory| screen.row("memory", &memory));
    screen.list("block", typed::<Vec<BlockInfo>>(answers, "block"), device);
    screen.list("exports", typed::<Vec<BlockExportInfo>>(answers, "exports"), export);
    screen.list("jobs", typed::<Vec<JobInfo>>(answers, "jobs"), job);
    if let Some(migration) = typed::<MigrationInfo>(answers, "migration") {
        screen.row("migration", &described(&migration));
    }
    screen.0.pop();
    screen.0
}

/// An answer as its type. One that is not of it is passed over: other questions may be answered well.
fn typed<T: FromJson>(answers: &Answers, name: &str) -> Option<T> {
    from_str(&answers.get(name)?.to_string()).ok()
}

struct Screen(String);

impl Screen {
    fn row(&mut self, name: &str, what: &str) {
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "{name:<12} {}", visible(what).replace('\n', " "));
    }

    /// A row for each; a word if there are none.
    fn list<T>(&mut self, name: &str, items: Option<Vec<T>>, describe: impl Fn(&T) -> String) {
        let Some(items) = items else { return };
        if items.is_empty() {
            self.row(name, "none");
        }
        for (index, item) in items.iter().enumerate() {
            self.row(if index == 0 { name } else { "" }, &describe(item));
        }
    }
}

fn accelerator(answers: &Answers) -> Option<&str> {
    let enabled = answers.get("accelerators").and_then(|it| it.get("enabled")?.as_str());
    let is_kvm = answers.get("kvm").and_then(|it| it.get("enabled")?.as_bool()) == Some(true);
    enabled.or(is_kvm.then_some("kvm"))
}

fn memory(answers: &Answers) -> Option<String> {
    let memory = answers.get("memory")?;
    let base = bytes(memory.get("base-memory")?.as_u64()?);
    let plugged = memory.get("plugged-memory").and_then(Value::as_u64).filter(|bytes| *bytes > 0);
    Some(plugged.map_or(base.clone(), |plugged| format!("{base}, {} plugged", bytes(plugged))))
}

fn device(device: &BlockInfo) -> String {
    let name =
        if device.device.is_empty() { device.qdev.as_deref().unwrap_or("unnamed") } else { &device.device };
    let Some(medium) = &device.inserted else { return format!("{name}: no medium") };
    let access = if medium.ro { "read-only" } else { "writable" };
    let size = u64::try_from(medium.image.virtual_size).map_or_else(|_| "?".to_owned(), bytes);
    let node = medium.node_name.as_deref().unwrap_or_default();
    let file = if medium.file.is_empty() { node } else { &medium.file };
    format!("{name}: {file} ({}, {size}, {access})", medium.drv)
}

fn export(export: &BlockExportInfo) -> String {
    let end = if export.shutting_down { ", ending" } else { "" };
    format!("{}: {} of {}{end}", export.id, export.r#type.as_str(), export.node_name)
}

fn job(job: &JobInfo) -> String {
    let percent = match (job.current_progress, job.total_progress) {
        (current, total) if total > 0 && (0..=total).contains(&current) => {
            format!(", {}%", i128::from(current) * 100 / i128::from(total))
        }
        _ => String::new(),
    };
    let error = job.error.as_ref().map_or(String::new(), |error| format!(", {error}"));
    format!("{}: {}, {}{percent}{error}", job.id, job.r#type.as_str(), job.status.as_str())
}

fn described(migration: &MigrationInfo) -> String {
    let Some(status) = &migration.status else { return "none".to_owned() };
    let mut text = status.as_str().to_owned();
    if let Some(ram) = &migration.ram {
        let sent = u64::try_from(ram.transferred).map_or_else(|_| "?".to_owned(), bytes);
        text.push_str(&format!(", {sent} sent"));
    }
    if let Some(error) = &migration.error_desc {
        text.push_str(&format!(": {error}"));
    }
    text
}

/// A number of bytes in the largest unit that keeps it exact to a tenth.
fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let power = (bytes | 1).ilog2() / 10;
    let Some(unit) = usize::try_from(power).ok().and_then(|power| UNITS.get(power.checked_sub(1)?)) else {
        return format!("{bytes} bytes");
    };
    let scale = 1_u128 << (10 * power);
    let tenths = u128::from(bytes) * 10 / scale;
    match tenths % 10 {
        0 => format!("{} {unit}", tenths / 10),
        tenth => format!("{}.{tenth} {unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_in_units() {
        let shown = [0, 1023, 1024, 1536, 64 << 20, 3 << 40, u64::MAX].map(bytes);
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1 KiB", "1.5 KiB", "64 MiB", "3 TiB", "15.9 EiB"]);
    }
}
