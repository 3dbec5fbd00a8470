//! What names mean: imports, modules and re-exports within a crate.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Item, ItemUse, UseTree};

use super::bindings::{Bindings, Target};
use super::sources::{ModulePath, SourceFile, name_of};

/// How many imports one after the other are followed.
const MAX_HOPS: usize = 24;

/// The names of one module.
#[derive(Debug, Default)]
struct Scope {
    /// What an import or an alias stands for.
    aliases: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// What the module defines itself.
    own: BTreeSet<String>,
}

/// The names of all modules.
#[derive(Debug)]
pub(super) struct Scopes {
    by_module: BTreeMap<ModulePath, Scope>,
    /// What the crate of the bindings is called.
    crate_name: String,
}

impl Scopes {
    pub(super) fn new(files: &[SourceFile], crate_name: &str) -> Self {
        let mut scopes = Self { by_module: BTreeMap::new(), crate_name: crate_name.to_owned() };
        for file in files {
            scopes.module(&file.module, &file.file.items);
        }
        scopes
    }

    fn module(&mut self, path: &ModulePath, items: &[Item]) {
        let mut collector = Collector::default();
        items.iter().for_each(|item| collector.item(item));
        let scope = self.by_module.entry(path.clone()).or_default();
        scope.aliases.extend(collector.scope.aliases);
        scope.globs.extend(collector.scope.globs);
        scope.own.extend(collector.scope.own);
        for item in items {
            if let Item::Mod(declared) = item
                && let Some((_, items)) = &declared.content
            {
                let inner = path.iter().cloned().chain([name_of(&declared.ident)]).collect();
                self.module(&inner, items);
            }
        }
    }

    /// Where a path in a module leads.
    pub(super) fn resolve(&self, bindings: &Bindings, module: &[String], path: &[String]) -> Target {
        self.follow(bindings, module, path, MAX_HOPS).unwrap_or(Target::Other)
    }

    fn follow(&self, bindings: &Bindings, module: &[String], path: &[String], hops: usize) -> Option<Target> {
        let hops = hops.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => return self.follow(bindings, module.get(..1)?, rest, hops),
            "self" => return self.follow(bindings, module, rest, hops),
            // A module has the name of its parent in front of it; the root has none.
            "super" => return self.follow(bindings, module.split_last()?.1, rest, hops),
            "" => return self.outside(bindings, rest),
            _ => {}
        }
        let scope = self.by_module.get(module)?;
        if let Some(alias) = scope.aliases.get(first) {
            let longer: Vec<String> = alias.iter().chain(rest).cloned().collect();
            // An import of a crate by its own name leads out.
            if alias.first() == Some(first) {
                return self.outside(bindings, &longer);
            }
            return self.follow(bindings, module, &longer, hops);
        }
        let inner: ModulePath = module.iter().chain([first]).cloned().collect();
        if self.by_module.contains_key(&inner) {
            return self.follow(bindings, &inner, rest, hops);
        }
        if scope.own.contains(first) {
            return Some(Target::Other);
        }
        if *first == self.crate_name {
            return self.outside(bindings, path);
        }
        scope.globs.iter().find_map(|glob| {
            let longer: Vec<String> = glob.iter().chain(path).cloned().collect();
            let target = self.follow(bindings, module, &longer, hops)?;
            // What a glob does not bring is not said to be missing.
            matches!(target, Target::Item(_) | Target::Variant(..) | Target::New(_)).then_some(target)
        })
    }

    fn outside(&self, bindings: &Bindings, path: &[String]) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        (*first == self.crate_name).then(|| bindings.resolve(rest))
    }
}

#[derive(Default)]
struct Collector {
    scope: Scope,
}

impl Collector {
    fn item(&mut self, item: &Item) {
        let own = match item {
            Item::Struct(it) => Some(&it.ident),
            Item::Enum(it) => Some(&it.ident),
            Item::Union(it) => Some(&it.ident),
            Item::Trait(it) => Some(&it.ident),
            Item::Const(it) => Some(&it.ident),
            Item::Static(it) => Some(&it.ident),
            Item::Fn(it) => Some(&it.sig.ident),
            Item::Type(it) => {
                if let syn::Type::Path(aliased) = &*it.ty {
                    self.scope.aliases.insert(name_of(&it.ident), segments(&aliased.path));
                }
                None
            }
            _ => None,
        };
        self.scope.own.extend(own.map(name_of));
        self.visit_item(item);
    }

    fn tree(&mut self, mut path: Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(it) => {
                path.push(name_of(&it.ident));
                self.tree(path, &it.tree);
            }
            UseTree::Name(it) if it.ident == "self" => self.alias(path.last().cloned(), path),
            UseTree::Name(it) => {
                path.push(name_of(&it.ident));
                self.alias(path.last().cloned(), path);
            }
            UseTree::Rename(it) => {
                if it.ident != "self" {
                    path.push(name_of(&it.ident));
                }
                self.alias(Some(name_of(&it.rename)), path);
            }
            UseTree::Glob(_) => self.scope.globs.push(path),
            UseTree::Group(it) => it.items.iter().for_each(|tree| self.tree(path.clone(), tree)),
        }
    }

    fn alias(&mut self, name: Option<String>, path: Vec<String>) {
        self.scope.aliases.extend(name.map(|name| (name, path)));
    }
}

/// Imports, those within functions too, which are taken for the module's.
impl<'ast> Visit<'ast> for Collector {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let front = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
        self.tree(front, &item.tree);
    }

    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {
        // It has names of its own.
    }

    fn visit_item(&mut self, item: &'ast Item) {
        visit::visit_item(self, item);
    }
}

/// The names of a path, the first of them empty if it begins with `::`.
pub(super) fn segments(path: &syn::Path) -> Vec<String> {
    let front = path.leading_colon.map(|_| String::new());
    front.into_iter().chain(path.segments.iter().map(|segment| name_of(&segment.ident))).collect()
}
