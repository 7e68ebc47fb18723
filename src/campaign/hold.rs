//! Why nothing is sent.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use serde::{Serialize, Serializer};

use crate::{
    hir::Channel,
    value::{DateTime, Zone},
};

/// Why a campaign sends a customer nothing.
///
/// `Display` says it as `audience decide` prints it.
///
/// ```
/// # use audience::{Decision, Definitions, HoldReason, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key, phone: string, agreed: bool }
///     channel sms { address phone  consent agreed  quiet 22:00 to 08:00 }
///     message hi { channel sms, text "Hi!" }
///     campaign greeting { send hi }
/// "#)?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": true}"#)?;
/// let at = shop.at("2026-06-01T21:30:00Z".parse()?, &Zone::named("Europe/Madrid")?);
/// let greeting = shop.campaign("greeting")?;
/// let Decision::Hold(hold) = greeting.decide(&ana, &at) else { panic!("it is half past eleven") };
/// assert_eq!(hold.to_string(), "quiet until 2026-06-02T08:00");
/// assert_eq!(hold.reason(), HoldReason::Quiet);
/// assert_eq!(hold.until().unwrap().to_string(), "2026-06-02T06:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub(super) reason: HoldReason,
    pub(super) channel: Option<Channel>,
    pub(super) until: Option<(DateTime, Zone)>,
}

/// What kept a campaign from sending, in the order in which it is asked.
///
/// ```
/// # use audience::HoldReason;
/// assert_eq!(HoldReason::NoConsent.to_string(), "no consent");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HoldReason {
    /// Every channel of the campaign is suppressed for the customer, or, where others are not, that of the message that came nearest to
    /// being sent.
    Suppressed,
    /// The customer is not in the segment that the campaign is for.
    NotInAudience,
    /// The customer is held out, to see what the campaign brings.
    Holdout,
    /// None of the campaign's messages is for the customer.
    NothingToSend,
    /// The customer has not agreed to the channel.
    NoConsent,
    /// The customer cannot be reached by the channel.
    NoAddress,
    /// As much was sent as may be.
    CapReached,
    /// It is late where the customer is.
    Quiet,
}

/// The words of a reason, shared.
pub(crate) fn shared(reason: HoldReason) -> Arc<str> {
    static WORDS: LazyLock<Vec<Arc<str>>> =
        LazyLock::new(|| HoldReason::ALL.iter().map(|it| it.as_str().into()).collect());
    Arc::clone(&WORDS[reason as usize])
}

impl HoldReason {
    /// All of them, in the order in which they are asked.
    pub const ALL: &'static [Self] = &[
        Self::Suppressed,
        Self::NotInAudience,
        Self::Holdout,
        Self::NothingToSend,
        Self::NoConsent,
        Self::NoAddress,
        Self::CapReached,
        Self::Quiet,
    ];

    /// Whether what says no for this reason came nearer to sending than what does for another.
    pub(super) fn is_nearer(self, other: Self) -> bool {
        other == Self::NothingToSend || (self as u8) > other as u8
    }

    /// In plain words: `no consent`, `cap reached`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::NotInAudience => "not in the audience",
            Self::Holdout => "holdout",
            Self::NothingToSend => "nothing to send",
            Self::NoConsent => "no consent",
            Self::NoAddress => "no address",
            Self::CapReached => "cap reached",
            Self::Quiet => "quiet",
        }
    }
}

/// In plain words.
impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Hold {
    pub(super) const fn new(reason: HoldReason) -> Self {
        Self {
            reason,
            channel: None,
            until: None,
        }
    }

    pub(super) const fn by(reason: HoldReason, channel: Channel) -> Self {
        Self {
            reason,
            channel: Some(channel),
            until: None,
        }
    }

    /// What kind of reason it is.
    #[must_use]
    pub const fn reason(&self) -> HoldReason {
        self.reason
    }

    /// The channel that it is about: of several, the one that came nearest to being used.
    #[must_use]
    pub const fn channel(&self) -> Option<Channel> {
        self.channel
    }

    /// When the quiet hours end. When another reason falls away is told by
    /// [`Campaign::explain`](crate::Campaign::explain).
    #[must_use]
    pub fn until(&self) -> Option<DateTime> {
        self.until.map(|(until, _)| until)
    }
}

/// `no consent`, `quiet until 2026-06-02T08:00` on the customer's clock.
impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.as_str())?;
        let Some((until, zone)) = self.until else {
            return Ok(());
        };
        // What the clock shows is written as an instant of UTC would be.
        let shown = DateTime::from_micros(zone.wall(until))
            .unwrap_or(until)
            .to_string();
        let shown = shown.trim_end_matches('Z');
        write!(f, " until {}", shown.strip_suffix(":00").unwrap_or(shown))
    }
}

/// The reason and the channel. When quiet hours end is left out, as it tells where the customer lives.
impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hold")
            .field("reason", &self.reason)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// As `Display` says it.
impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
