//! Arguments as given: names with dots, and text behind them.

use serde_json::Value;

/// How many names a key may have. More could not be sent: QEMU and JSON readers bound the nesting too.
const MAX_DEPTH: usize = 100;

/// A value as given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leaf {
    /// Text, of the type that the schema says.
    Text(String),
    /// A value whose type the user said.
    Json(Value),
}

/// A value, or what was given of its members or elements.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A value.
    Leaf(Leaf),
    /// Members by their names, elements by their numbers.
    Branch(Tree),
}

/// Names and what was given for them, in the order of their first mention.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tree(pub(crate) Vec<(String, Node)>);

/// Why a key cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeError {
    /// A name in it is empty.
    EmptyName,
    /// It has too many names.
    TooDeep,
    /// It was given already.
    Twice,
    /// A part of it was given as a whole.
    Whole,
}

impl std::fmt::Display for TreeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::EmptyName => "a name is missing",
            Self::TooDeep => "there are too many dots",
            Self::Twice => "it is given twice",
            Self::Whole => "it is given as a whole and in parts",
        })
    }
}

impl Tree {
    /// Adds a value under a key, names with dots between them.
    ///
    /// # Errors
    /// When the key is malformed, or contradicts one that is there.
    pub(crate) fn insert(&mut self, key: &str, leaf: Leaf) -> Result<(), TreeError> {
        if key.split('.').count() > MAX_DEPTH {
            return Err(TreeError::TooDeep);
        }
        if key.split('.').any(str::is_empty) {
            return Err(TreeError::EmptyName);
        }
        let (folder, name) = match key.rsplit_once('.') {
            Some((parents, name)) => (self.branch(parents)?, name),
            None => (self, key),
        };
        match folder.get(name) {
            None => folder.0.push((name.to_owned(), Node::Leaf(leaf))),
            Some(Node::Leaf(_)) => return Err(TreeError::Twice),
            Some(Node::Branch(_)) => return Err(TreeError::Whole),
        }
        Ok(())
    }

    /// Adds all values of another tree under a key.
    ///
    /// # Errors
    /// When one of them contradicts what is there.
    pub(crate) fn graft(&mut self, key: &str, other: Self) -> Result<(), TreeError> {
        if other.is_empty() {
            return Ok(());
        }
        let folder = self.branch(key)?;
        for (name, node) in other.0 {
            if folder.get(&name).is_some() {
                return Err(TreeError::Twice);
            }
            folder.0.push((name, node));
        }
        Ok(())
    }

    /// Whether nothing is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is given for a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, node)| node)
    }

    /// The text that is given for a name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Node::Leaf(Leaf::Text(text)) => Some(text),
            Node::Leaf(Leaf::Json(value)) => value.as_str(),
            Node::Branch(_) => None,
        }
    }

    /// Whether the names are the numbers from 0 on, in any order.
    pub(crate) fn is_list(&self) -> bool {
        !self.0.is_empty() && (0..self.0.len()).all(|index| self.get(&index.to_string()).is_some())
    }

    fn branch(&mut self, key: &str) -> Result<&mut Self, TreeError> {
        let mut folder = self;
        for name in key.split('.') {
            let index = match folder.0.iter().position(|(given, _)| given == name) {
                Some(index) => index,
                None => {
                    folder.0.push((name.to_owned(), Node::Branch(Self::default())));
                    folder.0.len() - 1
                }
            };
            folder = match folder.0.get_mut(index) {
                Some((_, Node::Branch(below))) => below,
                _ => return Err(TreeError::Whole),
            };
        }
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::{Leaf, Tree, TreeError};

    fn insert(tree: &mut Tree, key: &str) -> Result<(), TreeError> {
        tree.insert(key, Leaf::Text("x".to_owned()))
    }

    #[test]
    fn keys_do_not_contradict_each_other() {
        let mut tree = Tree::default();
        insert(&mut tree, "a.b.1").unwrap();
        insert(&mut tree, "a.b.0").unwrap();
        assert_eq!(insert(&mut tree, "a.b.0"), Err(TreeError::Twice));
        assert_eq!(insert(&mut tree, "a.b"), Err(TreeError::Whole));
        assert_eq!(insert(&mut tree, "a.b.0.c"), Err(TreeError::Whole));
        for key in ["", ".", "a.", ".a", "a..b"] {
            assert_eq!(insert(&mut tree, key), Err(TreeError::EmptyName));
        }
        assert_eq!(insert(&mut tree, &"a.".repeat(100_000)), Err(TreeError::TooDeep));
    }
}
