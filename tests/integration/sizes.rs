//! No type is so large that moving its values costs more than it must.

use integration_tests::bindings::{QGA, QMP};

/// The most bytes that a value takes, without what is on the heap.
const LARGEST: usize = 1088;

/// How many of the types are shown.
const SHOWN: usize = 15;

#[test]
fn types_are_not_too_large() {
    let mut bindings: Vec<_> = QMP.iter().chain(QGA).collect();
    bindings.sort_by_key(|binding| (std::cmp::Reverse(binding.size), binding.rust_name));
    let shown: Vec<_> =
        bindings.iter().take(SHOWN).map(|it| format!("{:6} {}", it.size, it.rust_name)).collect();
    println!("{}", shown.join("\n"));
    // A limit that nothing reaches is none.
    assert_eq!(bindings[0].size, LARGEST, "the largest types are\n{}", shown.join("\n"));
}
