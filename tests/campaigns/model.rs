//! Decisions worked out a second time, from the words of the manual and nothing of the library: with another calendar, and
//! over customers as plain values.

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};
use proptest::{collection::vec, option, prelude::*};
use sha2::{Digest, Sha256};

/// What every shop of these tests has.
pub(crate) const SHOP: &str = r#"
customer {
  id: string key, email: string? personal filled, phone: string? personal, token: string?,
  consent: { email: bool?, push: ("none" | "pending" | "confirmed"), sms: { state: ("none" | "pending" | "confirmed"), at: datetime? } },
  home: string? zone, likes: ("email" | "push" | "sms")? channel, country: string, orders: int
}
event deliveries {
  channel: ("email" | "push" | "sms"), message: string, offer: string?,
  kind: ("sent" | "opened" | "clicked" | "bounced" | "complained" | "unsubscribed")
}
segment spain  = country = "ES"
segment buyers = orders > 0
offer gift for orders >= 2 at most 1 in 30 days { percent: orders }
message letter { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ unsubscribe }}" }
message present for buyers { channel email, inputs { unsubscribe: url, percent: int }, subject "{{ percent }}", text "{{ unsubscribe }}" }
message receipt { channel email, transactional, subject "Thank you", text "Thank you" }
message ping { channel push, body "Hi" }
message note { channel sms, text "Hi" }
"#;

/// The channels, with what is drawn of them.
#[derive(Clone, Debug)]
pub(crate) struct Channels {
    pub(crate) email_caps: Vec<Cap>,
    pub(crate) sms_caps: Vec<Cap>,
    pub(crate) quiet: [Option<(u32, u32)>; 3],
}

/// `at most COUNT in …`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cap {
    pub(crate) count: usize,
    pub(crate) within: Within,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Within {
    Hours(i64),
    Months(i64),
    CalendarDays(i64),
}

#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) name: String,
    pub(crate) audience: Option<&'static str>,
    pub(crate) priority: u64,
    pub(crate) holdout: Option<u32>,
    pub(crate) cap: Option<Cap>,
    /// A channel, and for whom: the least number of orders.
    pub(crate) prefer: Vec<(&'static str, Option<i64>)>,
    pub(crate) sends: Vec<Send>,
}

#[derive(Clone, Debug)]
pub(crate) struct Send {
    pub(crate) variants: Vec<(&'static str, bool)>,
    /// The percentage that it reaches so far.
    pub(crate) exposure: Option<u32>,
    pub(crate) least_orders: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: Option<&'static str>,
    pub(crate) phone: Option<&'static str>,
    pub(crate) token: Option<&'static str>,
    pub(crate) email_consent: Option<bool>,
    pub(crate) push_consent: &'static str,
    pub(crate) sms_consent: (&'static str, Option<i64>),
    pub(crate) home: Option<&'static str>,
    pub(crate) likes: Option<&'static str>,
    pub(crate) country: &'static str,
    pub(crate) orders: i64,
    pub(crate) deliveries: Vec<Delivery>,
}

#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Before now, in minutes.
    pub(crate) minutes: i64,
    pub(crate) channel: &'static str,
    pub(crate) message: String,
    pub(crate) kind: &'static str,
    pub(crate) offer: Option<&'static str>,
}

pub(crate) const CHANNELS: [&str; 3] = ["email", "push", "sms"];

pub(crate) fn channel_of(message: &str) -> &'static str {
    match message {
        "ping" => "push",
        "note" => "sms",
        _ => "email",
    }
}

fn cap() -> impl Strategy<Value = Cap> {
    let within = prop_oneof![
        (1..240_i64).prop_map(Within::Hours),
        (1..4_i64).prop_map(Within::Months),
        (1..4_i64).prop_map(Within::CalendarDays),
    ];
    (1..4_usize, within).prop_map(|(count, within)| Cap { count, within })
}

pub(crate) fn channels() -> impl Strategy<Value = Channels> {
    let quiet = || {
        option::weighted(
            0.3,
            (0..1440_u32, 0..1440_u32).prop_filter("differ", |(a, b)| a != b),
        )
    };
    (vec(cap(), 0..3), vec(cap(), 0..2), [quiet(), quiet(), quiet()]).prop_map(
        |(email_caps, sms_caps, quiet)| Channels {
            email_caps,
            sms_caps,
            quiet,
        },
    )
}

pub(crate) fn campaign(name: String) -> impl Strategy<Value = Campaign> {
    let message = || prop::sample::select(vec!["letter", "present", "receipt", "ping", "note"]);
    let one = (message(), prop::bool::weighted(0.3)).prop_map(|it| vec![it]);
    let two = (message(), message(), any::<[bool; 2]>())
        .prop_filter("differ", |(a, b, _)| a != b)
        .prop_map(|(a, b, with)| vec![(a, with[0]), (b, with[1])]);
    let send = (
        prop_oneof![3 => one, 1 => two],
        option::weighted(0.3, 0..=100_u32),
        option::weighted(0.4, 0..4_i64),
    )
        .prop_map(|(variants, exposure, least_orders)| Send {
            variants: variants
                .into_iter()
                .map(|(message, with)| (message, with || message == "present"))
                .collect(),
            exposure,
            least_orders,
        });
    let preferred = (prop::sample::select(CHANNELS.to_vec()), option::of(0..4_i64));
    (
        prop::sample::select(vec![None, Some("spain"), Some("buyers")]),
        0..3_u64,
        option::weighted(0.4, 0..60_u32),
        option::weighted(0.3, cap()),
        vec(preferred, 0..3),
        vec(send, 1..5),
    )
        .prop_map(
            move |(audience, priority, holdout, cap, prefer, sends)| Campaign {
                name: name.clone(),
                audience,
                priority,
                holdout,
                cap,
                prefer,
                sends,
            },
        )
}

pub(crate) fn person() -> impl Strategy<Value = Person> {
    let some = |text: &'static str| prop::sample::select(vec![None, Some(text), Some(text), Some("  ")]);
    let states = || prop::sample::select(vec!["none", "pending", "confirmed", "confirmed", "confirmed"]);
    let delivery = (
        prop_oneof![0..3000_i64, 0..200_000_i64],
        prop::sample::select(CHANNELS.to_vec()),
        prop::sample::select(vec!["letter", "present", "receipt", "ping", "note", "other"]),
        prop::sample::select(vec![
            "sent",
            "sent",
            "sent",
            "opened",
            "clicked",
            "bounced",
            "complained",
        ]),
        prop::sample::select(vec![None, Some("gift")]),
    )
        .prop_map(|(minutes, channel, message, kind, offer)| Delivery {
            minutes,
            channel,
            message: message.to_owned(),
            kind,
            offer,
        });
    let reach = (some("a@example.com"), some("+34 600 000 000"), some("t1"));
    let agreed = (
        prop::sample::select(vec![None, Some(false), Some(true), Some(true)]),
        states(),
        (states(), option::weighted(0.9, -1000..5000_i64)),
    );
    let zones = vec![
        None,
        Some("Europe/Madrid"),
        Some("Europe/Athens"),
        Some("America/New_York"),
        Some("Australia/Lord_Howe"),
    ];
    let rest = (
        prop::sample::select(zones),
        prop::sample::select(vec![None, Some("email"), Some("push"), Some("sms")]),
        prop::sample::select(vec!["ES", "GR"]),
        0..5_i64,
    );
    ("[a-z]{3}", reach, agreed, rest, vec(delivery, 0..8)).prop_map(
        |(id, (email, phone, token), (email_consent, push_consent, sms_consent), rest, deliveries)| Person {
            id,
            email,
            phone,
            token,
            email_consent,
            push_consent,
            sms_consent,
            home: rest.0,
            likes: rest.1,
            country: rest.2,
            orders: rest.3,
            deliveries,
        },
    )
}

impl Channels {
    pub(crate) fn write(&self, out: &mut String) {
        let complaint = r#"any deliveries in last 60 days where (channel = "email" and kind in ["bounced", "complained"])"#;
        let heads = [
            format!("channel email {{ address email  consent consent.email  suppress if {complaint}"),
            "channel push { address token  consent consent.push".to_owned(),
            "channel sms { address phone  consent consent.sms".to_owned(),
        ];
        let caps = [&self.email_caps[..], &[], &self.sms_caps[..]];
        for ((head, caps), quiet) in heads.iter().zip(caps).zip(self.quiet) {
            out.push_str(head);
            for cap in caps {
                let _ = write!(out, "  at most {cap}");
            }
            if let Some((from, to)) = quiet {
                let _ = write!(
                    out,
                    "  quiet {:02}:{:02} to {:02}:{:02}",
                    from / 60,
                    from % 60,
                    to / 60,
                    to % 60
                );
            }
            out.push_str(" }\n");
        }
    }
}

impl std::fmt::Display for Cap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in ", self.count)?;
        match self.within {
            Within::Hours(hours) => write!(f, "{hours} hours"),
            Within::Months(months) => write!(f, "{months} months"),
            Within::CalendarDays(days) => write!(f, "{days} calendar days"),
        }
    }
}

impl Campaign {
    pub(crate) fn write(&self, out: &mut String) {
        let _ = write!(out, "campaign {}", self.name);
        if let Some(audience) = self.audience {
            let _ = write!(out, " for {audience}");
        }
        let _ = write!(out, " {{\n  priority {}\n", self.priority);
        if let Some(share) = self.holdout {
            let _ = writeln!(out, "  holdout {share}% of \"{}\"", self.name);
        }
        if let Some(cap) = self.cap {
            let _ = writeln!(out, "  at most {cap}");
        }
        let choices = self.prefer.iter().map(|(channel, least)| match least {
            Some(least) => format!("{channel} when orders >= {least}"),
            None => (*channel).to_owned(),
        });
        let choices: Vec<_> = choices.collect();
        if !choices.is_empty() {
            let _ = writeln!(out, "  prefer {}", choices.join(", "));
        }
        for (number, send) in self.sends.iter().enumerate() {
            let share = if send.variants.len() > 1 { "50% " } else { "" };
            let variants = send.variants.iter().map(|(message, with)| {
                let with = if *with { " with gift" } else { "" };
                format!("{share}{message}{with}")
            });
            let variants: Vec<_> = variants.collect();
            let _ = write!(out, "  send {}", variants.join(", "));
            if send.variants.len() > 1 || send.exposure.is_some() {
                let _ = write!(out, " of \"{}/{number}\"", self.name);
            }
            if let Some(exposure) = send.exposure {
                let _ = write!(out, " to {exposure}%");
            }
            if let Some(least) = send.least_orders {
                let _ = write!(out, " when orders >= {least}");
            }
            out.push('\n');
        }
        out.push_str("}\n");
    }
}

impl Person {
    pub(crate) fn json(&self, now: Timestamp) -> String {
        let text = |it: Option<&str>| it.map_or("null".to_owned(), |it| format!("{it:?}"));
        let (state, minutes) = self.sms_consent;
        let at = minutes.map(|it| (now - it.minutes()).to_string());
        let deliveries = self.deliveries.iter().map(|it| {
            format!(
                r#"{{"at": "{}", "channel": "{}", "message": "{}", "kind": "{}", "offer": {}}}"#,
                now - it.minutes.minutes(),
                it.channel,
                it.message,
                it.kind,
                text(it.offer)
            )
        });
        let deliveries: Vec<_> = deliveries.collect();
        format!(
            r#"{{"id": "{}", "email": {}, "phone": {}, "token": {}, "home": {}, "likes": {}, "country": "{}", "orders": {},
            "consent": {{"email": {}, "push": "{}", "sms": {{"state": "{state}", "at": {}}}}}, "deliveries": [{}]}}"#,
            self.id,
            text(self.email),
            text(self.phone),
            text(self.token),
            text(self.home),
            text(self.likes),
            self.country,
            self.orders,
            self.email_consent.map_or("null".to_owned(), |it| it.to_string()),
            self.push_consent,
            text(at.as_deref()),
            deliveries.join(", ")
        )
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(self.home.unwrap_or("Europe/Bucharest")).expect("a zone")
    }

    /// How many deliveries of kind `sent` a cap counts.
    fn counted(&self, cap: Cap, now: Timestamp, is: impl Fn(&Delivery) -> bool) -> usize {
        let here = now.to_zoned(self.zone());
        let counts = |sent: Timestamp| match cap.within {
            Within::Hours(hours) => sent > now - hours.hours(),
            Within::Months(months) => sent > here.checked_sub(months.months()).expect("in range").timestamp(),
            Within::CalendarDays(days) => {
                let first = here.date() - (days - 1).days();
                sent.to_zoned(self.zone()).date() >= first
            }
        };
        let sent = self.deliveries.iter().filter(|it| it.kind == "sent" && is(it));
        sent.filter(|it| counts(now - it.minutes.minutes())).count()
    }

    /// The point of the customer for a salt, as a share of the whole.
    fn is_in(&self, salt: &str, from: f64, to: f64) -> bool {
        let digest = Sha256::digest(format!("{salt}\0{}", self.id));
        let first: [u8; 8] = digest[..8].try_into().expect("eight bytes");
        #[expect(clippy::cast_precision_loss, reason = "nobody lies that near to an edge")]
        let point = u64::from_be_bytes(first) as f64 / 2_f64.powi(64);
        from <= point && point < to
    }

    fn is_suppressed(&self, channel: &str) -> bool {
        channel == "email"
            && self.deliveries.iter().any(|it| {
                it.channel == "email"
                    && ["bounced", "complained"].contains(&it.kind)
                    && it.minutes < 60 * 24 * 60
            })
    }

    /// What a campaign does, in the words of the library. `home` is the zone of the evaluation, Bucharest.
    pub(crate) fn decide(&self, campaign: &Campaign, channels: &Channels, now: Timestamp) -> String {
        let variants = || campaign.sends.iter().flat_map(|it| &it.variants);
        if variants().all(|(message, _)| self.is_suppressed(channel_of(message))) {
            return "suppressed".to_owned();
        }
        let is_in_audience = match campaign.audience {
            Some("spain") => self.country == "ES",
            Some(_) => self.orders > 0,
            None => true,
        };
        if !is_in_audience {
            return "not in the audience".to_owned();
        }
        let share = f64::from(campaign.holdout.unwrap_or(0)) / 100.0;
        if self.is_in("2026", 0.0, 0.05) || self.is_in(&campaign.name, 0.0, share) {
            return "holdout".to_owned();
        }
        let of_campaign = |it: &Delivery| variants().any(|(message, _)| *message == it.message);
        if campaign
            .cap
            .is_some_and(|it| self.counted(it, now, of_campaign) >= it.count)
        {
            return "cap reached".to_owned();
        }
        let mut chosen: Vec<(usize, usize, &str)> = Vec::new();
        for (number, send) in campaign.sends.iter().enumerate() {
            let salt = format!("{}/{number}", campaign.name);
            let gift = Cap {
                count: 1,
                within: Within::Hours(30 * 24),
            };
            let has_room = self.counted(gift, now, |it| it.offer == Some("gift")) < 1;
            let may = |(message, with): &(&str, bool)| {
                (*message != "present" || self.orders > 0) && (!with || self.orders >= 2 && has_room)
            };
            let concerned = send.least_orders.is_none_or(|it| self.orders >= it)
                && send.variants.iter().all(may)
                && send.exposure.is_none_or(|it| {
                    it == 100 || self.is_in(&format!("{salt}/exposure"), 0.0, f64::from(it) / 100.0)
                });
            if !concerned {
                continue;
            }
            let variant = usize::from(send.variants.len() > 1 && !self.is_in(&salt, 0.0, 0.5));
            chosen.push((number, variant, send.variants[variant].0));
        }
        let answered = |channel: &str| {
            let answers = ["opened", "clicked"];
            let mine = self.deliveries.iter().filter(|it| it.channel == channel);
            mine.filter(|it| answers.contains(&it.kind)).count()
        };
        let most = CHANNELS.iter().map(|it| answered(it)).max().unwrap_or(0);
        let mut wanted: Vec<&str> = Vec::new();
        let hold = campaign
            .prefer
            .iter()
            .filter(|(_, least)| least.is_none_or(|it| self.orders >= it));
        for channel in hold.map(|it| it.0).chain(self.likes) {
            if !wanted.contains(&channel) {
                wanted.push(channel);
            }
        }
        // Those of the first rank in the order written, then the next.
        chosen.sort_by_key(|(_, _, message)| {
            let channel = channel_of(message);
            let place = wanted.iter().position(|it| *it == channel);
            place.unwrap_or(if most > 0 && answered(channel) == most {
                10
            } else {
                11
            })
        });
        let reasons = ["suppressed", "no consent", "no address", "cap reached", "quiet"];
        let mut nearest: Option<(usize, String)> = None;
        for (number, variant, message) in chosen {
            match self.obstacle(message, channels, now) {
                None => {
                    let send = &campaign.sends[number];
                    let label = if send.variants.len() > 1 {
                        format!(" ({})", send.variants[variant].0)
                    } else {
                        String::new()
                    };
                    let offer = if send.variants[variant].1 {
                        " with gift"
                    } else {
                        ""
                    };
                    return format!("{message} by {}{label}{offer}", channel_of(message));
                }
                Some(reason) => {
                    let place = reasons
                        .iter()
                        .position(|it| reason.starts_with(it))
                        .expect("a reason");
                    if nearest.as_ref().is_none_or(|(it, _)| *it < place) {
                        nearest = Some((place, reason));
                    }
                }
            }
        }
        nearest.map_or("nothing to send".to_owned(), |(_, reason)| reason)
    }

    pub(crate) fn has_consent(&self, channel: &str) -> bool {
        match channel {
            "email" => self.email_consent == Some(true),
            "push" => self.push_consent == "confirmed",
            _ => self.sms_consent.0 == "confirmed" && self.sms_consent.1.is_some_and(|it| it >= 0),
        }
    }

    pub(crate) fn has_address(&self, channel: &str) -> bool {
        let address = match channel {
            "email" => self.email,
            "push" => self.token,
            _ => self.phone,
        };
        address.is_some_and(|it| !it.trim().is_empty())
    }

    fn obstacle(&self, message: &str, channels: &Channels, now: Timestamp) -> Option<String> {
        let channel = channel_of(message);
        let place = CHANNELS.iter().position(|it| *it == channel).expect("a channel");
        let transactional = message == "receipt";
        if self.is_suppressed(channel) {
            return Some("suppressed".to_owned());
        }
        if !transactional && !self.has_consent(channel) {
            return Some("no consent".to_owned());
        }
        if !self.has_address(channel) {
            return Some("no address".to_owned());
        }
        if transactional {
            return None;
        }
        let caps = [&channels.email_caps[..], &[], &channels.sms_caps[..]][place];
        if caps
            .iter()
            .any(|cap| self.counted(*cap, now, |it| it.channel == channel) >= cap.count)
        {
            return Some("cap reached".to_owned());
        }
        let until = channels.quiet[place].and_then(|quiet| self.quiet_until(quiet, now));
        until.map(|it| format!("quiet until {it}"))
    }

    /// The first minute from now on whose clock shows no time from `from` to before `to`, as that clock writes it.
    pub(crate) fn quiet_until(&self, (from, to): (u32, u32), now: Timestamp) -> Option<String> {
        let shown = |minute: u32| {
            let [hour, minute] = [minute / 60, minute % 60].map(|it| i8::try_from(it).expect("small"));
            Time::new(hour, minute, 0, 0).expect("a time")
        };
        let (from, to) = (shown(from), shown(to));
        let is_quiet = |at: Timestamp| {
            let clock = at.to_zoned(self.zone()).time();
            if from < to {
                from <= clock && clock < to
            } else {
                clock >= from || clock < to
            }
        };
        if !is_quiet(now) {
            return None;
        }
        let whole = Timestamp::from_second(now.as_second().div_euclid(60) * 60).expect("in range");
        let minutes = (1..).map(|it: i64| whole + it.minutes());
        let end = minutes.into_iter().find(|it| !is_quiet(*it)).expect("it ends");
        Some(
            end.to_zoned(self.zone())
                .datetime()
                .strftime("%Y-%m-%dT%H:%M")
                .to_string(),
        )
    }
}
