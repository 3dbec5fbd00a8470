//! Columns.

use anstyle::Style;
use qapi_parser::printable;

/// The style of the names of columns.
const HEAD: Style = Style::new().bold();

/// Lines of columns that are as wide as they have to be, below their names. What is in them may be anything.
#[must_use]
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: Vec<_> = rows.into_iter().map(|row| row.map(|cell| printable(&cell))).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|name| name.len())).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    let mut text = String::new();
    push(&mut text, &widths, head, HEAD);
    for row in &rows {
        text.push('\n');
        push(&mut text, &widths, row.each_ref().map(String::as_str), Style::new());
    }
    text
}

fn push<const N: usize>(text: &mut String, widths: &[usize], cells: [&str; N], style: Style) {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    let line = padded.collect::<Vec<_>>().join("  ");
    text.push_str(&format!("{style}{}{style:#}", line.trim_end()));
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [["é", "1"], ["a\u{1b}b", ""]].map(|row| row.map(str::to_owned));
        let text = anstream::adapter::strip_str(&table(["NAME", "N"], rows)).to_string();
        assert_eq!(text, "NAME      N\né         1\na\\u{1b}b");
    }
}
