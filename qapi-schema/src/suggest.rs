//! "Did you mean".

use qapi_parser::Diagnostic;

/// Up to which length names are compared. Real ones stay below it.
const MAX_LENGTH: usize = 64;

/// The diagnostic, with a hint if one of the candidates is like the name that it is about.
pub(crate) fn suggest<'a>(
    diagnostic: Diagnostic,
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    match nearest(name, candidates) {
        Some(nearest) => diagnostic.with_hint(format!("did you mean '{nearest}'?")),
        None => diagnostic,
    }
}

/// The candidate that is most like a misspelled name, if one is like it.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Likeness takes time with the product of the lengths.
    let is_comparable = |candidate: &&str| name.len() <= MAX_LENGTH && candidate.len() <= MAX_LENGTH;
    candidates
        .filter(is_comparable)
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
        .map(|(_, candidate)| candidate)
}
