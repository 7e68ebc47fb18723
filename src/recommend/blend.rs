//! Several recommenders as one.

use std::{fmt, sync::Arc};

use super::{
    FitError, Profile, Recommender,
    decay::narrow,
    scores::{Scores, Share},
};

/// Several recommenders as one: some that are added up, and others to fall back on, in their order, for items that those
/// before have nothing to say about.
///
/// The scores of each, which may be of any size, count as shares of its largest, times its weight. An item's reason is that of the
/// recommender that adds most to its score.
///
/// # Example
///
/// ```
/// # use std::sync::Arc;
/// # use audience::{Assortment, Blend, Interactions, NeighbourOptions, Neighbours, Popularity, PopularityOptions, Profile, Shelf, Wish};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("ana", "pot"), ("eva", "tea"), ("eva", "pot"), ("leo", "mug")];
/// let bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, now)));
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea"), ("tray", "Tray")]);
/// let alike = Neighbours::fit(&NeighbourOptions::default(), &bought, &assortment)?;
/// let lately = Popularity::fit(&PopularityOptions::trending(), &bought, &assortment)?;
/// let blend = Blend::new().add(1.0, alike)?.or_else(lately);
///
/// let list = Shelf::new(&assortment).choose(&blend, &Profile::new(now).bought("tea"), &Wish::new(3));
/// let shown: Vec<_> = list.iter().map(|it| format!("{}, {}", it.item, it.reason)).collect();
/// assert_eq!(shown, ["pot, because you bought Green tea", "mug, popular right now", "tray, new to you"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Blend {
    parts: Vec<(f32, Arc<dyn Recommender + Send + Sync>)>,
    fallbacks: Vec<Arc<dyn Recommender + Send + Sync>>,
}

impl Blend {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recommender that counts so much beside the others.
    ///
    /// # Errors
    ///
    /// The weight is not from a millionth to a million.
    pub fn add(
        mut self,
        weight: f64,
        recommender: impl Recommender + Send + Sync + 'static,
    ) -> Result<Self, FitError> {
        if !(1e-6..=1e6).contains(&weight) {
            let what = "the weight of a part".to_owned();
            return Err(FitError::new(what, weight, "from a millionth to a million"));
        }
        self.parts.push((narrow(weight), Arc::new(recommender)));
        Ok(self)
    }

    /// Adds a recommender for items that none before speaks for.
    #[must_use]
    pub fn or_else(mut self, recommender: impl Recommender + Send + Sync + 'static) -> Self {
        self.fallbacks.push(Arc::new(recommender));
        self
    }
}

impl Recommender for Blend {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        if scores.is_blank() {
            return self.add_up(profile, scores);
        }
        let mut whole = scores.another();
        self.add_up(profile, &mut whole);
        scores.take(whole, Share::Whole);
    }
}

impl Blend {
    /// Into blank scores.
    fn add_up(&self, profile: &Profile<'_>, whole: &mut Scores) {
        for (weight, recommender) in &self.parts {
            let mut part = whole.another();
            recommender.score(profile, &mut part);
            let scale = share(*weight, part.largest());
            whole.take(part, Share::Part { scale });
        }
        // Each rank of fallbacks lies below the one before: the last between 1/2 and 1, the one before between 3/2 and 2.
        let mut base: f32 = self.fallbacks.iter().map(|_| 1.0).sum();
        if base > 0.0 {
            let scale = share(0.5, whole.largest());
            for sum in &mut whole.sums {
                let ranked = base + 0.5 + scale * *sum;
                *sum = if *sum > 0.0 { ranked } else { *sum };
            }
        }
        for fallback in &self.fallbacks {
            base -= 1.0;
            let mut part = whole.another();
            fallback.score(profile, &mut part);
            let scale = share(0.5, part.largest());
            let base = base + 0.5;
            whole.take(part, Share::Else { base, scale });
        }
    }
}

/// What scores are multiplied by for the largest to be `of`, as far as floats go; nothing where there are none.
fn share(of: f32, largest: f32) -> f32 {
    if largest > 0.0 {
        (of / largest).min(f32::MAX)
    } else {
        0.0
    }
}

/// How many there are.
impl fmt::Debug for Blend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blend")
            .field("parts", &self.parts.len())
            .field("fallbacks", &self.fallbacks.len())
            .finish()
    }
}
