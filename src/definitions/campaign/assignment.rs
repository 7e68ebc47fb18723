//! The arms of the experiment that a campaign is, by its own holdouts and variants.

use std::sync::Arc;

use super::Campaign;
use crate::{
    eval::At,
    experiment::{Assignment, AssignmentError, Slice},
    hir::ConditionKind,
    record::{BoundRow, Customer, Record, Row},
    value::{Type, sample::WHOLE},
};

impl<R> Campaign<R> {
    /// The arms of the experiment that this campaign is: `holdout`, and its variants, or one arm by the name of the campaign where
    /// nothing is drawn. Whoever is in the holdout of all campaigns is in `holdout`, too.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed }
    ///     message hi { channel web, body "Hi!" }
    ///     holdout 5% of "2026"
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let assignment = shop.campaign("greeting")?.assignment()?;
    /// let arms: Vec<_> = assignment.arms().map(|(name, _)| name).collect();
    /// assert_eq!(arms, ["holdout", "greeting"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A campaign that draws variants, or reaches some only, in one of several sends; a variant by the name `holdout` beside a holdout.
    pub fn assignment(&self) -> Result<Assignment, AssignmentError> {
        let campaign = self.definition();
        let all = &self.inner.module.campaigns;
        let holdouts = [all.holdout, campaign.holdout].into_iter().flatten();
        let holdouts = holdouts.filter_map(|it| self.slice(it)).collect();
        if let [send] = &campaign.sends[..] {
            let reached = send.when.iter().filter_map(|it| self.slice(*it)).collect();
            let variants = send.variants.iter().map(|it| match (&it.name, it.slice) {
                (Some(name), Some(slice)) => Some((Arc::clone(name), self.slice(slice)?)),
                _ => Some((Arc::clone(&campaign.name), whole())),
            });
            let variants = variants.flatten().collect();
            return Assignment::new(holdouts, reached, variants);
        }
        let draws = |it: &crate::hir::Send| {
            it.variants.len() > 1 || it.when.iter().any(|it| self.slice(*it).is_some())
        };
        if campaign.sends.iter().any(draws) {
            return Err(AssignmentError::SeveralSends(campaign.name.to_string()));
        }
        Assignment::new(holdouts, Vec::new(), vec![(Arc::clone(&campaign.name), whole())])
    }

    /// The slice that a rule is, if it is one.
    fn slice(&self, rule: usize) -> Option<Slice> {
        match &self.inner.module.segments[rule].condition.kind {
            ConditionKind::Sample { from, to, salt } => Some(Slice {
                salt: Arc::clone(salt),
                from: *from,
                to: *to,
            }),
            _ => None,
        }
    }

    /// The arm of a customer, unless the campaign was never for her.
    fn arm_of<'x, 'a>(
        &'a self,
        assignment: &'x Assignment,
        row: impl Row<'a>,
        at: &'a At,
    ) -> Option<&'x str> {
        if !self.concerns(row, at) {
            return None;
        }
        let shape = &self.inner.shape;
        match shape.customer.slots[shape.key as usize].ty {
            Type::Int => assignment.arm(&row.int(shape.key)?.to_string()),
            _ => assignment.arm(row.text(shape.key)?),
        }
    }
}

fn whole() -> Slice {
    Slice {
        salt: "".into(),
        from: 0,
        to: WHOLE,
    }
}

impl Campaign {
    /// The arm that a customer is to be counted in; none when the campaign is not for her, as she is suppressed on all of its
    /// channels or not in its audience, or does not reach her yet.
    ///
    /// It is the arm whether a message was sent or not: who has not agreed, has no address, or is suppressed on the channel of her
    /// variant only, is in it as well, because she would be in the holdout. Ask at the moment when the campaign decides, and keep the
    /// answer: what the message changes must not change who is counted.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool, orders: int }
    ///     channel web { consent agreed }
    ///     segment buyers = orders > 0
    ///     message hi { channel web, body "Hi!" }
    ///     campaign greeting for buyers { holdout 10% of "greetings-2026"  send hi }
    /// "#)?;
    /// let greeting = shop.campaign("greeting")?;
    /// let assignment = greeting.assignment()?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let arm = |json: &str| Ok::<_, Box<dyn std::error::Error>>(greeting.arm(&assignment, &shop.customer_from_json(json)?, &at));
    /// assert_eq!(arm(r#"{"id": "ana", "agreed": true, "orders": 1}"#)?, Some("greeting"));
    /// assert_eq!(arm(r#"{"id": "ben", "agreed": false, "orders": 1}"#)?, Some("greeting")); // would not be sent anything
    /// assert_eq!(arm(r#"{"id": "oto", "agreed": false, "orders": 1}"#)?, Some("holdout"));
    /// assert_eq!(arm(r#"{"id": "eva", "agreed": true, "orders": 0}"#)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn arm<'x>(&self, assignment: &'x Assignment, customer: &Customer, at: &At) -> Option<&'x str> {
        assert!(
            customer.fits(&self.inner.shape),
            "{}",
            crate::definitions::SchemaMismatch
        );
        self.arm_of(assignment, customer, at)
    }
}

impl<R: Record> Campaign<R> {
    /// The arm that the customer that this record is is to be counted in, as for a [`Customer`].
    #[must_use]
    pub fn arm<'x>(&self, assignment: &'x Assignment, record: &R, at: &At) -> Option<&'x str> {
        self.arm_of(assignment, BoundRow::new(record, self.bound()), at)
    }
}
