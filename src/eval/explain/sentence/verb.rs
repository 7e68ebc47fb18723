//! Names of times as what happened then: `signed_up_at` is when the customer signed up.

/// What customers do themselves.
const DOES: &[&str] = &[
    "accepted",
    "agreed",
    "answered",
    "applied",
    "attended",
    "bought",
    "called",
    "came",
    "canceled",
    "cancelled",
    "checked",
    "churned",
    "clicked",
    "complained",
    "consented",
    "converted",
    "donated",
    "downgraded",
    "enrolled",
    "installed",
    "joined",
    "lapsed",
    "left",
    "logged",
    "married",
    "moved",
    "opened",
    "opted",
    "ordered",
    "paid",
    "purchased",
    "rated",
    "registered",
    "renewed",
    "replied",
    "returned",
    "reviewed",
    "shared",
    "signed",
    "subscribed",
    "unsubscribed",
    "upgraded",
    "visited",
    "voted",
    "wrote",
];

/// What things do themselves: a trial started, it was not started.
const GOES: &[&str] = &[
    "began", "begins", "ended", "ends", "expired", "expires", "lapsed", "lapses", "renews", "started",
    "starts", "stopped", "stops",
];

/// Participles that do not end in "ed".
const IRREGULAR: &[&str] = &[
    "begun", "born", "bought", "chosen", "given", "lost", "made", "met", "paid", "read", "seen", "sent",
    "shown", "sold", "taken", "won", "written",
];

/// What stands before a verb without being who does it.
const WHEN: &[&str] = &["first", "last", "recently"];

/// What happened at a time with that name: "the customer signed up", "the customer was last seen", "the trial started"; nothing
/// for names that do not say so.
pub(super) fn happened(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let first = words.iter().position(|it| !WHEN.contains(it))?;
    if DOES.contains(&words[first]) {
        return Some(format!("the customer {name}"));
    }
    if GOES.contains(&words[first]) {
        return None;
    }
    if is_done(words[first]) {
        return Some(format!("the customer was {name}"));
    }
    let verb = first
        + words[first..]
            .iter()
            .position(|it| is_done(it) || GOES.contains(it))?;
    let (what, does) = (words[..verb].join(" "), words[verb..].join(" "));
    let was = if GOES.contains(&words[verb]) { "" } else { "was " };
    Some(format!("the {what} {was}{does}"))
}

/// Whether a word says what was done to something.
pub(super) fn is_done(word: &str) -> bool {
    IRREGULAR.contains(&word) || word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_times_say_what_happened() {
        for (name, expected) in [
            ("signed up", Some("the customer signed up")),
            ("last seen", Some("the customer was last seen")),
            ("last ordered", Some("the customer last ordered")),
            ("created", Some("the customer was created")),
            ("born", Some("the customer was born")),
            ("email verified", Some("the email was verified")),
            ("trial started", Some("the trial started")),
            ("last order placed", Some("the last order was placed")),
            ("renews", None),
            ("started", None),
            ("trial ends", Some("the trial ends")),
            ("last", None),
            ("birthday", None),
        ] {
            assert_eq!(happened(name).as_deref(), expected, "{name}");
        }
    }
}
