//! Customers to whom something happened: another event, or another value of an attribute.

use std::iter;

use super::{
    Customer, LoadError, LoadErrorKind, Loader,
    cell::StoreBuilder,
    fill::Context,
    form::{Form, Node},
    json,
    table::{Store, Table, TableBuilder},
};
use crate::diagnostic::suggest;

impl Loader {
    /// The customer with one more event, given as a JSON object and checked as loading checks it.
    ///
    /// Takes time proportional to the size of the customer, and reads none of it again: copying is what it does.
    ///
    /// # Errors
    ///
    /// There is no such event, or it does not fit the schema, with its path.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key }  event purchases { amount: decimal }")?;
    /// let (loader, ana) = (shop.loader(), shop.customer_from_json(r#"{"id": "ana"}"#)?);
    /// let ana = loader.with_event(&ana, "purchases", r#"{"at": "2026-06-01T10:00:00Z", "amount": 12.50}"#)?;
    /// assert_eq!(ana.event_count("purchases"), 1);
    ///
    /// let error = loader.with_event(&ana, "purchases", r#"{"at": "2026-06-01T10:00:00Z", "amount": "lots"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "purchases.amount: expected decimal, found text \"lots\"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_event(
        &self,
        customer: &Customer,
        event: &str,
        json: impl AsRef<[u8]>,
    ) -> Result<Customer, LoadError> {
        self.check(customer);
        let events = &self.shape.schema.events;
        let Some((index, name, _)) = events.get_full(event) else {
            let help = suggest::did_you_mean(event, events.keys().map(|it| &**it));
            return Err(unknown("event", event, help));
        };
        let Some(Node::List(list)) = self.record().members.get(name).map(|it| &it.node) else {
            return Err(unknown("event", event, None));
        };
        let taken = customer
            .events
            .iter()
            .chain([&customer.root])
            .map(Table::bytes)
            .sum();
        let mut context = self.context_with(taken, StoreBuilder::of(&customer.store, self.record_bytes))?;
        let mut table = TableBuilder::of(&customer.events[index]);
        context.enter(name);
        json::read(self.sized(json.as_ref())?, &list.item, &mut table, &mut context)?;
        let mut events = customer.events.clone();
        events[index] = table.finish_events();
        Ok(Customer::new(
            customer.shape.clone(),
            customer.root.clone(),
            events,
            context.store.finish(),
        ))
    }

    /// The customer with another value of an attribute, such as `country` or `consent.email`, or of a whole record or list, given as
    /// JSON and checked as loading checks it. Null takes the value away.
    ///
    /// Takes time proportional to the size of the customer, and reads none of it again: copying is what it does.
    ///
    /// # Errors
    ///
    /// There is no such attribute, or the value does not fit the schema, with its path.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key, city: string?, consent: { email: bool } }")?;
    /// let loader = shop.loader();
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "city": "Madrid", "consent": {"email": true}}"#)?;
    /// let ana = loader.with_attribute(&ana, "city", r#""Paris""#)?;
    /// let ana = loader.with_attribute(&ana, "consent.email", "false")?;
    /// assert_eq!(ana, shop.customer_from_json(r#"{"id": "ana", "city": "Paris", "consent": {"email": false}}"#)?);
    ///
    /// let error = loader.with_attribute(&ana, "consent.email", "null").unwrap_err();
    /// assert_eq!(error.to_string(), "consent.email: required, but null");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_attribute(
        &self,
        customer: &Customer,
        path: &str,
        json: impl AsRef<[u8]>,
    ) -> Result<Customer, LoadError> {
        self.check(customer);
        let (mut steps, mut around) = (Vec::new(), Vec::new());
        let none = Form::default();
        let (mut form, mut found) = (self.record(), None);
        let mut left = Some(path);
        while let Some(rest) = left {
            // A name may have dots itself, and then it is the longest one that fits.
            let ends = rest.rmatch_indices('.').map(|(end, _)| end);
            let known = iter::once(rest.len()).chain(ends).find_map(|end| {
                let (name, member) = form.members.get_key_value(&rest[..end])?;
                // Events are members of the same record, and no attributes.
                let is_event = steps.is_empty() && self.shape.schema.events.contains_key(name);
                (!is_event).then_some((end, name, member))
            });
            let Some((end, name, member)) = known else {
                let name = rest.split('.').next().unwrap_or_default();
                let names = form.members.keys().map(|it| &**it);
                return Err(unknown("attribute", path, suggest::did_you_mean(name, names)));
            };
            left = rest.get(end + 1..);
            steps.push(&**name);
            found = Some(member);
            form = match &member.node {
                Node::Record(inner) => {
                    around.push(inner);
                    inner
                }
                // Nothing has a name below.
                Node::Value { .. } | Node::List(_) => &none,
            };
        }
        let Some(member) = found else {
            return Err(unknown("attribute", path, None));
        };
        // What the value that goes leaves behind is not kept, so that a customer does not grow with every change.
        let mut store = StoreBuilder::new(self.record_bytes);
        let mut root = TableBuilder::of(&customer.root);
        root.forget(&member.node);
        let mut events: Vec<_> = customer.events.iter().map(TableBuilder::of).collect();
        for table in events.iter_mut().chain([&mut root]) {
            table.keep_texts(&customer.store, &mut store);
        }
        let taken = events.iter().chain([&root]).map(TableBuilder::bytes).sum();
        let mut context = self.context_with(taken, store)?;
        for step in &steps {
            context.enter(step);
        }
        json::replace(self.sized(json.as_ref())?, member, &mut root, &mut context)?;
        let root = root.finish_customer(context.store.texts());
        // A record that was missing is there now, and must have all that it cannot be without.
        for (depth, record) in around.into_iter().enumerate() {
            if is_known(&root, record)
                && let Some(name) = lacking(&root, record)
            {
                let path = format!("{}.{name}", steps[..=depth].join("."));
                let message = format!(
                    "required, but missing; set `{}` as a whole",
                    steps[..=depth].join(".")
                );
                return Err(LoadError::new(LoadErrorKind::Missing, path, message));
            }
        }
        let events = events.into_iter().map(TableBuilder::finish_events).collect();
        let store = context.store.finish();
        Ok(Customer::new(customer.shape.clone(), root, events, store))
    }

    fn check(&self, customer: &Customer) {
        assert!(
            customer.fits(&self.shape),
            "the customer was loaded for another schema; load it with the definitions it is used with"
        );
    }

    fn sized<'j>(&self, json: &'j [u8]) -> Result<&'j [u8], LoadError> {
        if json.len() <= self.record_bytes {
            return Ok(json);
        }
        let message = format!(
            "{} bytes, more than the limit of {}",
            json.len(),
            self.record_bytes
        );
        Err(LoadError::new(LoadErrorKind::TooLarge, "", message))
    }

    /// A context with as much room as what is kept of a customer leaves.
    fn context_with(&self, taken: usize, store: StoreBuilder) -> Result<Context<'_>, LoadError> {
        let Some(left) = self.record_bytes.checked_sub(taken) else {
            return Err(LoadError::new(
                LoadErrorKind::TooLarge,
                "",
                "the record is too large",
            ));
        };
        let mut context = self.context();
        context.bytes_left = left;
        context.store = store;
        Ok(context)
    }
}

fn unknown(kind: &str, name: &str, help: Option<String>) -> LoadError {
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    LoadError::new(
        LoadErrorKind::UnknownMember,
        name,
        format!("unknown {kind}{help}"),
    )
}

/// Whether a record of the only row has any value.
fn is_known(table: &Table, record: &Form) -> bool {
    record.members.values().any(|member| match &member.node {
        Node::Value { slot, .. } => table.cell(*slot).is_some(),
        Node::List(list) => list.slot.is_some_and(|slot| table.cell(slot).is_some()),
        Node::Record(inner) => is_known(table, inner),
    })
}

/// The first value that a record of the only row must have and lacks.
fn lacking(table: &Table, record: &Form) -> Option<String> {
    let mut required = record.members.iter().filter(|(_, member)| !member.optional);
    required.find_map(|(name, member)| match &member.node {
        Node::Value { slot, .. } => table.cell(*slot).is_none().then(|| name.to_string()),
        Node::List(list) => list
            .slot
            .is_some_and(|slot| table.cell(slot).is_none())
            .then(|| name.to_string()),
        Node::Record(inner) => lacking(table, inner).map(|inside| format!("{name}.{inside}")),
    })
}

impl TableBuilder {
    /// As [`Table::bytes`].
    fn bytes(&self) -> usize {
        let own = self.rows * self.layout.slots.len() * size_of::<u64>();
        own + self.lists.iter().map(Self::bytes).sum::<usize>()
    }

    /// The rows of a table, to go on with.
    fn of(table: &Table) -> Self {
        let mut builder = Self::new(&table.layout);
        let width = table.layout.slots.len();
        for row in 0..table.rows {
            builder.push();
            for slot in 0..width {
                if let Some(cell) = table.cell(slot * table.rows + row) {
                    builder.set(slot, cell);
                }
            }
        }
        builder.lists = table.lists.iter().map(Self::of).collect();
        builder
    }

    /// Copies the texts and places of its rows from one store to another.
    fn keep_texts(&mut self, from: &Store, to: &mut StoreBuilder) {
        let layout = self.layout.clone();
        self.each_known(|slot, cell| to.copy(&layout.slots[slot].ty, cell, from));
        self.lists.iter_mut().for_each(|it| it.keep_texts(from, to));
    }

    /// Takes a value away from the only row, with the items of lists, which are all this row's.
    fn forget(&mut self, node: &Node) {
        match node {
            Node::Value { slot, .. } => self.unset(*slot),
            Node::Record(form) => form.members.values().for_each(|it| self.forget(&it.node)),
            Node::List(list) => {
                list.slot.iter().for_each(|it| self.unset(*it));
                if let Some(items) = self.lists.get_mut(list.items) {
                    *items = Self::new(&items.layout);
                }
            }
        }
    }
}
