//! Rules of thumb: which attribute is the key, which are personal, and which texts are words.

use super::{
    fits::Plain,
    propose::quoted,
    seen::{Place, Record, Values},
};

/// Fewer values than this say nothing about whether there are only a few words.
const ENOUGH: u64 = 20;
/// So often each word occurs at least, on average.
const OFTEN: u64 = 5;

/// The attribute that identifies a customer.
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) ty: Plain,
    /// Why it may be another one.
    pub(super) doubt: Option<String>,
}

/// The best guess, if there is something that can be a key.
pub(super) fn key(customers: &Record) -> Option<Key<'_>> {
    let all_plain = |place: &Place| {
        place.count == customers.count
            && place.record.is_none()
            && place.list.is_none()
            && place.too_deep.is_none()
    };
    let possible: Vec<(&str, &Values, Plain)> = customers
        .members
        .iter()
        .filter(|(name, place)| all_plain(place) && quoted(name).is_some())
        .filter_map(|(name, place)| {
            let values = place.plain.as_ref()?;
            Some((name.as_str(), values, key_type(values)?))
        })
        .collect();
    let is_unique = |values: &Values| values.unique.is_some();
    let named = possible
        .iter()
        .filter_map(|it| Some((it, rank(it.0)?)))
        .filter(|((_, values, _), rank)| is_unique(values) || *rank < AGAIN)
        .min_by_key(|((_, values, _), rank)| (!is_unique(values), *rank));
    let (&(name, _, ty), doubt) = match named {
        Some((found, _)) if is_unique(found.1) => (found, None),
        Some((found, _)) => (found, Some("some customers have the same")),
        // What one customer has says nothing about others.
        None if customers.count == 1 => return None,
        None => {
            let first = possible.iter().find(|it| is_unique(it.1)).or(possible.first())?;
            (first, Some("a guess: is it the identity of the customer?"))
        }
    };
    Some(Key {
        name,
        ty,
        doubt: doubt.map(str::to_owned),
    })
}

/// How likely a name is that of a key, the lowest the most; of the last ones only when no two values are the same.
fn rank(name: &str) -> Option<usize> {
    const NAMES: [&str; 10] = [
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
    ];
    let name = name.to_lowercase();
    NAMES
        .iter()
        .position(|it| *it == name)
        .or_else(|| (name.ends_with("_id") || name.ends_with("uuid")).then_some(NAMES.len()))
}

/// The rank from which a name alone is not enough.
const AGAIN: usize = 9;

/// The type that they have as keys, if they can be keys: texts of all kinds, and whole numbers.
pub(super) fn key_type(values: &Values) -> Option<Plain> {
    match single(values)? {
        Plain::Int => Some(Plain::Int),
        _ if values.types.contains(&Plain::String) => Some(Plain::String),
        _ => None,
    }
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
