//! Rules of thumb: which attribute is the key, which are personal, and which texts are words.

use super::{
    fits::Plain,
    seen::{Place, Record, Values},
};

/// Fewer values than this say nothing about whether there are only a few words.
const ENOUGH: u64 = 20;
/// So often each word occurs at least, on average.
const OFTEN: u64 = 5;

/// The attribute that identifies a customer, with the reason when it is doubtful.
pub(super) fn key(customers: &Record) -> Option<(&str, Option<String>)> {
    let possible: Vec<(&str, &Values)> = customers
        .members
        .iter()
        .filter(|(_, place)| place.count == customers.count && place.record.is_none() && place.list.is_none())
        .filter_map(|(name, place)| Some((name.as_str(), place.plain.as_ref()?)))
        .filter(|(_, values)| matches!(single(values), Some(Plain::Int | Plain::String)))
        .collect();
    let unique = || possible.iter().filter(|(_, values)| values.unique.is_some());
    let named = |name: &str| {
        let name = name.to_lowercase();
        [
            "id",
            "key",
            "uuid",
            "customer_id",
            "customerid",
            "user_id",
            "userid",
            "customer",
            "user",
            "email",
        ]
        .iter()
        .position(|it| *it == name)
        .or_else(|| (name.ends_with("_id") || name.ends_with("uuid")).then_some(20))
    };
    let best = unique()
        .filter_map(|it| Some((named(it.0)?, it)))
        .min_by_key(|(rank, _)| *rank);
    if let Some((_, (name, _))) = best {
        return Some((name, None));
    }
    let like_id = possible
        .iter()
        .filter_map(|it| Some((named(it.0)?, it)))
        .min_by_key(|(rank, _)| *rank);
    if let Some((_, (name, _))) = like_id.filter(|(rank, _)| *rank < 9) {
        return Some((name, Some("some customers have the same".to_owned())));
    }
    let (name, _) = unique().next().or(possible.first())?;
    Some((
        name,
        Some("a guess: is it the identity of the customer?".to_owned()),
    ))
}

/// The type of single values, unless they are mixed.
pub(super) fn single(values: &Values) -> Option<Plain> {
    values.types.first().copied().filter(|_| values.other.is_none())
}

/// The words, when few different texts occur again and again.
pub(super) fn words(place: &Place, values: &Values) -> Option<Vec<String>> {
    let texts = values.texts.as_ref()?;
    let often = texts.len() > 1 && place.count >= ENOUGH && place.count >= OFTEN * texts.len() as u64;
    let plain = |text: &String| {
        !text.trim().is_empty() && text.chars().count() <= 40 && !text.chars().any(char::is_control)
    };
    let is_text = single(values) == Some(Plain::String);
    (often && is_text && texts.iter().all(plain)).then(|| texts.clone())
}

/// Whether a name sounds like something about the person herself.
pub(super) fn is_personal(name: &str) -> bool {
    let words = words_of(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let of_name =
        has(&["name", "surname"]) && !has(&["product", "company", "campaign", "event", "plan", "user"]);
    has(&[
        "email",
        "mail",
        "phone",
        "telephone",
        "mobile",
        "birth",
        "birthday",
        "birthdate",
        "dob",
        "street",
        "postcode",
        "zip",
        "zipcode",
        "passport",
        "iban",
        "ssn",
        "ip",
        "firstname",
        "lastname",
        "fullname",
        "nickname",
    ]) || of_name
}

/// `firstName` and `first_name` are `first` and `name`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            after_small = false;
            continue;
        }
        if letter.is_uppercase() && after_small {
            words.push(String::new());
        }
        after_small = letter.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}
