//! The nearest name to one that is not known.

/// `` did you mean `country`? `` when one of `names` is near enough to `name`.
pub(crate) fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, names).map(|near| format!("did you mean `{near}`?"))
}

/// The name at the smallest edit distance, at most a third of the length; the first of equals. Case costs nothing.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    // A name of hundreds of letters is no slip of the finger, and the comparison takes quadratic time.
    if letters > 100 {
        return None;
    }
    let folded = name.to_lowercase();
    names
        .into_iter()
        .filter(|candidate| candidate.len() <= 400 && *candidate != name)
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= letters / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_offered() {
        assert_eq!(nearest("contry", ["city", "country"]), Some("country"));
        assert_eq!(nearest("Country", ["city", "country"]), Some("country"));
        assert_eq!(nearest("όνομα", ["όνομά", "id"]), Some("όνομά"));
        assert_eq!(nearest("ID", ["country", "id"]), Some("id"));
        for (far, names) in [("x", ["country", "y"]), ("at", ["it", "id"])] {
            assert_eq!(nearest(far, names), None);
        }
    }
}
