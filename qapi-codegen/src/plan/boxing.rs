//! Which types need a box: those that would contain themselves.

use std::collections::HashSet;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use qapi_schema::{EntityId, Role, Schema, TypeId, Use};

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
    let edge = |from| {
        move |used: Use| {
            let containment = match used.role {
                Role::Alternative(_) => Containment::Alternative,
                Role::Branch(_) => Containment::Branch,
                Role::Member(_) => Containment::Member,
                Role::Element | Role::Base | Role::Arguments | Role::Returns | Role::Data => return None,
            };
            Some((from, used.type_id, containment))
        }
    };
    let types = schema.types().map(|(id, _)| id);
    types.flat_map(|id| schema.uses(EntityId::Type(id)).into_iter().filter_map(edge(id))).collect()
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
