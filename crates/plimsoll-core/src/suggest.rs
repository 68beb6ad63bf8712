//! "Did you mean": the nearest of the words that would have been right.

/// Longer words are not compared: nobody mistypes them, and the cost grows with the square of the length.
const LONGEST: usize = 64;

/// The candidate nearest to `word`, if it is near enough to be meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    let near = |it: &&'a str| it.len().abs_diff(word.len()) <= limit * 4 && it.len() <= LONGEST;
    // A file may have thousands of names, and only a list that people can look through deserves a guess.
    let candidates = candidates.into_iter().take(1_024).filter(near);
    let (distance, best) = candidates.map(|it| (strsim::damerau_levenshtein(word, it), it)).min()?;
    (distance <= limit).then_some(best)
}
