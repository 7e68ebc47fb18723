//! Events and lists of records: quantifiers and aggregates.

use super::super::constructs;
use super::{Collection, Generator, Kind, Level, Piece, Whose, head, window::Of};

impl Generator<'_, '_> {
    /// `any no all at least at most exactly`; none where the customer has neither events nor lists of records.
    pub(super) fn quantified(&mut self, depth: usize) -> Option<Piece> {
        let collection = self.collection_with(None)?;
        let form = self.choices.below(6);
        let amount = self.choices.below(4);
        let (construct, head) = match (form, collection.is_event) {
            (0, true) => ("any events", "any".to_owned()),
            (0, false) => ("any of a list", "any".to_owned()),
            (1, true) => ("no events", "no".to_owned()),
            (1, false) => ("no of a list", "no".to_owned()),
            (2, true) => ("all events", "all".to_owned()),
            (2, false) => ("all of a list", "all".to_owned()),
            (3, true) => ("at least events", format!("at least {amount}")),
            (3, false) => ("at least of a list", format!("at least {amount}")),
            (4, true) => ("at most events", format!("at most {amount}")),
            (4, false) => ("at most of a list", format!("at most {amount}")),
            (_, true) => ("exactly events", format!("exactly {amount}")),
            (_, false) => ("exactly of a list", format!("exactly {amount}")),
        };
        self.note(construct);
        let mut text = format!("{head} {}{}", collection.name, self.window_of(&collection, depth));
        // `all` without `where` would ask nothing.
        if form != 2 && self.choices.one_in(3) {
            return Some(Piece::new(Level::Comparison, text));
        }
        let condition = self.filter(&collection, depth);
        if condition.level >= Level::Not && self.choices.one_in(2) {
            self.note("bare where");
            text += &format!(" where {}", condition.text);
            Some(Piece::new(Level::Or, text))
        } else {
            self.note("where in parentheses");
            text += &format!(" where ({})", condition.text);
            Some(Piece::new(Level::Comparison, text))
        }
    }

    /// An aggregate with a value of the kind, where the customer has a collection that gives one.
    pub(super) fn aggregate(&mut self, kind: &Kind, depth: usize) -> Option<Piece> {
        let function = match kind {
            Kind::Int => *self.choices.pick(&[
                "count", "count", "distinct", "count", "distinct", "count", "distinct", "distinct",
                "distinct", "sum", "sum", "sum", "min", "max", "first", "last", "mode",
            ]),
            Kind::Float if self.portable => *self.choices.pick(&["min", "max", "first", "last", "mode"]),
            Kind::Decimal | Kind::Float => {
                // Sums and averages are of many kinds, each with a line of its own in the table.
                *self.choices.pick(&[
                    "sum", "avg", "min", "max", "first", "last", "sum", "sum", "avg", "avg", "avg", "avg",
                    "mode",
                ])
            }
            Kind::Text | Kind::Date | Kind::DateTime => *self
                .choices
                .pick(&["min", "max", "first", "last", "mode", "mode"]),
            Kind::Duration => return None,
            Kind::Geo => *self.choices.pick(&["first", "last"]),
            _ => *self.choices.pick(&["first", "last", "mode"]),
        };
        let of = match (function, kind) {
            ("count" | "distinct", _) => None,
            ("avg", Kind::Decimal) if self.choices.one_in(2) => Some(Kind::Int),
            (_, kind) => Some(kind.clone()),
        };
        let collection = self.collection_with(of.as_ref())?;
        let of = if function == "distinct" {
            Some(self.any_item_kind(&collection)?)
        } else {
            of
        };
        let value = match &of {
            None => None,
            Some(of) => {
                let plain = self.choices.below(3) > 0 || depth == 0;
                // A property alone is the common case, and the one with running sums.
                let value = self.within(&collection, |this| {
                    if plain {
                        this.property(of)
                    } else {
                        Some(this.value(of, 2))
                    }
                });
                Some(value?)
            }
        };
        self.note(aggregate_construct(function, of.as_ref(), collection.is_event));
        let mut text = format!("{function}(");
        if let Some(value) = value {
            text += &format!("{} of ", value.at(Level::Sum));
        }
        text += &collection.name;
        text += &self.window_of(&collection, depth);
        if self.choices.one_in(3) {
            self.note("where in an aggregate");
            let condition = self.filter(&collection, depth);
            text += &format!(" where {}", condition.text);
        }
        Some(Piece::primary(text + ")"))
    }

    /// A collection whose items have something of that kind; none inside `where`.
    fn collection_with(&mut self, kind: Option<&Kind>) -> Option<Collection> {
        let compared = self.compared;
        let may = |private: bool| !(compared && private);
        let has = |it: &Collection| {
            let mut slots = it.slots.iter().filter(|slot| may(slot.private));
            slots.any(|slot| Kind::of(&slot.ty).as_ref() == kind)
        };
        // A few rows inside each other are enough, and all that the language has room for.
        if self.rows() > 2 {
            return None;
        }
        let seen = self.seen();
        let fitting: Vec<&Collection> = seen
            .iter()
            .filter(|it| may(it.private) && (kind.is_none() || has(it)))
            .collect();
        // Events more often than lists: there are more kinds of them in the table.
        let events: Vec<&Collection> = fitting.iter().copied().filter(|it| it.is_event).collect();
        let lists = |whose| -> Vec<&Collection> {
            let fitting = fitting.iter().copied();
            fitting.filter(|it| it.whose == whose).collect()
        };
        let of_item = lists(Whose::Item);
        let fitting = if !of_item.is_empty() && self.choices.one_in(2) {
            of_item
        } else if events.is_empty() || self.choices.one_in(2) {
            fitting
        } else {
            events
        };
        if fitting.is_empty() {
            return None;
        }
        let collection = (*self.choices.pick(&fitting)).clone();
        if collection.whose == Whose::Catalogue {
            self.note_outside("list of a catalogue's item");
        }
        if self.item.is_some() {
            self.note_outside(if collection.whose == Whose::Item {
                "list of an item"
            } else {
                "collection inside another"
            });
        }
        Some(collection)
    }

    /// The collections in scope: lists of the items, then those of the customer, under the names that lead to them.
    fn seen(&self) -> Vec<Collection> {
        let mut seen = Vec::new();
        let mut hidden: Vec<&str> = Vec::new();
        for item in self.item.iter().chain(self.around.iter().rev()) {
            for slot in &item.slots {
                if !hidden.contains(&head(&slot.path))
                    && let Some(list) = Collection::of(slot, self.schema, Whose::Item)
                {
                    // There are few, beside those of the customer.
                    seen.extend([list.clone(), list.clone(), list.clone(), list.clone(), list]);
                }
            }
            hidden.extend(item.slots.iter().map(|slot| head(&slot.path)));
        }
        seen.extend(self.collections.iter().map(|it| {
            let hidden = hidden.contains(&head(&it.name));
            Collection {
                name: if hidden {
                    format!("customer.{}", it.name)
                } else {
                    it.name.clone()
                },
                ..it.clone()
            }
        }));
        seen
    }

    /// `any … followed by …`; none where there are no events, or no room.
    pub(super) fn sequence(&mut self, depth: usize) -> Option<Piece> {
        let events = |this: &Self| -> Vec<Collection> {
            this.seen()
                .into_iter()
                .filter(|it| it.is_event && !(this.compared && it.private))
                .collect()
        };
        if self.rows() > 1 || self.previous.is_some() || events(self).is_empty() {
            return None;
        }
        let mut last = self.choices.pick(&events(self)).clone();
        self.note_outside("followed by");
        let mut text = format!("any {}{}", last.name, self.window_of(&last, depth));
        if self.choices.one_in(3) {
            let condition = self.filter(&last, 1);
            text += &format!(" where ({})", condition.text);
        }
        let steps = 1 + self.choices.below(3);
        for step in 0..steps {
            let none = step + 1 == steps && self.choices.one_in(2);
            let next = self.choices.pick(&events(self)).clone();
            let word = if none { "no" } else { "any" };
            if none {
                self.note_outside("followed by no");
            }
            text += &format!(" followed by {word} {}", next.name);
            if self.choices.one_in(2) {
                let before = self.previous.replace(last.clone());
                let condition = self.within(&next, |this| this.condition(1));
                self.previous = before;
                text += &format!(" where ({})", condition.text);
            }
            let spans = &self.palette.spans;
            let within = match self.choices.below(4) {
                0 => {
                    self.note_outside("within months");
                    self.choices.pick(&self.palette.steps).to_string()
                }
                _ => self.choices.pick(spans).to_string(),
            };
            text += &format!(" within {within}");
            last = next;
        }
        Some(Piece::new(Level::Comparison, text))
    }

    /// With the blank before it, or nothing.
    fn window_of(&mut self, collection: &Collection, depth: usize) -> String {
        if !collection.is_event || self.choices.one_in(2) {
            return String::new();
        }
        if self.choices.one_in(8) {
            return format!(" {}", self.day_window(Of::Events));
        }
        format!(" {}", self.window(Of::Events, depth.saturating_sub(1)).0)
    }

    fn filter(&mut self, collection: &Collection, depth: usize) -> Piece {
        let depth = depth.saturating_sub(1).min(if self.rows() == 0 { 2 } else { 1 });
        self.within(collection, |this| this.condition(depth))
    }

    /// A property of the item itself, of that kind.
    fn property(&mut self, kind: &Kind) -> Option<Piece> {
        let item = self.item.as_ref()?;
        let fitting: Vec<&str> = item
            .slots
            .iter()
            .filter(|slot| Kind::of(&slot.ty).as_ref() == Some(kind))
            .filter(|slot| !(self.compared && slot.private))
            .map(|slot| slot.path.as_str())
            .collect();
        if fitting.is_empty() {
            None
        } else {
            Some(Piece::primary(*self.choices.pick(&fitting)))
        }
    }

    fn any_item_kind(&mut self, collection: &Collection) -> Option<Kind> {
        let kinds: Vec<Kind> = collection
            .slots
            .iter()
            .filter(|slot| !(self.compared && slot.private))
            .filter_map(|slot| Kind::of(&slot.ty))
            .filter(|kind| *kind != Kind::Geo)
            .collect();
        if kinds.is_empty() {
            None
        } else {
            Some(self.choices.pick(&kinds).clone())
        }
    }
}

/// The name in the table of constructs.
fn aggregate_construct(function: &str, of: Option<&Kind>, events: bool) -> &'static str {
    let number = match of {
        Some(Kind::Int) => "int",
        Some(Kind::Decimal) => "decimal",
        _ => "float",
    };
    let ordered = match of {
        Some(Kind::Text) => "text",
        Some(Kind::Date | Kind::DateTime) => "times",
        _ => "numbers",
    };
    let name = match (function, events) {
        (function, false) => format!("{function} of a list"),
        ("sum" | "avg", true) => format!("{function} of {number} of events"),
        ("min" | "max", true) => format!("{function} of {ordered} of events"),
        (function, true) => format!("{function} of events"),
    };
    let found = constructs::ALL.iter().find(|it| **it == name);
    found.unwrap_or_else(|| panic!("`{name}` is not in the table of constructs"))
}
