//! One walk through the typed tree that notes what is read.

mod finish;
mod template;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use super::LookBack;
use crate::{
    hir::{
        Bound, Cap, ChannelRules, Condition, ConditionKind, Distance, Expr, ExprKind, Function, Items,
        MADE_LISTS, Module, Offer, Part, Place, Source, Spot, Step, Window, Within,
    },
    value::Type,
};

/// Gathers what definitions and messages read; each definition that is referred to is looked into once.
pub(crate) struct Gather<'m> {
    module: &'m Module,
    segments: HashSet<usize>,
    traits: HashSet<usize>,
    /// Of these, what something refers to by its name.
    named_segments: BTreeSet<usize>,
    named_traits: BTreeSet<usize>,
    /// What the rows in scope are, the customer first: of an item of a list that was made, perhaps one of several.
    rows: Vec<Vec<Row>>,
    /// What a template made, as far as it comes from the record.
    made: BTreeMap<Made, Vec<Row>>,
    read: BTreeMap<Root, Read>,
    look_back: BTreeMap<usize, LookBack>,
    lists: BTreeSet<Arc<str>>,
    functions: BTreeSet<usize>,
    ranks: BTreeSet<usize>,
    /// How many items at most; `None` for as many as there are.
    placements: BTreeMap<usize, Option<u64>>,
    locals: BTreeSet<usize>,
    now: bool,
    zone: bool,
}

/// A kind of record; by its position in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Customer,
    Event(usize),
    Catalog(usize),
}

/// A list or a record that a template made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    List(u32),
    Item(u8),
}

/// A row: an item of the list that these slots lead to, or the record itself.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    root: Root,
    lists: Vec<u32>,
}

/// The slots that are read, and what of their items.
#[derive(Debug, Default)]
struct Read(BTreeMap<u32, Read>);

impl<'m> Gather<'m> {
    pub(crate) fn new(module: &'m Module) -> Self {
        Self {
            module,
            segments: HashSet::new(),
            traits: HashSet::new(),
            named_segments: BTreeSet::new(),
            named_traits: BTreeSet::new(),
            rows: vec![vec![Row::of(Root::Customer)]],
            made: BTreeMap::new(),
            read: BTreeMap::new(),
            look_back: BTreeMap::new(),
            lists: BTreeSet::new(),
            functions: BTreeSet::new(),
            ranks: BTreeSet::new(),
            placements: BTreeMap::new(),
            locals: BTreeSet::new(),
            now: false,
            zone: false,
        }
    }

    /// Looks into a segment.
    pub(crate) fn segment(&mut self, index: usize) {
        if self.segments.insert(index) {
            let module = self.module;
            self.outside(|this| this.part(Part::Condition(&module.segments[index].condition)));
        }
    }

    /// Looks into a segment that something refers to: one with a name is told, a rule of a campaign has none.
    pub(crate) fn refer(&mut self, segment: usize) {
        if segment < self.module.named {
            self.named_segments.insert(segment);
        }
        self.segment(segment);
    }

    /// Looks into a trait.
    pub(crate) fn computed(&mut self, index: usize) {
        if self.traits.insert(index) {
            let module = self.module;
            self.outside(|this| this.part(Part::Expr(&module.traits[index].value)));
        }
    }

    /// Looks into what a campaign asks to decide.
    pub(crate) fn campaign(&mut self, index: usize) {
        let module = self.module;
        let all = &module.campaigns;
        let campaign = &all.all[index];
        for rule in all.rules_of(campaign, module) {
            self.refer(rule);
        }
        campaign.caps.iter().for_each(|it| self.cap(it));
        all.offers_of(campaign).into_iter().for_each(|it| self.offer(it));
        let mut channels = 0;
        for channel in all.channels_of(campaign, module) {
            self.channel(channel);
            channels += 1;
        }
        if channels > 1 {
            all.declared.iter().for_each(|it| self.value(it));
            all.answered.iter().for_each(|it| self.value(it));
        }
    }

    /// Looks into what a channel asks.
    pub(crate) fn channel(&mut self, channel: &ChannelRules) {
        let address = channel.address.as_ref().map(|(_, rule)| *rule);
        let rules = channel
            .suppress
            .iter()
            .copied()
            .chain([channel.consent])
            .chain(address);
        rules.for_each(|it| self.refer(it));
        channel.caps.iter().for_each(|it| self.cap(it));
        if channel.quiet.is_some() {
            self.clock();
        }
    }

    /// Looks into who may have an offer, and its terms.
    pub(crate) fn offer(&mut self, offer: &Offer) {
        offer.eligible.iter().for_each(|it| self.refer(*it));
        offer.cap.iter().for_each(|it| self.cap(it));
        for term in &offer.terms {
            term.value.iter().for_each(|it| self.value(it));
        }
    }

    /// Looks into what a cap counts.
    pub(crate) fn cap(&mut self, cap: &Cap) {
        if let ExprKind::Aggregate { items, .. } = &cap.counted.kind {
            let elsewhere = self.module.campaigns.zone.is_some();
            self.items(items, Some(LookBack::of_cap(cap.within, elsewhere)));
        }
        self.now = true;
        if !matches!(cap.within, Within::Distance(Distance::Micros(_))) {
            self.zone();
        }
    }

    /// Looks at the clock where the customer is.
    pub(crate) fn clock(&mut self) {
        self.now = true;
        self.zone();
    }

    /// The customer's zone, or that of the evaluation.
    fn zone(&mut self) {
        let module = self.module;
        self.zone = true;
        module.campaigns.zone.iter().for_each(|it| self.value(it));
    }

    /// Looks into a value.
    pub(crate) fn value(&mut self, value: &Expr) {
        self.part(Part::Expr(value));
    }

    /// What the items of a list are.
    fn items_of(&self, list: &Spot) -> Vec<Row> {
        if let Spot::Row(Place {
            row: MADE_LISTS,
            slot,
        }) = list
        {
            return self.made.get(&Made::List(*slot)).cloned().unwrap_or_default();
        }
        let rows = self.rows_of(list).into_iter();
        rows.map(|row| row.list(list.slot())).collect()
    }

    /// What a row may be.
    fn rows_at(&self, number: u8) -> Vec<Row> {
        match self.made.get(&Made::Item(number)) {
            Some(rows) => rows.clone(),
            None => self.rows.get(usize::from(number)).cloned().unwrap_or_default(),
        }
    }

    /// Does something with the customer alone in scope.
    fn outside(&mut self, look: impl FnOnce(&mut Self)) {
        let inner = self.rows.split_off(1);
        look(self);
        self.rows.truncate(1);
        self.rows.extend(inner);
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Condition(condition) => {
                if let ConditionKind::Sequence { first, steps } = &condition.kind {
                    self.sequence(first, steps);
                    return;
                }
                self.condition(condition);
            }
            Part::Expr(expr) => self.expr(expr),
            Part::Window(window) => self.window(window),
            Part::Items(items) => {
                self.items(items, None);
                return;
            }
            Part::List(list) => self.spot(list, list.slot()),
            Part::Slots { first, last } => {
                for slot in first.slot()..=last {
                    self.spot(first, slot);
                }
            }
        }
        part.parts(&mut |inner| self.part(inner));
    }

    fn condition(&mut self, condition: &Condition) {
        match &condition.kind {
            ConditionKind::Segment(index) => self.refer(*index),
            ConditionKind::In { set, .. } | ConditionKind::ContainsEach { set, .. } => {
                self.lists.extend(set.list.clone());
            }
            ConditionKind::Rank { rank, .. } => _ = self.ranks.insert(*rank),
            ConditionKind::Anniversary { operand, .. } => self.zone |= operand.ty == Type::DateTime,
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Slot(place) => self.note(*place),
            ExprKind::Local(index) => _ = self.locals.insert(*index),
            ExprKind::Trait(index) => {
                self.named_traits.insert(*index);
                self.computed(*index);
            }
            ExprKind::Now => self.now = true,
            ExprKind::Today => (self.now, self.zone) = (true, true),
            ExprKind::Clock(_) => self.zone = true,
            ExprKind::Shift { operand, .. } => self.zone |= operand.ty == Type::DateTime,
            ExprKind::Follow { catalog, slot, .. } => self.slot(&Row::of(Root::Catalog(*catalog)), *slot),
            ExprKind::Host { function, .. } => _ = self.functions.insert(*function),
            ExprKind::Quantile { rank, .. } => _ = self.ranks.insert(*rank),
            ExprKind::Call { function, args } => {
                let of_instant = args.first().is_some_and(|it| it.ty == Type::DateTime);
                match function {
                    Function::YearsSince => (self.now, self.zone) = (true, true),
                    Function::DaysSince => {
                        self.now = true;
                        self.zone |= !of_instant;
                    }
                    Function::Date
                    | Function::Year
                    | Function::Month
                    | Function::Day
                    | Function::Weekday
                    | Function::Hour => self.zone |= of_instant,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn window(&mut self, window: &Window) {
        for edge in [&window.from, &window.to].into_iter().flatten() {
            self.bound(&edge.bound);
        }
    }

    fn bound(&mut self, bound: &Bound) {
        match bound {
            Bound::Instant(_) | Bound::Day(_) | Bound::Expr(_) => {}
            Bound::FromNow(_) => self.now = true,
            Bound::Local(_) => self.zone = true,
            Bound::MonthsFromNow(_)
            | Bound::FromToday(_)
            | Bound::MonthsFromToday(_)
            | Bound::PeriodFromToday { .. } => (self.now, self.zone) = (true, true),
            Bound::DayStart { day, .. } => {
                self.zone = true;
                self.bound(day);
            }
        }
    }

    /// Looks into a collection, whose row stays in scope for what is taken of each item. Events are read as far back as
    /// given, or as the window reaches.
    fn items(&mut self, items: &Items, look_back: Option<LookBack>) {
        if let Some(window) = &items.window {
            self.part(Part::Window(window));
        }
        let row = match &items.source {
            &Source::Events(event) => {
                self.now = true;
                let reach = look_back.unwrap_or_else(|| LookBack::of(items.window.as_ref()));
                let before = self.look_back.remove(&event).unwrap_or(LookBack::NONE);
                self.look_back.insert(event, before.or(reach));
                vec![Row::of(Root::Event(event))]
            }
            Source::List(list) => {
                self.part(Part::List(list));
                self.items_of(list)
            }
        };
        self.enter(items.row, row);
        if let Some(filter) = &items.filter {
            self.part(Part::Condition(filter));
        }
    }

    /// What follows an event is not earlier than it, so that all steps reach as far back as the first.
    fn sequence(&mut self, first: &Items, steps: &[Step]) {
        let look_back = LookBack::of(first.window.as_ref());
        self.items(first, None);
        let mut before = &first.source;
        for step in steps {
            if let (&Source::Events(event), Some(outer)) = (before, step.items.row.checked_sub(1)) {
                self.enter(outer, vec![Row::of(Root::Event(event))]);
            }
            if let crate::hir::Distance::Months(_) = step.within {
                self.zone = true;
            }
            self.items(&step.items, Some(look_back.clone()));
            before = &step.items.source;
        }
    }

    fn enter(&mut self, number: u8, row: Vec<Row>) {
        let index = usize::from(number);
        if self.rows.len() <= index {
            self.rows.resize(index + 1, Vec::new());
        }
        // The customer stays the customer.
        if index > 0 {
            self.rows[index] = row;
        }
    }

    /// What may have a list or a record.
    fn rows_of(&self, spot: &Spot) -> Vec<Row> {
        match spot {
            Spot::Row(place) => self.rows_at(place.row),
            Spot::Item { catalog, .. } => vec![Row::of(Root::Catalog(*catalog))],
        }
    }

    /// A slot of the row that has a list or a record.
    fn spot(&mut self, holder: &Spot, slot: u32) {
        if matches!(holder, Spot::Row(place) if place.row == MADE_LISTS) {
            return;
        }
        for row in self.rows_of(holder) {
            self.slot(&row, slot);
        }
    }

    fn note(&mut self, place: Place) {
        if place.row == MADE_LISTS {
            return;
        }
        for row in self.rows_at(place.row) {
            self.slot(&row, place.slot);
        }
    }

    fn slot(&mut self, row: &Row, slot: u32) {
        let mut read = self.read.entry(row.root).or_default();
        for list in &row.lists {
            read = read.0.entry(*list).or_default();
        }
        read.0.entry(slot).or_default();
    }
}

impl Row {
    fn of(root: Root) -> Self {
        Self {
            root,
            lists: Vec::new(),
        }
    }

    /// An item of one of its lists.
    fn list(mut self, slot: u32) -> Self {
        self.lists.push(slot);
        self
    }
}
