//! "Did you mean": the nearest of the words that would have been right.

/// The candidate nearest to `word`, if it is near enough to be meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |it: &'a str| (strsim::damerau_levenshtein(word, it), it);
    let (distance, best) = candidates.into_iter().map(near).min()?;
    (distance <= (word.chars().count() / 3).max(1)).then_some(best)
}
