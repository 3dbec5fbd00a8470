//! How much memory a schema needs: at most twenty times its text. In a test program of its own, for it looks at the most that
//! the process ever had.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

use std::path::Path;

use qapi_parser::{Options, parse_text};

/// The most memory that this process had so far, in bytes; `None` where the system does not say.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[test]
fn a_schema_needs_twenty_times_its_text_at_most() {
    let definition = |at: usize| {
        format!(
            "##\n# @Type{at}x:\n#\n# One of many.\n#\n# @name: what it is called\n#\n# @next: the one behind it (since 9.1)\n#\n# Since: 1.0\n##\n\
             {{ 'struct': 'Type{at}x', 'data': {{ 'name': 'str', '*next': 'Type{at}x' }} }}\n\
             {{ 'command': 'query-{at}', 'data': {{ 'name': 'str', '*all': [ 'bool' ] }}, 'returns': [ 'Type{at}x' ] }}\n"
        )
    };
    let Some(before) = peak_memory() else {
        return eprintln!("skipped: the system does not tell the peak of memory");
    };
    let text: String = (0..20_000).map(definition).collect();
    let size = text.len();
    let ast = parse_text(Path::new("schema.json"), text, &Options::default()).unwrap();
    let schema = qapi_schema::from_ast(ast, None).unwrap();
    let used = peak_memory().unwrap() - before;
    assert_eq!(schema.commands().len(), 20_000);
    assert!(used < 20 * size, "{used} bytes for {size} bytes of text");
}
