//! What expressions and patterns are.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, ExprMethodCall, Pat, Stmt};

use super::bindings::Target;
use super::reader::{Inferred, Reader, member_name};
use super::scopes::segments;
use super::sources::name_of;

/// Methods of clients that take a command and give what it returns.
const EXECUTE: [&str; 4] = ["execute", "execute_with", "execute_oob", "execute_with_fds"];

/// Methods that give what an `Option` or a `Result` holds.
const HELD: [&str; 9] = [
    "unwrap",
    "expect",
    "unwrap_or_default",
    "unwrap_or",
    "unwrap_or_else",
    "ok_or",
    "ok_or_else",
    "map_err",
    "context",
];

/// Methods that give the same, or a reference to it.
const SAME: [&str; 8] = ["clone", "as_ref", "as_mut", "as_deref", "to_owned", "borrow", "cloned", "copied"];

/// Methods that give an element, if there is one.
const ELEMENT: [&str; 9] = ["first", "last", "next", "find", "get", "pop", "nth", "min_by_key", "max_by_key"];

/// Methods of lists and options that give a number or a truth.
const ENDS: [&str; 10] =
    ["len", "is_empty", "is_some", "is_none", "any", "all", "count", "for_each", "is_some_and", "is_none_or"];

/// Methods whose result is what their closure gives.
const MAPS: [&str; 4] = ["map", "and_then", "filter_map", "flat_map"];

impl Reader<'_> {
    /// What an expression is, with all uses in it.
    pub(super) fn infer(&mut self, expression: &Expr) -> Option<Inferred> {
        match expression {
            Expr::Path(it) => {
                if let [name] = &segments(&it.path)[..]
                    && let Some(inferred) = self.variable(name)
                {
                    return Some(inferred);
                }
                visit::visit_expr_path(self, it);
                None
            }
            Expr::Call(it) => self.call(it),
            Expr::MethodCall(it) => self.method_call(it),
            Expr::Field(it) => {
                let base = self.infer(&it.base);
                let name = member_name(&it.member);
                match base {
                    Some(Inferred::Item(id)) => self.field(id, &name, it.member.span()),
                    Some(_) => None,
                    None => {
                        self.leave_untold(name, false, it.member.span());
                        None
                    }
                }
            }
            Expr::Struct(it) => {
                let target = self.path(&it.path);
                it.fields.iter().for_each(|field| self.visit_expr(&field.expr));
                it.rest.iter().for_each(|rest| self.visit_expr(rest));
                let Target::Item(id) = target else { return None };
                for field in &it.fields {
                    self.field(id, &member_name(&field.member), field.member.span());
                }
                Some(Inferred::Item(id))
            }
            Expr::Reference(it) => self.infer(&it.expr),
            Expr::Paren(it) => self.infer(&it.expr),
            Expr::Group(it) => self.infer(&it.expr),
            Expr::Await(it) => self.infer(&it.base),
            Expr::Unary(it) => self.infer(&it.expr),
            Expr::Try(it) => match self.infer(&it.expr) {
                Some(Inferred::Maybe(inner)) => Some(*inner),
                other => other,
            },
            Expr::Index(it) => {
                self.visit_expr(&it.index);
                self.infer(&it.expr).map(one)
            }
            Expr::Array(it) => {
                let elements: Vec<_> = it.elems.iter().map(|element| self.infer(element)).collect();
                elements.into_iter().flatten().next().map(list)
            }
            Expr::Block(it) => self.block(&it.block),
            Expr::If(it) => self.within(|reader| {
                reader.visit_expr(&it.cond);
                let inferred = reader.block(&it.then_branch);
                let other = it.else_branch.as_ref().and_then(|(_, other)| reader.infer(other));
                inferred.or(other)
            }),
            Expr::While(it) => self.within(|reader| {
                reader.visit_expr(&it.cond);
                reader.visit_block(&it.body);
                None
            }),
            Expr::Let(it) => {
                let inferred = self.infer(&it.expr);
                self.pattern(&it.pat, inferred);
                None
            }
            Expr::Match(it) => {
                let matched = self.infer(&it.expr);
                let arms: Vec<_> = it.arms.iter().map(|arm| self.arm(arm, matched.clone())).collect();
                arms.into_iter().flatten().next()
            }
            Expr::ForLoop(it) => {
                let inferred = self.infer(&it.expr).map(one);
                self.within(|reader| {
                    reader.pattern(&it.pat, inferred);
                    reader.visit_block(&it.body);
                });
                None
            }
            Expr::Closure(it) => {
                self.closure(it, None);
                None
            }
            other => {
                visit::visit_expr(self, other);
                None
            }
        }
    }

    fn block(&mut self, block: &syn::Block) -> Option<Inferred> {
        self.within(|reader| {
            let (last, front) = block.stmts.split_last()?;
            front.iter().for_each(|statement| reader.visit_stmt(statement));
            match last {
                Stmt::Expr(expression, None) => reader.infer(expression),
                other => {
                    reader.visit_stmt(other);
                    None
                }
            }
        })
    }

    fn arm(&mut self, arm: &syn::Arm, matched: Option<Inferred>) -> Option<Inferred> {
        self.within(|reader| {
            reader.pattern(&arm.pat, matched);
            reader.infer(&arm.body)
        })
    }

    fn call(&mut self, call: &syn::ExprCall) -> Option<Inferred> {
        let arguments: Vec<_> = call.args.iter().map(|argument| self.infer(argument)).collect();
        let Expr::Path(function) = &*call.func else {
            self.visit_expr(&call.func);
            return None;
        };
        let first = || arguments.into_iter().next().flatten();
        match self.path(&function.path) {
            Target::New(id) | Target::Variant(id, _) => return Some(Inferred::Item(id)),
            Target::Item(id) => {
                let last = function.path.segments.last()?;
                // `from` and `default`; anything else of an item gives something else.
                return (last.ident == "from" || last.ident == "default").then_some(Inferred::Item(id));
            }
            Target::Unknown(_) => return None,
            Target::Other => {}
        }
        visit::visit_expr_path(self, function);
        let names = segments(&function.path);
        match names.last().map(String::as_str) {
            Some("Some") => first().map(maybe),
            // What these hold is what is of interest.
            Some("Ok") => first(),
            Some("new") if matches!(&names[..], [name, _] if ["Box", "Arc", "Rc"].contains(&&**name)) => {
                first()
            }
            _ => None,
        }
    }

    fn method_call(&mut self, call: &ExprMethodCall) -> Option<Inferred> {
        let receiver = self.infer(&call.receiver);
        let name = name_of(&call.method);
        if let Some(turbofish) = &call.turbofish {
            self.visit_angle_bracketed_generic_arguments(turbofish);
        }
        let element = receiver.clone().map(one);
        let mut arguments = Vec::new();
        let mut mapped = None;
        for argument in &call.args {
            match argument {
                Expr::Closure(closure) => mapped = self.closure(closure, element.clone()),
                other => arguments.push(self.infer(other)),
            }
        }
        if EXECUTE.contains(&name.as_str()) {
            let Some(Some(Inferred::Item(command))) = arguments.first() else { return None };
            let returns = self.bindings.item(*command).returns.as_ref()?;
            return self.inferred(*command, returns, false);
        }
        if name == "execute_raw" {
            self.command_by_name(call.args.first());
            return None;
        }
        let name = &*name;
        match receiver {
            Some(Inferred::Item(id)) => {
                let is_setter = call.args.len() == 1 && self.setter(id, name, call.method.span());
                let is_same = is_setter || HELD.contains(&name) || SAME.contains(&name);
                is_same.then_some(Inferred::Item(id))
            }
            Some(_) if ENDS.contains(&name) => None,
            Some(Inferred::Maybe(inner)) if HELD.contains(&name) => Some(*inner),
            Some(Inferred::List(inner)) if ELEMENT.contains(&name) => Some(Inferred::Maybe(inner)),
            Some(Inferred::List(_)) if MAPS.contains(&name) => mapped.map(|it| list(one(it))),
            Some(Inferred::Maybe(_)) if MAPS.contains(&name) => mapped.map(|it| maybe(one(it))),
            Some(other) => Some(other),
            None => {
                if call.args.len() == 1 {
                    self.leave_untold(name.to_owned(), true, call.method.span());
                }
                None
            }
        }
    }

    /// What a closure gives, when its first parameter is of a type.
    fn closure(&mut self, closure: &ExprClosure, first: Option<Inferred>) -> Option<Inferred> {
        self.within(|reader| {
            let mut first = first;
            for input in &closure.inputs {
                reader.pattern(input, first.take());
            }
            reader.infer(&closure.body)
        })
    }

    /// Takes a pattern apart, and binds its variables.
    pub(super) fn pattern(&mut self, pattern: &Pat, inferred: Option<Inferred>) {
        match pattern {
            Pat::Ident(it) => {
                if let Some((_, inner)) = &it.subpat {
                    self.pattern(inner, inferred.clone());
                }
                self.bind(name_of(&it.ident), inferred);
            }
            Pat::Type(it) => self.typed_pattern(it),
            Pat::Reference(it) => self.pattern(&it.pat, inferred),
            Pat::Paren(it) => self.pattern(&it.pat, inferred),
            Pat::Or(it) => it.cases.iter().for_each(|case| self.pattern(case, inferred.clone())),
            Pat::Guard(it) => {
                self.pattern(&it.pat, inferred);
                self.visit_expr(&it.guard);
            }
            Pat::TupleStruct(it) => {
                let inner = match self.path(&it.path) {
                    Target::Variant(id, variant) => {
                        let data = self.bindings.item(id).variants[variant].data.clone();
                        data.and_then(|data| self.inferred(id, &data, false))
                    }
                    // A variant of all commands or all events, which holds the one of its name.
                    Target::Item(id) => Some(Inferred::Item(id)),
                    _ => match it.path.segments.last() {
                        Some(last) if last.ident == "Some" => inferred.map(one),
                        Some(last) if last.ident == "Ok" => inferred,
                        _ => None,
                    },
                };
                it.elems.iter().for_each(|element| self.pattern(element, inner.clone()));
            }
            Pat::Struct(it) => {
                let target = self.path(&it.path);
                for field in &it.fields {
                    let inner = match target {
                        Target::Item(id) => self.field(id, &member_name(&field.member), field.member.span()),
                        _ => None,
                    };
                    self.pattern(&field.pat, inner);
                }
            }
            Pat::Slice(it) => {
                let inner = inferred.map(one);
                it.elems.iter().for_each(|element| self.pattern(element, inner.clone()));
            }
            other => visit::visit_pat(self, other),
        }
    }
}

/// What a list or an option is of.
fn one(inferred: Inferred) -> Inferred {
    match inferred {
        Inferred::List(inner) | Inferred::Maybe(inner) => *inner,
        item => item,
    }
}

fn list(inferred: Inferred) -> Inferred {
    Inferred::List(Box::new(inferred))
}

fn maybe(inferred: Inferred) -> Inferred {
    Inferred::Maybe(Box::new(inferred))
}
