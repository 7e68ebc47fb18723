//! The table against two readings of the database that are not ours, and each test against folding both sides first.

use std::collections::BTreeMap;

use proptest::prelude::*;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::*;

fn letters() -> impl Iterator<Item = char> {
    (0..=u32::from(char::MAX)).filter_map(char::from_u32)
}

#[test]
fn every_letter_folds_as_the_database_says() {
    assert_eq!(table::UNICODE, unicode_case_mapping::UNICODE_VERSION);
    let mut folded = 0;
    for it in letters() {
        let theirs = unicode_case_mapping::case_folded(it).and_then(|it| char::from_u32(it.get()));
        assert_eq!(letter(it), theirs.unwrap_or(it), "{it:?}");
        folded += usize::from(theirs.is_some());
    }
    assert_eq!(folded, 1_484);
}

/// `ignoring case` of `matches` is the crate's own: both must ignore the same.
#[test]
fn letters_that_fold_alike_are_those_that_regular_expressions_take_for_each_other() {
    let mut alike = BTreeMap::<char, Vec<char>>::new();
    for it in letters() {
        alike.entry(letter(it)).or_default().push(it);
    }
    let theirs = |letters: &[char]| -> Vec<char> {
        let mut class = ClassUnicode::new(letters.iter().map(|it| ClassUnicodeRange::new(*it, *it)));
        class.try_case_fold_simple().expect("the table is built in");
        class.iter().flat_map(|it| it.start()..=it.end()).collect()
    };
    let (alone, groups): (Vec<_>, Vec<_>) = alike.into_iter().partition(|(_, all)| all.len() == 1);
    for (one, all) in groups {
        assert_eq!(all, theirs(&[one]), "{one:?}");
    }
    // Those that nothing else folds to stay alone, all of them at once.
    let alone: Vec<char> = alone.into_iter().map(|(one, _)| one).collect();
    assert!(theirs(&alone) == alone);
}

#[test]
fn folding_twice_is_folding_once() {
    assert!(letters().all(|it| letter(letter(it)) == letter(it)));
}

#[test]
fn letters_with_a_story() {
    for (text, expected) in [
        ("Straße STRAẞE STRASSE", "straße straße strasse"),
        ("ΟΔΥΣΣΕΥΣ Ὀδυσσεύς", "οδυσσευσ ὀδυσσεύσ"),
        (
            "İstanbul ISPARTA ılık",
            "i̇stanbul isparta ılık".replace("i̇", "İ").as_str(),
        ),
        ("300 \u{212a}, \u{212b}", "300 k, å"),
        ("ſ ǅ ǆ Ǆ ﬁ ﬅ ﬆ", "s ǆ ǆ ǆ ﬁ ﬆ ﬆ"),
        ("ᲀ В в", "в в в"),
        ("Ꭰ ꭰ", "Ꭰ Ꭰ"),
        ("日本 1 😀", "日本 1 😀"),
        ("", ""),
    ] {
        assert_eq!(folded(text), expected, "{text}");
        let mut out = String::from("before ");
        fold(text, &mut out);
        assert_eq!(out, format!("before {expected}"));
    }
}

/// Few letters, so that patterns occur and nearly occur; those that change their length in UTF-8 among them.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[aAbBsSſßẞσςΣKk\u{212a}İiIıȺⱥ]{0,12}").expect("a pattern")
}

proptest! {
    #[test]
    fn tests_answer_as_on_folded_text(text in text(), pattern in text(), others in prop::collection::vec(text(), 0..12)) {
        let (other, pattern) = (folded(&text), folded(&pattern));
        let boxed = || pattern.clone().into_boxed_str();
        prop_assert_eq!(Folding::Is(boxed()).accepts(&text), other == pattern);
        prop_assert_eq!(Folding::Starts(boxed()).accepts(&text), other.starts_with(&pattern));
        prop_assert_eq!(Folding::Ends(boxed()).accepts(&text), other.ends_with(&pattern));
        prop_assert_eq!(Folding::Contains(Needle::new(&pattern)).accepts(&text), other.contains(&pattern));
        prop_assert_eq!(Needle::new(&pattern).text(), &*pattern);
        let others: Vec<Box<str>> = others.iter().map(|it| folded(it).into()).collect();
        let among = others.iter().any(|it| **it == *other);
        prop_assert_eq!(Folding::among(others).accepts(&text), among);
    }

    /// What is found is found where a run of the same letters leads astray.
    #[test]
    fn patterns_that_repeat_themselves_are_found(text in "[ab]{0,24}", pattern in "[ab]{0,6}") {
        let needle = Folding::Contains(Needle::new(&pattern));
        prop_assert_eq!(needle.accepts(&text.to_uppercase()), text.contains(&pattern));
    }
}
