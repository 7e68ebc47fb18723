//! One case: what is asked, of whom, and whether every way to ask gives the same answer.

use std::{
    cell::RefCell,
    fmt::{Debug, Display},
};

use audience::{At, Customer, DateTime, Definitions, Population, Schema, SegmentSet};
#[cfg(feature = "batch")]
use audience::{ValueRef, batch::Customers};
use serde::Deserialize;

use crate::requirements;

use super::{
    changes::{self, Kinds},
    choices::Choices,
    client::Client,
    customers,
    customers::{Datum, Decimals},
    numbers::Numbers,
    palette::Palette,
    rules,
    rules::{Named, Purpose, Rules},
    table::Table,
};

/// A case: rules, and customers to ask.
pub(crate) struct Case {
    palette: Palette,
    pub(crate) rules: Rules,
    customers: Vec<Datum>,
    /// The items of each catalogue.
    items: Vec<(String, Vec<Datum>)>,
}

impl Case {
    pub(crate) fn draw(numbers: &Numbers, schema: &Schema, schema_text: &str) -> Self {
        Self::draw_for(Purpose::Language, numbers, schema, schema_text)
    }

    pub(crate) fn draw_for(purpose: Purpose, numbers: &Numbers, schema: &Schema, schema_text: &str) -> Self {
        let palette = Palette::draw(&mut Choices::new(&numbers.palette));
        let rules = rules::draw(schema, schema_text, &palette, &numbers.rules, purpose);
        let draw = |(key, numbers): (usize, &Vec<u16>)| {
            customers::draw(schema, &palette, &mut Choices::new(numbers), key)
        };
        let customers = numbers.customers.iter().enumerate().map(draw).collect();
        let items = schema.catalogs.iter().map(|(name, catalog)| {
            // Some of the texts that customers have are keys; of the others the item is gone.
            let mut keys = palette.texts.clone();
            keys.extend(palette.texts.iter().take(1).map(|it| format!("{it}x")));
            keys.push(String::new());
            keys.sort();
            keys.dedup();
            let numbers = numbers.customers.iter().cycle();
            let items = keys.iter().zip(numbers).map(|(key, numbers)| {
                customers::item(&catalog.fields, &palette, &mut Choices::new(numbers), key)
            });
            (name.to_string(), items.collect())
        });
        let items = items.collect();
        Self {
            palette,
            rules,
            customers,
            items,
        }
    }

    /// The definitions, with what the customers of the case are as a population.
    pub(crate) fn fitted(&self, definitions: &Definitions) -> Result<(Definitions, Population), String> {
        let (at, customers) = self.loaded(definitions)?;
        let population = definitions.fit(&customers, &at);
        let definitions = definitions.with_population(&population).map_err(text)?;
        Ok((definitions, population))
    }

    /// When and where it is asked, and the customers, loaded.
    pub(crate) fn loaded(&self, definitions: &Definitions) -> Result<(At, Vec<Customer>), String> {
        let at = self.at(definitions)?;
        let load = |customer: &Datum| {
            let json = customer.json(Decimals::Numbers);
            definitions
                .customer_from_json(&json)
                .map_err(|error| format!("does not load: {error}\n{json}"))
        };
        Ok((
            at,
            self.customers.iter().map(load).collect::<Result<_, String>>()?,
        ))
    }
}

#[cfg(feature = "sql")]
impl Case {
    pub(crate) fn customers(&self) -> &[Datum] {
        &self.customers
    }

    /// The items of a catalogue.
    pub(crate) fn items(&self, catalog: &str) -> &[Datum] {
        let items = self.items.iter().find(|(name, _)| name == catalog);
        items.map_or(&[], |(_, items)| items)
    }
}

impl Case {
    pub(super) fn customer(&self, index: usize) -> &Datum {
        &self.customers[index]
    }

    /// The moment and place of the case, with the items of its catalogues.
    fn at(&self, definitions: &Definitions) -> Result<At, String> {
        self.at_moment(definitions, self.palette.now)
    }

    /// Another moment, with the items of the catalogues.
    pub(crate) fn at_moment(&self, definitions: &Definitions, now: DateTime) -> Result<At, String> {
        let mut at = definitions.at(now, &self.palette.zone);
        for (catalog, items) in &self.items {
            let items = definitions.loader().items_from(catalog, items).map_err(text)?;
            at = at.with_items(items);
        }
        Ok(at)
    }

    /// A customer, and when and where it is asked about.
    pub(crate) fn asked(&self, index: usize) -> String {
        let Palette { now, zone, .. } = self.palette;
        format!(
            "{} at {now} in {}",
            self.customers[index].json(Decimals::Numbers),
            zone.name()
        )
    }
}

#[cfg(feature = "cli")]
impl Case {
    /// The customers as lines of JSON.
    pub(crate) fn samples(&self) -> Vec<String> {
        self.customers
            .iter()
            .map(|it| it.json(Decimals::Numbers))
            .collect()
    }
}

/// Who answered, and what.
type Answer<'a, T> = (&'a str, T);

impl Case {
    /// An error that shows the rule and the customer when the two answers differ.
    fn same<T: PartialEq + Debug>(
        &self,
        rule: &Named,
        customer: usize,
        (one, first): Answer<'_, T>,
        (other, second): Answer<'_, T>,
    ) -> Result<(), String> {
        if first == second {
            return Ok(());
        }
        let Palette { now, zone, .. } = self.palette;
        Err(format!(
            "{one} says {first:?}, {other} {second:?}\nof  {} = {}\nat  {now} in {}\nfor {}",
            rule.name,
            rule.text,
            zone.name(),
            self.customers[customer].json(Decimals::Numbers),
        ))
    }
}

impl Case {
    /// All segments together give what each gives alone.
    fn together(
        &self,
        customer: usize,
        found: &SegmentSet,
        alone: impl Iterator<Item = (bool, String)>,
    ) -> Result<(), String> {
        let rules = self
            .rules
            .probes
            .iter()
            .map(|it| &it.rule)
            .chain(&self.rules.segments);
        let rules: Vec<_> = rules.collect();
        for (position, (answer, name)) in alone.enumerate() {
            let rule = rules.iter().find(|it| it.name == name).ok_or(name)?;
            let together = ("all together", found.contains(position));
            self.same(rule, customer, together, ("interpreter", answer))?;
        }
        Ok(())
    }
}

/// The definitions of a case, compiled, with its customers loaded.
pub(crate) struct Compiled {
    pub(crate) definitions: Definitions,
    /// Fitted from the customers themselves.
    population: Population,
    pub(crate) at: At,
    pub(crate) customers: Vec<Customer>,
}

impl Compiled {
    pub(crate) fn new(case: &Case) -> Result<Self, String> {
        Self::of_text(case, &case.rules.text())
    }

    fn of_text(case: &Case, text: &str) -> Result<Self, String> {
        let definitions = Definitions::parse(text).map_err(|error| format!("does not compile:\n{error}"))?;
        let (definitions, population) = case.fitted(&definitions)?;
        let (at, customers) = case.loaded(&definitions)?;
        Ok(Self {
            definitions,
            population,
            at,
            customers,
        })
    }

    /// The text says what the schema says.
    pub(crate) fn has_schema(&self, schema: &Schema) -> Result<(), String> {
        if self.definitions.schema() == schema {
            return Ok(());
        }
        Err(format!(
            "another schema than\n{schema:?}\nnamely\n{:?}",
            self.definitions.schema()
        ))
    }

    /// The program answers as the interpreter does; notes the answers of each probe in the table.
    pub(crate) fn agrees(&self, case: &Case, table: &RefCell<Table>) -> Result<(), String> {
        let rules = case.rules.segments.iter().map(|rule| (rule, None));
        let probes = case.rules.probes.iter().map(|probe| (&probe.rule, Some(probe)));
        for (rule, probe) in rules.chain(probes) {
            let segment = self.definitions.segment(&rule.name).map_err(text)?;
            let mut answers = Vec::new();
            for (index, customer) in self.customers.iter().enumerate() {
                let answer = segment.interpret(customer, &self.at);
                let program = segment.matches(customer, &self.at);
                case.same(rule, index, ("program", program), ("interpreter", answer))?;
                answers.push(answer);
            }
            if let Some(probe) = probe {
                table.borrow_mut().add(probe, &answers);
            }
        }
        let (segments, mut found) = (self.definitions.segments(), SegmentSet::new());
        for (index, customer) in self.customers.iter().enumerate() {
            segments.matching(customer, &self.at, &mut found);
            case.together(
                index,
                &found,
                segments
                    .iter()
                    .map(|it| (it.interpret(customer, &self.at), it.name().to_owned())),
            )?;
        }
        for rule in &case.rules.traits {
            let computed = self.definitions.computed(&rule.name).map_err(text)?;
            for (index, customer) in self.customers.iter().enumerate() {
                let answer = computed.interpret(customer, &self.at);
                let program = computed.value(customer, &self.at);
                case.same(rule, index, ("program", program), ("interpreter", answer))?;
            }
        }
        Ok(())
    }

    /// The interpreter and the program answer for the struct as the interpreter does for the customer.
    pub(crate) fn agrees_in_place(&self, case: &Case) -> Result<(), String> {
        let read = |it: &Datum| Client::deserialize(it.clone()).expect("the struct has the schema's fields");
        let clients: Vec<Client> = case.customers.iter().map(read).collect();
        let bound = self.definitions.bind::<Client>().map_err(text)?;
        if bound.fit(&clients, &self.at) != self.population {
            return Err("fitted in place, the population is another".to_owned());
        }
        let both = || self.customers.iter().zip(&clients).enumerate();
        for rule in case
            .rules
            .segments
            .iter()
            .chain(case.rules.probes.iter().map(|it| &it.rule))
        {
            let loaded = self.definitions.segment(&rule.name).map_err(text)?;
            let in_place = bound.segment(&rule.name).map_err(text)?;
            for (index, (customer, client)) in both() {
                let answer = ("interpreter", loaded.interpret(customer, &self.at));
                let interpreted = in_place.interpret(client, &self.at);
                case.same(rule, index, ("interpreter in place", interpreted), answer)?;
                let matched = in_place.matches(client, &self.at);
                case.same(rule, index, ("program in place", matched), answer)?;
            }
        }
        let (segments, mut found) = (bound.segments(), SegmentSet::new());
        for (index, client) in clients.iter().enumerate() {
            segments.matching(client, &self.at, &mut found);
            let alone = segments
                .iter()
                .map(|it| (it.interpret(client, &self.at), it.name().to_owned()));
            case.together(index, &found, alone)?;
        }
        for rule in &case.rules.traits {
            let loaded = self.definitions.computed(&rule.name).map_err(text)?;
            let in_place = bound.computed(&rule.name).map_err(text)?;
            for (index, (customer, client)) in both() {
                let answer = ("interpreter", loaded.interpret(customer, &self.at));
                let interpreted = in_place.interpret(client, &self.at);
                case.same(rule, index, ("interpreter in place", interpreted), answer.clone())?;
                let value = in_place.value(client, &self.at);
                case.same(rule, index, ("program in place", value), answer)?;
            }
        }
        Ok(())
    }

    /// Columns give the interpreter's answers, segment by segment and all rows at once.
    #[cfg(feature = "batch")]
    pub(crate) fn agrees_in_columns(&self, case: &Case) -> Result<(), String> {
        // More rows than a word has bits, so that there is a second one.
        let rows = self.customers.len() + 64;
        let people = Customers::from_customers(&self.definitions, self.customers.iter().cycle().take(rows));
        let people = people.map_err(text)?;
        // Each once and then the last again and again, so that few rows reach some tests.
        let last = |row: usize| row.min(self.customers.len() - 1);
        let uneven =
            Customers::from_customers(&self.definitions, (0..rows).map(|row| &self.customers[last(row)]));
        let uneven = uneven.map_err(text)?;
        let mut fitter = self.definitions.fitter(&self.at);
        for part in self.customers.chunks(2) {
            fitter.add_batch(&Customers::from_customers(&self.definitions, part).map_err(text)?);
        }
        if fitter.finish() != self.population {
            return Err("fitted from batches, the population is another".to_owned());
        }
        let of_row = |row: usize| {
            (
                row % self.customers.len(),
                &self.customers[row % self.customers.len()],
            )
        };
        let probes = case.rules.probes.iter().map(|probe| &probe.rule);
        let together = self.definitions.segments().evaluate(&people, &self.at);
        let counts = self.definitions.segments().counts(&people, &self.at);
        #[cfg(feature = "parallel")]
        if self.definitions.segments().evaluate_parallel(&people, &self.at) != together
            || self.definitions.segments().counts_parallel(&people, &self.at) != counts
        {
            return Err("on all processors, the answers are others".to_owned());
        }
        for rule in case.rules.segments.iter().chain(probes) {
            let segment = self.definitions.segment(&rule.name).map_err(text)?;
            let members = segment.evaluate(&people, &self.at);
            let position = together.iter().position(|it| it.name() == rule.name);
            let position = position.ok_or_else(|| format!("{} was not evaluated", rule.name))?;
            if together[position] != members || counts[position] != members.count() {
                return Err(format!(
                    "alone and together, {} has other members: {}",
                    rule.name, rule.text
                ));
            }
            let answers = self.customers.iter().map(|it| segment.interpret(it, &self.at));
            let answers: Vec<bool> = answers.collect();
            for row in 0..rows {
                let (index, _) = of_row(row);
                let column = members.contains(row);
                case.same(rule, index, ("columns", column), ("interpreter", answers[index]))?;
            }
            let members = segment.evaluate(&uneven, &self.at);
            for row in 0..rows {
                let (index, column) = (last(row), members.contains(row));
                case.same(
                    rule,
                    index,
                    ("uneven columns", column),
                    ("interpreter", answers[index]),
                )?;
            }
        }
        for rule in &case.rules.traits {
            let computed = self.definitions.computed(&rule.name).map_err(text)?;
            let values = computed.evaluate(&people, &self.at);
            for (row, value) in values.iter().enumerate().take(self.customers.len()) {
                let (index, customer) = of_row(row);
                let answer = computed.interpret(customer, &self.at);
                let column = value.map(ValueRef::to_owned);
                case.same(rule, index, ("columns", column), ("interpreter", answer))?;
            }
        }
        Ok(())
    }

    /// Nothing changes before the next change, and then the answer is another one.
    pub(crate) fn next_changes_are_the_earliest(&self, case: &Case, kinds: &Kinds) -> Result<(), String> {
        let instants = changes::instants(&self.definitions, &case.palette);
        let bound = self.definitions.bind::<Client>().map_err(text)?;
        for rule in &case.rules.segments {
            let in_place = bound.segment(&rule.name).map_err(text)?;
            let segment = self.definitions.segment(&rule.name).map_err(text)?;
            for (index, customer) in self.customers.iter().take(3).enumerate() {
                let client = Client::deserialize(case.customers[index].clone()).expect("the schema's fields");
                let loaded = segment.next_change(customer, &self.at);
                let read = in_place.next_change(&client, &self.at);
                case.same(
                    rule,
                    index,
                    ("the next change of the customer", loaded),
                    ("of the struct", read),
                )?;
                changes::check(
                    &self.definitions,
                    &segment,
                    customer,
                    &case.palette,
                    &instants,
                    kinds,
                )
                .map_err(|error| {
                    let Palette { now, zone, .. } = case.palette;
                    format!(
                        "{error}\nof  {} = {}\nat  {now} in {}\nfor {}",
                        rule.name,
                        rule.text,
                        zone.name(),
                        case.customers[index].json(Decimals::Numbers),
                    )
                })?;
            }
        }
        Ok(())
    }

    /// A customer without all that a rule does not list among its requirements gets the same answer.
    pub(crate) fn needs_no_more(&self, case: &Case) -> Result<(), String> {
        let Palette { now, zone, .. } = case.palette;
        for rule in case
            .rules
            .segments
            .iter()
            .chain(case.rules.probes.iter().map(|it| &it.rule))
        {
            let segment = self.definitions.segment(&rule.name).map_err(text)?;
            let needed = segment.requirements();
            for index in 0..self.customers.len().min(5) {
                // Reading JSON into a tree and writing it may change the last digit of a float.
                let json = case.customers[index].json(Decimals::Texts);
                let json: serde_json::Value = serde_json::from_str(&json).map_err(text)?;
                let json = json.to_string();
                let customer = self.definitions.customer_from_json(&json).map_err(text)?;
                let less = requirements::strip(self.definitions.schema(), &needed, &json, now, zone);
                let less = self.definitions.customer_from_json(&less).map_err(text)?;
                let answer = segment.matches(&customer, &self.at);
                let stripped = segment.matches(&less, &self.at);
                case.same(
                    rule,
                    index,
                    ("the customer", answer),
                    ("what is needed of it", stripped),
                )?;
            }
        }
        Ok(())
    }

    /// What the formatter writes means the same.
    pub(crate) fn survives_formatting(&self, case: &Case) -> Result<(), String> {
        let format = |text: &str| Definitions::format("case.audience", text).map_err(|it| it.to_string());
        let formatted = format(&case.rules.text_without_probes())?;
        let again = format(&formatted)?;
        if again != formatted {
            return Err(format!(
                "formatting is not idempotent:\n{formatted}\nthen\n{again}"
            ));
        }
        let other = Self::of_text(case, &formatted)?;
        for rule in &case.rules.segments {
            let before = self.definitions.segment(&rule.name).map_err(text)?;
            let after = other.definitions.segment(&rule.name).map_err(text)?;
            for (index, customer) in self.customers.iter().enumerate() {
                let as_written = before.matches(customer, &self.at);
                let formatted = after.matches(customer, &other.at);
                case.same(rule, index, ("formatted", formatted), ("as written", as_written))?;
            }
        }
        Ok(())
    }

    /// JSON with decimals as text, and `Serialize`, give the customer that JSON with numbers gives.
    pub(crate) fn loads_alike(&self, case: &Case) -> Result<(), String> {
        for (datum, customer) in case.customers.iter().zip(&self.customers) {
            let json = datum.json(Decimals::Texts);
            let texts = self
                .definitions
                .customer_from_json(&json)
                .map_err(|it| it.to_string())?;
            let serialized = self
                .definitions
                .customer_from(datum)
                .map_err(|it| it.to_string())?;
            if texts != *customer || serialized != *customer {
                return Err(format!("loaded in different ways, not the same:\n{json}"));
            }
        }
        Ok(())
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}
