//! Code without its documentation.

use proc_macro2::{Group, TokenStream, TokenTree};

/// The same code without documentation, wherever in an item it stands.
pub(super) fn undocumented(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut rest = TokenStream::new();
    while let Some(token) = tokens.next() {
        match (token, tokens.peek()) {
            (TokenTree::Punct(mark), Some(TokenTree::Group(attribute)))
                if mark.as_char() == '#' && is_documentation(attribute) =>
            {
                tokens.next();
            }
            (TokenTree::Group(group), _) => {
                let content = undocumented(group.stream());
                rest.extend([TokenTree::from(Group::new(group.delimiter(), content))]);
            }
            (token, _) => rest.extend([token]),
        }
    }
    rest
}

/// Whether an attribute, less its `#`, is `doc = "…"`.
fn is_documentation(attribute: &Group) -> bool {
    let tokens: Vec<_> = attribute.stream().into_iter().take(2).collect();
    matches!(&tokens[..], [TokenTree::Ident(name), TokenTree::Punct(mark)] if name == "doc" && mark.as_char() == '=')
}
