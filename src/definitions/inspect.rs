//! What definitions read.

use super::{Computed, Definitions, Segment};
use crate::requirements::{Gather, Requirements};

impl Definitions {
    /// What all traits, segments, messages, channels, offers and campaigns together read: what a data team has to deliver. The inputs of messages are not
    /// among them, see [`Message::requirements`](crate::Message::requirements).
    ///
    /// Takes time proportional to the length of the definitions.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, city: string?, orders: int? }
    ///      segment loyal = orders >= 10  segment near = city = \"Madrid\"",
    /// )?;
    /// assert_eq!(shop.requirements().to_string(), "attributes: id (string, key), city (string?), orders (int?)\n");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> Requirements {
        let module = &self.inner.module;
        let mut gather = Gather::new(module);
        (0..module.segments.len()).for_each(|index| gather.segment(index));
        (0..module.traits.len()).for_each(|index| gather.computed(index));
        self.inner.messages.iter().for_each(|it| it.gather(&mut gather));
        let campaigns = &module.campaigns;
        campaigns.channels.iter().for_each(|it| gather.channel(it));
        campaigns.offers.iter().for_each(|it| gather.offer(it));
        (0..campaigns.all.len()).for_each(|index| gather.campaign(index));
        gather.finish()
    }
}

impl<R> Segment<R> {
    /// What the segment reads, through all that it refers to.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, born: date? }
    ///      trait age = years_since(born)
    ///      segment adults = age >= 18",
    /// )?;
    /// let needed = shop.segment("adults")?.requirements();
    /// assert_eq!(needed.attributes[1].path, "born");
    /// assert!(needed.now && needed.zone);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> Requirements {
        let mut gather = Gather::new(&self.inner.module);
        gather.segment(self.index);
        gather.finish()
    }
}

impl<R> Computed<R> {
    /// What the trait reads, through all that it refers to.
    ///
    /// ```
    /// # use audience::{Definitions, LookBack};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  event purchases { amount: decimal, sku: string }
    ///      trait spent = sum(amount of purchases)",
    /// )?;
    /// let needed = shop.computed("spent")?.requirements();
    /// assert_eq!(needed.events[0].look_back, LookBack::All);
    /// assert_eq!(needed.events[0].properties[0].path, "amount");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> Requirements {
        let mut gather = Gather::new(&self.inner.module);
        gather.computed(self.index);
        gather.finish()
    }
}
