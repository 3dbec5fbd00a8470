//! What a file uses of the bindings: paths for sure, fields and setters as far as it can be told what they belong to.
//!
//! Types are inferred from what stands there: constructors, annotations, setters, fields, what commands return, patterns. That is less
//! than the compiler knows, and needs no compiler.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use qapi_codegen::RustType;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, FnArg, Item, ItemImpl, Lit, Member, Pat, Stmt, Token, Type};

use super::bindings::{Bindings, ItemId, Target, Used};
use super::scopes::{Scopes, segments};
use super::sources::{ModulePath, SourceFile, name_of};

/// A use of something of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) used: Used,
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
    /// Whether it was told by nothing but the name, which one type alone has of those that the file can come to.
    pub(super) is_guess: bool,
}

/// What a file uses, and what could not be told.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) uses: BTreeSet<Use>,
    /// Paths that the bindings do not have, by where they stand.
    pub(super) unknown: BTreeSet<(usize, usize, String)>,
    /// How many macros were not understood.
    pub(super) unread_macros: usize,
}

/// Reads a file.
pub(super) fn read(bindings: &Bindings, scopes: &Scopes, source: &SourceFile) -> Uses {
    let mut reader = Reader {
        bindings,
        scopes,
        module: source.module.clone(),
        variables: vec![BTreeMap::new()],
        named: BTreeSet::new(),
        untold: Vec::new(),
        uses: Uses::default(),
    };
    reader.visit_file(&source.file);
    reader.guess();
    reader.uses
}

/// A type, as far as it leads to the bindings.
#[derive(Debug, Clone)]
pub(super) enum Inferred {
    Item(ItemId),
    /// Several values of a type: a `Vec`, an iterator.
    List(Box<Self>),
    /// An `Option`. A `Result` is taken for what it holds.
    Maybe(Box<Self>),
}

pub(super) struct Reader<'r> {
    pub(super) bindings: &'r Bindings,
    scopes: &'r Scopes,
    module: ModulePath,
    /// The variables, block by block.
    variables: Vec<BTreeMap<String, Option<Inferred>>>,
    /// The items that the file names.
    named: BTreeSet<ItemId>,
    /// Setters and fields of values of unknown types.
    untold: Vec<(String, bool, Span)>,
    uses: Uses,
}

impl Reader<'_> {
    pub(super) fn record(&mut self, used: Used, span: Span) {
        self.add(used, span, false);
    }

    fn add(&mut self, used: Used, span: Span, is_guess: bool) {
        let start = span.start();
        self.uses.uses.insert(Use { used, line: start.line, column: start.column + 1, is_guess });
    }

    /// What a path leads to, with all uses that it is.
    pub(super) fn path(&mut self, path: &syn::Path) -> Target {
        let target = self.scopes.resolve(self.bindings, &self.module, &segments(path));
        let span = path.segments.last().map_or_else(|| path.span(), |segment| segment.ident.span());
        match &target {
            Target::Item(id) => self.definition(*id, span),
            Target::Variant(id, variant) => {
                self.definition(*id, span);
                self.record(Used::Variant(*id, *variant), span);
            }
            Target::New(id) => {
                self.definition(*id, span);
                for (field, it) in self.bindings.item(*id).fields.iter().enumerate() {
                    if it.setter.is_none() {
                        self.record(Used::Member(*id, field), span);
                    }
                }
            }
            Target::Unknown(name) => {
                let start = span.start();
                self.uses.unknown.insert((start.line, start.column + 1, name.clone()));
            }
            Target::Other => {}
        }
        target
    }

    fn definition(&mut self, id: ItemId, span: Span) {
        self.named.insert(id);
        self.record(Used::Definition(id), span);
    }

    pub(super) fn bind(&mut self, name: String, inferred: Option<Inferred>) {
        if let Some(block) = self.variables.last_mut() {
            block.insert(name, inferred);
        }
    }

    /// Does something in a block of its own.
    pub(super) fn within<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.variables.push(BTreeMap::new());
        let done = act(self);
        self.variables.pop();
        done
    }

    pub(super) fn variable(&self, name: &str) -> Option<Inferred> {
        self.variables.iter().rev().find_map(|block| block.get(name)).cloned().flatten()
    }

    /// What a type of the bindings is here.
    pub(super) fn inferred(&self, near: ItemId, rust_type: &RustType, is_optional: bool) -> Option<Inferred> {
        let (id, lists) = self.bindings.named(near, rust_type)?;
        let inferred = (0..lists).fold(Inferred::Item(id), |inner, _| Inferred::List(Box::new(inner)));
        Some(if is_optional { Inferred::Maybe(Box::new(inferred)) } else { inferred })
    }

    /// The field of an item, with its use. Through a command or event around a type, its fields are not to be had.
    pub(super) fn field(&mut self, id: ItemId, name: &str, span: Span) -> Option<Inferred> {
        let item = self.bindings.item(id);
        if name == "0" {
            return self.inferred(id, item.around.as_ref()?, false);
        }
        let (index, field) = item.fields.iter().enumerate().find(|(_, field)| field.rust_name == name)?;
        self.record(Used::Member(id, index), span);
        self.inferred(id, &field.field_type, field.setter.is_some())
    }

    /// Whether it is a setter of an item, with its use.
    pub(super) fn setter(&mut self, id: ItemId, name: &str, span: Span) -> bool {
        let mut fields = self.bindings.item(id).fields.iter();
        let found = fields.position(|field| field.setter.as_deref() == Some(name));
        if let Some(field) = found {
            self.record(Used::Member(id, field), span);
        }
        found.is_some()
    }

    pub(super) fn leave_untold(&mut self, name: String, is_setter: bool, span: Span) {
        self.untold.push((name, is_setter, span));
    }

    /// A command by its name on the wire.
    pub(super) fn command_by_name(&mut self, argument: Option<&Expr>) {
        let Some(Expr::Lit(literal)) = argument else { return };
        let Lit::Str(name) = &literal.lit else { return };
        if let Some(id) = self.bindings.command(&name.value()) {
            self.record(Used::Definition(id), name.span());
        }
    }

    /// Setters and fields whose names one type alone has, of those that the file can come to.
    fn guess(&mut self) {
        let bindings = self.bindings;
        let mut candidates: BTreeMap<(&str, bool), Vec<Used>> = BTreeMap::new();
        for id in bindings.reach(&self.named) {
            for (index, field) in bindings.item(id).fields.iter().enumerate() {
                let used = Used::Member(id, index);
                candidates.entry((&field.rust_name, false)).or_default().push(used);
                if let Some(setter) = &field.setter {
                    candidates.entry((setter, true)).or_default().push(used);
                }
            }
        }
        for (name, is_setter, span) in std::mem::take(&mut self.untold) {
            if let Some([only]) = candidates.get(&(name.as_str(), is_setter)).map(Vec::as_slice) {
                self.add(*only, span, true);
            }
        }
    }

    /// The type that is written down.
    fn annotated(&self, written: &Type) -> Option<Inferred> {
        match written {
            Type::Reference(it) => self.annotated(&it.elem),
            Type::Paren(it) => self.annotated(&it.elem),
            Type::Group(it) => self.annotated(&it.elem),
            Type::Slice(it) => Some(Inferred::List(Box::new(self.annotated(&it.elem)?))),
            Type::Array(it) => Some(Inferred::List(Box::new(self.annotated(&it.elem)?))),
            Type::Path(it) => {
                match self.scopes.resolve(self.bindings, &self.module, &segments(&it.path)) {
                    Target::Item(id) => return Some(Inferred::Item(id)),
                    Target::Other => {}
                    _ => return None,
                }
                let last = it.path.segments.last()?;
                let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
                let inner = arguments.args.iter().find_map(|argument| match argument {
                    syn::GenericArgument::Type(inner) => self.annotated(inner),
                    _ => None,
                })?;
                Some(match last.ident.to_string().as_str() {
                    "Vec" | "VecDeque" => Inferred::List(Box::new(inner)),
                    "Option" => Inferred::Maybe(Box::new(inner)),
                    _ => inner,
                })
            }
            _ => None,
        }
    }

    /// Takes a pattern apart that says its type.
    pub(super) fn typed_pattern(&mut self, pattern: &syn::PatType) {
        self.visit_type(&pattern.ty);
        let inferred = self.annotated(&pattern.ty);
        self.pattern(&pattern.pat, inferred);
    }

    /// What a macro is given, if that is expressions, an expression and a pattern, or statements.
    fn tokens(&mut self, tokens: &proc_macro2::TokenStream) {
        let expressions = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(expressions) = expressions.parse2(tokens.clone()) {
            expressions.iter().for_each(|expression| self.visit_expr(expression));
            return;
        }
        let matched = |input: syn::parse::ParseStream<'_>| {
            let expression: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard = match input.parse::<Option<Token![if]>>()? {
                Some(_) => Some(input.parse::<Expr>()?),
                None => None,
            };
            input.parse::<Option<Token![,]>>()?;
            Ok((expression, pattern, guard))
        };
        if let Ok((expression, pattern, guard)) = matched.parse2(tokens.clone()) {
            let inferred = self.infer(&expression);
            self.within(|reader| {
                reader.pattern(&pattern, inferred);
                guard.iter().for_each(|guard| reader.visit_expr(guard));
            });
            return;
        }
        match Block::parse_within.parse2(tokens.clone()) {
            Ok(statements) => {
                self.within(|reader| statements.iter().for_each(|statement| reader.visit_stmt(statement)));
            }
            Err(_) => self.uses.unread_macros += 1,
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path);
        visit::visit_path(self, path);
    }

    // An import is no use yet.
    fn visit_item_use(&mut self, _: &'ast syn::ItemUse) {}

    // What attributes say is not code.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(name_of(&module.ident));
        self.within(|reader| visit::visit_item_mod(reader, module));
        self.module.pop();
    }

    fn visit_item(&mut self, item: &'ast Item) {
        self.within(|reader| visit::visit_item(reader, item));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.within(|reader| visit::visit_impl_item_fn(reader, function));
    }

    fn visit_fn_arg(&mut self, argument: &'ast FnArg) {
        if let FnArg::Typed(parameter) = argument {
            self.typed_pattern(parameter);
        }
    }

    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        let inferred = self.annotated(&block.self_ty);
        self.bind("self".to_owned(), inferred);
        visit::visit_item_impl(self, block);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.within(|reader| visit::visit_block(reader, block));
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let Stmt::Local(local) = statement else { return visit::visit_stmt(self, statement) };
        let mut inferred = None;
        if let Some(init) = &local.init {
            inferred = self.infer(&init.expr);
            if let Some((_, diverging)) = &init.diverge {
                self.visit_expr(diverging);
            }
        }
        self.pattern(&local.pat, inferred);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        self.infer(expression);
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        self.pattern(pattern, None);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.tokens(&called.tokens);
    }
}

/// The name of a field.
pub(super) fn member_name(member: &Member) -> String {
    match member {
        Member::Named(name) => name_of(name),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
