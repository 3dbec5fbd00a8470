//! Which types need a box: those that would contain themselves.

use std::collections::HashSet;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use qapi_schema::{Schema, TypeId, TypeKind};

/// How a type contains another. Cycles are cut at alternates first, then at branches, then at members:
/// in this order a user meets the fewest boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Containment {
    Alternative,
    Branch,
    Member,
}

/// The places where a value of one type inside another is boxed.
#[derive(Debug, Default)]
pub(crate) struct Boxing {
    boxed: HashSet<(TypeId, TypeId)>,
}

impl Boxing {
    /// Cuts all cycles of the schema's types. Arrays are no part of any: they live on the heap.
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut edges = edges(schema);
        let mut boxing = Self::default();
        loop {
            let cyclic = cyclic_edges(schema, &edges);
            let Some(cut) = cyclic.iter().map(|&(_, _, containment)| containment).min() else {
                return boxing;
            };
            let cut_here = cyclic.into_iter().filter(|&(_, _, containment)| containment == cut);
            boxing.boxed.extend(cut_here.map(|(from, to, _)| (from, to)));
            edges.retain(|&(from, to, _)| !boxing.is_boxed(from, to));
        }
    }

    /// Whether a value of type `to` directly inside one of type `from` is boxed.
    pub(crate) fn is_boxed(&self, from: TypeId, to: TypeId) -> bool {
        self.boxed.contains(&(from, to))
    }
}

type Edge = (TypeId, TypeId, Containment);

fn edges(schema: &Schema) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (id, type_) in schema.types() {
        match &type_.kind {
            TypeKind::Object(object) => {
                let members = schema.members(id).into_iter();
                edges.extend(members.map(|member| (id, member.type_id, Containment::Member)));
                let branches = object.variants.iter().flat_map(|variants| &variants.branches);
                edges.extend(branches.map(|branch| (id, branch.type_id, Containment::Branch)));
            }
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                edges.extend(alternatives.map(|it| (id, it.type_id, Containment::Alternative)));
            }
            TypeKind::Builtin(_) | TypeKind::Enum(_) | TypeKind::Array(_) => {}
        }
    }
    edges
}

/// The edges that are part of a cycle.
fn cyclic_edges(schema: &Schema, edges: &[Edge]) -> Vec<Edge> {
    let mut graph = DiGraph::<TypeId, ()>::new();
    let nodes: Vec<_> = schema.types().map(|(id, _)| graph.add_node(id)).collect();
    for &(from, to, _) in edges {
        graph.add_edge(nodes[from.index()], nodes[to.index()], ());
    }
    let mut component = vec![0; nodes.len()];
    for (number, members) in kosaraju_scc(&graph).into_iter().enumerate() {
        for node in members {
            component[node.index()] = number;
        }
    }
    let in_one_component = |&&(from, to, _): &&Edge| component[from.index()] == component[to.index()];
    edges.iter().filter(in_one_component).copied().collect()
}
