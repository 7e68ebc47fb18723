//! Names as English words, in the singular and the plural.

/// A name as words: `total_spent` and `totalSpent` are "total spent".
pub(crate) fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    let mut before = ' ';
    for letter in name.chars() {
        if letter == '_' || letter == '.' || letter.is_whitespace() || letter.is_control() {
            if !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
        } else if before.is_lowercase() && letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
        before = letter;
    }
    words.truncate(words.trim_end().len());
    if words.is_empty() { "it".to_owned() } else { words }
}

/// `1 purchase`, `2 purchases`, `no purchases`, from the name of a collection in either form.
pub(crate) fn counted(count: u64, name: &str) -> String {
    match count {
        0 => format!("no {}", plural(name)),
        1 => format!("1 {}", singular(name)),
        _ => format!("{count} {}", plural(name)),
    }
}

/// `a purchase`, `an order`, from the name of a collection in either form.
pub(crate) fn one_of(name: &str) -> String {
    let one = singular(name);
    let by_sound = |starts: &[&str]| starts.iter().any(|it| one.to_lowercase().starts_with(it));
    let an = by_sound(&["a", "e", "i", "o", "u", "hour", "honest", "heir"])
        && !by_sound(&["uni", "use", "usa", "eu", "one", "once", "ubi"])
        || by_sound(&["unin", "unim"]);
    format!("{} {one}", if an { "an" } else { "a" })
}

/// A name or phrase with "the" before it, where it has no article or quotation marks.
pub(super) fn the(said: &str) -> String {
    let has = ["the ", "a ", "an ", "“", "(", "now", "today"];
    if has.iter().any(|it| said.starts_with(it)) || said.starts_with(|it: char| it.is_ascii_digit()) {
        said.to_owned()
    } else {
        format!("the {said}")
    }
}

/// The name of one: `page_views` is "page view".
pub(crate) fn singular(name: &str) -> String {
    last_word(name, |word| one(word).unwrap_or_else(|| word.to_owned()))
}

/// The name of several: `page_view` and `page_views` are "page views".
pub(crate) fn plural(name: &str) -> String {
    last_word(name, |word| {
        if is_plural(word) {
            word.to_owned()
        } else {
            many(word)
        }
    })
}

/// Whether the name is that of several.
pub(crate) fn is_plural(name: &str) -> bool {
    let words = words(name);
    one(words.rsplit(' ').next().unwrap_or_default()).is_some()
}

/// Changes the last of the words of a name.
fn last_word(name: &str, change: impl Fn(&str) -> String) -> String {
    let words = words(name);
    match words.rsplit_once(' ') {
        Some((before, last)) => format!("{before} {}", change(last)),
        None => change(&words),
    }
}

/// Plurals that no rule makes, with their singulars.
const IRREGULAR: &[(&str, &str)] = &[
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("feet", "foot"),
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("selfies", "selfie"),
    ("calories", "calorie"),
    ("ties", "tie"),
    ("pies", "pie"),
    ("caches", "cache"),
    ("axes", "axis"),
    ("analyses", "analysis"),
    ("quizzes", "quiz"),
    ("houses", "house"),
    ("warehouses", "warehouse"),
    ("causes", "cause"),
    ("pauses", "pause"),
    ("clauses", "clause"),
    ("uses", "use"),
    ("excuses", "excuse"),
    ("lives", "life"),
    ("shelves", "shelf"),
    ("gifts", "gift"),
];

/// Words that are the same for one and for several, or have no plural.
const SAME: &[&str] = &[
    "news", "series", "species", "feedback", "data", "media", "traffic", "sms", "always", "gas", "plus",
    "yes",
];

/// The singular of a plural; nothing when the word is not one.
fn one(word: &str) -> Option<String> {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return Some((*one).to_owned());
    }
    if SAME.contains(&word) || word.chars().count() < 3 {
        return None;
    }
    let stem = word.strip_suffix('s')?;
    // "nps" and "gps" are no plurals.
    if !stem.contains(['a', 'e', 'i', 'o', 'u', 'y']) && stem.is_ascii() {
        return None;
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|it| it.len() > 1) {
        return Some(format!("{stem}y"));
    }
    if ["s", "u", "i"].iter().any(|end| stem.ends_with(end)) {
        return None;
    }
    let hissing = ["sses", "shes", "ches", "xes", "zzes", "uses"];
    if hissing.iter().any(|end| word.ends_with(end)) {
        return word.strip_suffix("es").map(str::to_owned);
    }
    Some(stem.to_owned())
}

/// The plural of a singular.
fn many(word: &str) -> String {
    if let Some((many, _)) = IRREGULAR.iter().find(|(_, one)| *one == word) {
        return (*many).to_owned();
    }
    // What no English rule fits stays as it is.
    if SAME.contains(&word) || !word.chars().next_back().is_some_and(|it| it.is_ascii_lowercase()) {
        return word.to_owned();
    }
    // A participle is what happened: `order_placed`.
    if word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed") {
        return format!("{word} events");
    }
    let vowel_before_y = ["ay", "ey", "oy", "uy"].iter().any(|end| word.ends_with(end));
    if let Some(stem) = word.strip_suffix('y').filter(|_| !vowel_before_y) {
        return format!("{stem}ies");
    }
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    format!("{word}{}", if hissing { "es" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("total_spent", "total spent"),
            ("totalSpent", "total spent"),
            ("address.city", "address city"),
            ("__x__", "x"),
            ("_", "it"),
            ("First Name", "First Name"),
            ("NPS", "NPS"),
            ("όνομα", "όνομα"),
        ] {
            assert_eq!(words(name), expected);
        }
    }

    #[test]
    fn counts_are_said_in_the_right_number() {
        for (name, one, many) in [
            ("purchases", "1 purchase", "2 purchases"),
            ("purchase", "1 purchase", "2 purchases"),
            ("page_views", "1 page view", "2 page views"),
            ("deliveries", "1 delivery", "2 deliveries"),
            ("boxes", "1 box", "2 boxes"),
            ("box", "1 box", "2 boxes"),
            ("addresses", "1 address", "2 addresses"),
            ("status", "1 status", "2 statuses"),
            ("people", "1 person", "2 people"),
            ("feedback", "1 feedback", "2 feedback"),
            ("days", "1 day", "2 days"),
            ("day", "1 day", "2 days"),
            ("order_placed", "1 order placed", "2 order placed events"),
            ("cart.items", "1 cart item", "2 cart items"),
            ("compras", "1 compra", "2 compras"),
            ("注文", "1 注文", "2 注文"),
        ] {
            assert_eq!(counted(1, name), one);
            assert_eq!(counted(2, name), many);
        }
        assert_eq!(counted(0, "purchases"), "no purchases");
        assert!(is_plural("ads") && !is_plural("nps") && !is_plural("gps"));
        for (name, expected) in [
            ("purchases", "a purchase"),
            ("orders", "an order"),
            ("users", "a user"),
            ("unsubscribes", "an unsubscribe"),
            ("uninstalls", "an uninstall"),
            ("hours", "an hour"),
        ] {
            assert_eq!(one_of(name), expected);
        }
    }
}
