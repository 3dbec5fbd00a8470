//! The inline markup of reStructuredText, and what QAPI adds to it: `@NAME`.

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span<'t> {
    Text(&'t str),
    /// ` ``TEXT`` `
    Literal(&'t str),
    /// `*TEXT*`
    Emphasis(&'t str),
    /// `**TEXT**`
    Strong(&'t str),
    /// `` :ROLE:`TITLE <TARGET>` ``, of which role and title may be missing.
    Interpreted {
        role: Option<&'t str>,
        title: Option<&'t str>,
        target: &'t str,
    },
    /// `` `TEXT <ADDRESS>`_ ``
    Link {
        text: &'t str,
        address: &'t str,
    },
    /// `` `NAME`_ `` or `NAME_`, whose address is defined elsewhere. With what it is if it is not.
    Named {
        name: &'t str,
        otherwise: &'t str,
    },
    /// An address on its own.
    Address(&'t str),
    /// `|NAME|`
    Substitution(&'t str),
    /// `@NAME`: a member, or anything else that the schema defines.
    Member(&'t str),
    /// `#NAME`: in documentation of old, something that the schema defines.
    Hash(&'t str),
}

/// How long the name of a role is looked for.
const LONGEST_ROLE: usize = 64;

/// Takes a text apart.
pub(super) fn read(text: &str) -> Vec<Span<'_>> {
    let mut reader = Reader { text, spans: Vec::new(), plain_start: 0, unclosed: Vec::new() };
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        match reader.span_at(at, character) {
            Some((span, length)) => {
                reader.end_plain(at);
                reader.spans.push(span);
                at += length;
                reader.plain_start = at;
            }
            None => at += character.len_utf8(),
        }
    }
    reader.end_plain(at);
    reader.spans
}

struct Reader<'t> {
    text: &'t str,
    spans: Vec<Span<'t>>,
    /// Where the text that is not markup began.
    plain_start: usize,
    /// Marks that do not close anything from here on, so that looking for them once is enough.
    unclosed: Vec<&'static str>,
}

/// A span, and how much of the text it is.
type Found<'t> = Option<(Span<'t>, usize)>;

impl<'t> Reader<'t> {
    fn end_plain(&mut self, at: usize) {
        if self.plain_start < at {
            self.spans.push(Span::Text(&self.text[self.plain_start..at]));
        }
    }

    fn span_at(&mut self, at: usize, character: char) -> Found<'t> {
        let before = self.text[..at].chars().next_back();
        let text = &self.text[at..];
        let may_begin = before.is_none_or(|it| it.is_whitespace() || "'\"([{<-/:".contains(it));
        let is_word_start = before.is_none_or(|it| !it.is_alphanumeric() && it != '_');
        match character {
            '\\' => escaped(text),
            '`' if may_begin && text.starts_with("``") => {
                self.marked(at, "``", "``").map(|(text, length)| (Span::Literal(text), length))
            }
            '`' if may_begin => self.interpreted(at),
            ':' if may_begin => self.with_role(at),
            '*' if may_begin && text.starts_with("**") => {
                self.marked(at, "**", "**").map(|(text, length)| (Span::Strong(text), length))
            }
            '*' if may_begin => {
                self.marked(at, "*", "*").map(|(text, length)| (Span::Emphasis(text), length))
            }
            '|' if may_begin => {
                self.marked(at, "|", "|").map(|(name, length)| (Span::Substitution(name), length))
            }
            '_' if may_begin && text.starts_with("_`") => {
                self.marked(at, "_`", "`").map(|(text, length)| (Span::Text(text), length))
            }
            '[' if may_begin => footnote(text),
            '@' if is_word_start => name(&text[1..]).map(|name| (Span::Member(name), 1 + name.len())),
            '#' if is_word_start => name(&text[1..]).map(|name| (Span::Hash(name), 1 + name.len())),
            '<' => address(&text[1..])
                .filter(|(_, length)| text[1 + length..].starts_with('>'))
                .map(|(span, length)| (span, length + 2)),
            'h' if is_word_start => address(text).or_else(|| named(before, text)),
            _ if is_word_start && character.is_alphanumeric() => named(before, text),
            _ => None,
        }
    }

    /// The text between marks, and its length with them.
    fn marked(&mut self, at: usize, open: &'static str, close: &'static str) -> Option<(&'t str, usize)> {
        let content_start = at + open.len();
        let content = &self.text[content_start..];
        let is_content = |it: char| !it.is_whitespace();
        // A mark in quotes of its own is no markup: "*".
        let before = self.text[..at].chars().next_back();
        let is_quoted = matches!(
            (before, content.chars().next()),
            (Some('\''), Some('\''))
                | (Some('"'), Some('"'))
                | (Some('('), Some(')'))
                | (Some('<'), Some('>'))
        );
        if !content.starts_with(is_content) || is_quoted || self.unclosed.contains(&close) {
            return None;
        }
        let closing = |&(end, _): &(usize, &str)| {
            let behind = content[end + close.len()..].chars().next();
            end > 0
                && content[..end].ends_with(is_content)
                && behind.is_none_or(|it| !it.is_alphanumeric() && it != '*' && it != '`')
        };
        match content.match_indices(close).find(closing) {
            Some((end, _)) => Some((&content[..end], open.len() + end + close.len())),
            None => {
                self.unclosed.push(close);
                None
            }
        }
    }

    /// What stands in single back quotes: a name of something, a link, or text with a role behind it.
    fn interpreted(&mut self, at: usize) -> Found<'t> {
        let (content, length) = self.marked(at, "`", "`")?;
        let behind = &self.text[at + length..];
        let underscores = behind.len() - behind.trim_start_matches('_').len();
        if let (1 | 2, (title, target)) = (underscores, title_and_target(content)) {
            let span = match title {
                Some(text) => Span::Link { text, address: target },
                None => Span::Named { name: target, otherwise: target },
            };
            return Some((span, length + underscores));
        }
        let role = role(behind);
        let (title, target) = title_and_target(content);
        Some((Span::Interpreted { role, title, target }, length + role.map_or(0, |role| role.len() + 2)))
    }

    fn with_role(&mut self, at: usize) -> Found<'t> {
        let role = role(&self.text[at..])?;
        let role_length = role.len() + 2;
        let is_followed = self.text[at + role_length..].starts_with('`');
        let (content, length) = is_followed.then(|| self.marked(at + role_length, "`", "`"))??;
        let (title, target) = title_and_target(content);
        Some((Span::Interpreted { role: Some(role), title, target }, role_length + length))
    }
}

/// A character that is no markup. White space behind a backslash is none.
fn escaped(text: &str) -> Found<'_> {
    let character = text[1..].chars().next()?;
    let shown = if character.is_whitespace() { "" } else { &text[1..1 + character.len_utf8()] };
    Some((Span::Text(shown), 1 + character.len_utf8()))
}

/// `[1]_`, shown without its underscore.
fn footnote(text: &str) -> Found<'_> {
    let is_label = |it: char| it.is_ascii_alphanumeric() || "#*.-_".contains(it);
    let close = 1 + text[1..].find(|it| !is_label(it))?;
    let is_footnote = text[close..].strip_prefix(']').is_some_and(is_reference_end);
    is_footnote.then(|| (Span::Text(&text[..=close]), close + 2))
}

/// `NAME_`, which does not begin behind a hyphen, in the middle of a name.
fn named(before: Option<char>, text: &str) -> Found<'_> {
    if before == Some('-') {
        return None;
    }
    let end = text.find(|it: char| !it.is_ascii_alphanumeric() && it != '-')?;
    is_reference_end(&text[end..])
        .then(|| (Span::Named { name: &text[..end], otherwise: &text[..=end] }, end + 1))
}

/// Whether a text begins with an underscore and what may stand behind a reference.
fn is_reference_end(text: &str) -> bool {
    let behind = text.strip_prefix('_').map(|text| text.chars().next());
    behind.is_some_and(|it| it.is_none_or(|it| it.is_whitespace() || ".,;:!?)]}'\"".contains(it)))
}

/// The name that a text begins with. Names of the schema are of ASCII letters, digits, `-`, `_`, `.`.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|it: char| !it.is_ascii_alphanumeric() && !"-_.".contains(it)).unwrap_or(text.len());
    let name = text[..end].trim_end_matches(['-', '.']);
    name.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_').then_some(name)
}

/// `:ROLE:`
fn role(text: &str) -> Option<&str> {
    let text = text.strip_prefix(':')?;
    let is_part = |it: &u8| it.is_ascii_alphanumeric() || b"-_.+:".contains(it);
    let length = text.bytes().take(LONGEST_ROLE).take_while(is_part).count();
    let (role, _) = text[..length].rsplit_once(':')?;
    (!role.is_empty() && !role.starts_with(':') && !role.ends_with(':')).then_some(role)
}

/// `TITLE <TARGET>`, or a target without title.
fn title_and_target(content: &str) -> (Option<&str>, &str) {
    let parts = content.strip_suffix('>').and_then(|content| content.rsplit_once('<'));
    match parts {
        Some((title, target)) if !title.trim().is_empty() => (Some(title.trim()), target),
        _ => (None, content),
    }
}

/// An address of the web that the text begins with, without the punctuation behind it.
fn address(text: &str) -> Found<'_> {
    let behind_scheme = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let ends = |it: char| it.is_whitespace() || it.is_control() || "<>[]\"`\\^{|}".contains(it);
    let scheme = text.len() - behind_scheme.len();
    let end = scheme + behind_scheme.find(ends).unwrap_or(behind_scheme.len());
    let mut address = text[..end].trim_end_matches(|it: char| ".,;:!?'*_".contains(it));
    if !address.contains('(') {
        address = address.trim_end_matches(|it: char| ".,;:!?')".contains(it));
    }
    let is_address = address.get(scheme..)?.starts_with(char::is_alphanumeric);
    is_address.then_some((Span::Address(address), address.len()))
}
