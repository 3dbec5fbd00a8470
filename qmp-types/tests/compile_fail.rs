//! Mistakes that the compiler finds, and what it says of them: `compile-fail/NAME.rs` and `NAME.stderr`.

#[test]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
