//! Strategies for rows of a schema, as JSON.

use std::{ops::Range, sync::Arc};

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
};
use serde_json::{Map, Value as Json, json};

use super::aim::{Aims, Group, Groups, RowAims};
use crate::{
    eval::At,
    schema::Schema,
    value::{Date, DateTime, Decimal, Field, Geo, Roles, Schemes, Type, Value, number},
};

const DAY: i64 = 86_400_000_000;

/// What strategies need to know beside the aims.
#[derive(Clone, Debug)]
pub(super) struct World {
    schema: Arc<Schema>,
    at: At,
}

type Values = BoxedStrategy<Option<Json>>;

impl World {
    pub(super) fn new(schema: Arc<Schema>, at: &At) -> Self {
        Self {
            schema,
            at: at.clone(),
        }
    }

    /// Customers of the schema that are as aimed for, where that is possible.
    pub(super) fn customer(&self, aims: &Aims) -> BoxedStrategy<Json> {
        let mut slot = 0;
        let attributes = self.object(&self.schema.customer, &mut slot, &aims.customer);
        let events: Vec<_> = self
            .schema
            .events
            .iter()
            .enumerate()
            .map(|(index, (name, event))| {
                let groups = aims.events.get(&index).cloned().unwrap_or_default();
                let fields: Arc<[Field]> = event.fields.clone().into();
                let world = self.clone();
                let items = items(&groups, move |group| world.event(&fields, group));
                let name = name.to_string();
                items.prop_map(move |items| (name.clone(), items))
            })
            .collect();
        (attributes, events)
            .prop_map(|(mut customer, events)| {
                for (name, items) in events {
                    if !items.is_empty() {
                        customer.insert(name, Json::Array(items));
                    }
                }
                Json::Object(customer)
            })
            .boxed()
    }

    /// A record whose first slot has that number; leaves the number after its last one.
    fn object(&self, fields: &[Field], slot: &mut u32, aims: &RowAims) -> BoxedStrategy<Map<String, Json>> {
        let members: Vec<_> = fields
            .iter()
            .map(|field| {
                let name = field.name.to_string();
                let value = self.field(field, slot, aims);
                value.prop_map(move |value| value.map(|value| (name.clone(), value)))
            })
            .collect();
        members
            .prop_map(|members| members.into_iter().flatten().collect())
            .boxed()
    }

    fn field(&self, field: &Field, slot: &mut u32, aims: &RowAims) -> Values {
        let first = *slot;
        if let Type::Record(fields) = &field.ty {
            let record = self.object(fields, slot, aims).prop_map(Json::Object);
            let aimed = aims
                .slots
                .range(first..*slot)
                .any(|(_, aim)| aim.missing != Some(true))
                || aims.lists.range(first..*slot).next().is_some();
            let missing = aims.slots.range(first..*slot).next().is_some() && !aimed;
            return match (field.optional, missing, aimed) {
                (true, true, _) => Just(None).boxed(),
                (true, false, false) => option::weighted(0.7, record).boxed(),
                _ => record.prop_map(Some).boxed(),
            };
        }
        *slot += 1;
        if let Type::List(item) = &field.ty {
            let groups = aims.lists.get(&first).cloned().unwrap_or_default();
            return self.list(item, &groups, field);
        }
        let aim = aims.slots.get(&first);
        let candidates = aim
            .map(|aim| self.fitting(&field.ty, &field.roles, &aim.candidates()))
            .unwrap_or_default();
        let any = self.plain(&field.ty, &field.roles);
        let missing = aim.and_then(|aim| aim.missing);
        match (field.optional, missing) {
            (true, Some(true)) => Just(None).boxed(),
            (true, None) => option::weighted(0.7, any).boxed(),
            _ if candidates.is_empty() => any.prop_map(Some).boxed(),
            _ => prop_oneof![12 => select(candidates), 1 => any]
                .prop_map(Some)
                .boxed(),
        }
    }

    fn list(&self, item: &Type, groups: &Groups, field: &Field) -> Values {
        if groups.missing && field.optional {
            return Just(None).boxed();
        }
        let world = self.clone();
        let (ty, roles) = (item.clone(), field.roles.clone());
        let item = move |group: &Group| match &ty {
            Type::Record(fields) => world
                .object(fields, &mut 0, &group.row)
                .prop_map(Json::Object)
                .boxed(),
            ty => {
                let candidates = group
                    .row
                    .slots
                    .get(&0)
                    .map(|aim| world.fitting(ty, &roles, &aim.candidates()));
                let any = world.plain(ty, &roles);
                match candidates.filter(|it| !it.is_empty()) {
                    Some(candidates) => prop_oneof![12 => select(candidates), 1 => any].boxed(),
                    None => any,
                }
            }
        };
        let one_more = item(&Group {
            count: 1,
            stretch: (i64::MIN, i64::MAX),
            row: RowAims::default(),
        });
        let items = items(groups, item);
        if field.roles.filled.is_some() {
            // A list without items counts as missing.
            let optional = field.optional;
            return (items, one_more)
                .prop_map(move |(mut items, one_more)| {
                    if items.is_empty() && !optional {
                        items.push(one_more);
                    }
                    (!items.is_empty()).then_some(Json::Array(items))
                })
                .boxed();
        }
        let items = items.prop_map(Json::Array);
        let aimed = !groups.some.is_empty() || !groups.none.is_empty() || groups.only;
        if field.optional && !aimed {
            return option::weighted(0.7, items).boxed();
        }
        items.prop_map(Some).boxed()
    }

    fn event(&self, fields: &[Field], group: &Group) -> BoxedStrategy<Json> {
        // Slot 0 of an event is when it was.
        let properties = self.object(fields, &mut 1, &group.row);
        let aimed = group
            .row
            .slots
            .get(&0)
            .map(super::aim::Aim::candidates)
            .unwrap_or_default();
        let aimed: Vec<DateTime> = aimed
            .iter()
            .filter_map(|it| match it {
                Value::DateTime(at) => Some(*at),
                _ => None,
            })
            .collect();
        let at = if aimed.is_empty() {
            self.within(group.stretch)
        } else {
            select(aimed).boxed()
        };
        (properties, at)
            .prop_map(|(mut properties, at)| {
                properties.insert("at".to_owned(), json!(at.to_string()));
                Json::Object(properties)
            })
            .boxed()
    }

    /// An instant of a stretch, often at one of its ends.
    fn within(&self, (from, to): (i64, i64)) -> BoxedStrategy<DateTime> {
        let present = self.at.now();
        let now = present.micros();
        let to = to.min(now.saturating_add(30 * DAY));
        let from = from.max(to.saturating_sub(400 * DAY)).min(to.saturating_sub(1));
        let instant = move |micros: i64| DateTime::from_micros(micros).unwrap_or(present);
        let last = to.saturating_sub(1);
        prop_oneof![
            1 => select(vec![from, last, from.midpoint(last)]),
            3 => from..to.max(from.saturating_add(1)),
        ]
        .prop_map(instant)
        .boxed()
    }

    /// The candidates that are of a type, as JSON.
    fn fitting(&self, ty: &Type, roles: &Roles, candidates: &[Value]) -> Vec<Json> {
        candidates
            .iter()
            .filter_map(|it| self.of_type(ty, roles, it))
            .collect()
    }

    fn of_type(&self, ty: &Type, roles: &Roles, value: &Value) -> Option<Json> {
        let text = match value {
            Value::Text(it) if !it.contains('\0') => Some(&**it),
            _ => None,
        };
        Some(match ty {
            Type::Bool => match value {
                Value::Bool(it) => json!(it),
                _ => return None,
            },
            Type::Int => match number::to_int(value.as_ref())?.to_owned() {
                Value::Int(it) => json!(it),
                _ => return None,
            },
            Type::Float => match number::to_float(value.as_ref())?.to_owned() {
                Value::Float(it) => json!(it),
                _ => return None,
            },
            Type::Decimal => match number::to_decimal(value.as_ref())?.to_owned() {
                Value::Decimal(it) => json!(it.to_string()),
                _ => return None,
            },
            Type::String => {
                let filled = roles.filled.as_ref();
                json!(text.filter(|it| filled.is_none_or(|filled| filled.accepts(it)) && roles.is_short(it))?)
            }
            Type::Words(words) => json!(text.filter(|it| words.iter().any(|word| **word == **it))?),
            Type::Url => json!(text.filter(|it| Schemes::default().allow(it))?),
            Type::Ref(catalog) => {
                let numbers = self.schema.catalogs.get(catalog)?.has_int_key();
                match text?.parse::<i64>() {
                    Ok(number) if numbers => json!(number),
                    _ if numbers => return None,
                    _ => json!(text?),
                }
            }
            Type::Date => match value {
                Value::Date(it) => json!(it.to_string()),
                _ => return None,
            },
            Type::DateTime => match value {
                Value::DateTime(it) => json!(it.to_string()),
                _ => return None,
            },
            Type::Geo => match value {
                Value::Geo(it) => json!([it.lat(), it.lon()]),
                _ => return None,
            },
            Type::Duration | Type::List(_) | Type::Record(_) => return None,
        })
    }

    /// Any value of a type, near what occurs.
    fn plain(&self, ty: &Type, roles: &Roles) -> BoxedStrategy<Json> {
        match ty {
            Type::Bool => any::<bool>().prop_map(|it| json!(it)).boxed(),
            Type::Int if roles.key => (0..1_000_000_i64).prop_map(|it| json!(it)).boxed(),
            Type::Int => prop_oneof![8 => -2..100_i64, 1 => any::<i64>()]
                .prop_map(|it| json!(it))
                .boxed(),
            Type::Float => prop_oneof![
                8 => (-200..2_000_i32).prop_map(|it| f64::from(it) / 8.0),
                1 => any::<f64>().prop_filter("finite", |it| it.is_finite()),
            ]
            .prop_map(|it| json!(it))
            .boxed(),
            Type::Decimal => prop_oneof![
                8 => (-100..100_000_i64).prop_map(|it| it * 100),
                1 => any::<i64>(),
            ]
            .prop_map(|it| json!(Decimal::from_units(it).to_string()))
            .boxed(),
            Type::String if roles.key => text("abcdefghijklmnopqrstuvwxyz0123456789", 1..8)
                .prop_map(|it| json!(it))
                .boxed(),
            Type::String => {
                let (filled, letters) = (roles.filled.clone(), roles.letters);
                let cut = move |it: String| {
                    it.chars()
                        .take(letters.map_or(usize::MAX, |it| it as usize))
                        .collect()
                };
                prop_oneof![4 => text("aeinorstABCÁñÿ", 1..8), 1 => text(" aZ0'\"\\<&%\n\u{a0}é😀", 0..12)]
                    .prop_map(cut)
                    .prop_map(move |it: String| match &filled {
                        Some(filled) if !filled.accepts(&it) => {
                            json!(if letters.is_some_and(|it| it < 3) {
                                "A"
                            } else {
                                "Ana"
                            })
                        }
                        _ => json!(it),
                    })
                    .boxed()
            }
            Type::Words(words) => {
                let words: Vec<String> = words.iter().map(ToString::to_string).collect();
                select(words).prop_map(|it| json!(it)).boxed()
            }
            Type::Url => (text("abcdexyz", 1..8), text("abcdexyz", 0..4))
                .prop_map(|(host, path)| json!(format!("https://{host}.es/{path}")))
                .boxed(),
            Type::Ref(catalog) => self.reference(catalog),
            Type::Date => {
                let today = i64::from(self.at.today().days());
                prop_oneof![4 => -500..500_i64, 1 => -36_500..36_500_i64]
                    .prop_map(move |days| {
                        let day = Date::from_days(today.saturating_add(days)).or(Date::from_days(0));
                        json!(day.map(|it| it.to_string()))
                    })
                    .boxed()
            }
            Type::DateTime => {
                let now = self.at.now();
                prop_oneof![4 => -500 * DAY..100 * DAY, 1 => -36_500 * DAY..36_500 * DAY]
                    .prop_map(move |micros| {
                        let at = DateTime::from_micros(now.micros().saturating_add(micros));
                        json!(at.unwrap_or(now).to_string())
                    })
                    .boxed()
            }
            Type::Geo => (-90.0..=90.0_f64, -180.0..=180.0_f64)
                .prop_filter_map("a point", |(lat, lon)| Geo::new(lat, lon))
                .prop_map(|it| json!([it.lat(), it.lon()]))
                .boxed(),
            Type::List(_) | Type::Record(_) | Type::Duration => Just(Json::Null).boxed(),
        }
    }

    /// The key of an item of a catalogue: of those that were given, or any.
    fn reference(&self, catalog: &str) -> BoxedStrategy<Json> {
        let numbers = self
            .schema
            .catalogs
            .get(catalog)
            .is_some_and(crate::schema::Catalog::has_int_key);
        let key = move |key: String| match key.parse::<i64>() {
            Ok(number) if numbers => json!(number),
            _ => json!(key),
        };
        let any = if numbers {
            (1..50_i64).prop_map(|it| it.to_string()).boxed()
        } else {
            (text("ABC", 1..2), text("123", 1..2))
                .prop_map(|(letter, digit)| letter + &digit)
                .boxed()
        };
        let given: Vec<String> = self
            .at
            .items(catalog)
            .map(|items| items.keys().map(str::to_owned).collect())
            .unwrap_or_default();
        if given.is_empty() {
            any.prop_map(key).boxed()
        } else {
            prop_oneof![8 => select(given), 1 => any].prop_map(key).boxed()
        }
    }
}

/// A text of so many letters.
fn text(letters: &str, length: Range<usize>) -> BoxedStrategy<String> {
    let letters: Vec<char> = letters.chars().collect();
    vec(select(letters), length)
        .prop_map(|it| it.into_iter().collect())
        .boxed()
}

/// The items of all groups, and perhaps others.
fn items(groups: &Groups, item: impl Fn(&Group) -> BoxedStrategy<Json>) -> BoxedStrategy<Vec<Json>> {
    let mut parts = Vec::new();
    for group in &groups.some {
        let mut group = group.clone();
        for none in &groups.none {
            avoid(&mut group, none);
        }
        parts.push(vec(item(&group), group.count).boxed());
    }
    let mut other = Group {
        count: 0,
        stretch: (i64::MIN, i64::MAX),
        row: RowAims::default(),
    };
    for none in &groups.none {
        avoid(&mut other, none);
    }
    let others: Range<usize> = if groups.only { 0..1 } else { 0..4 };
    parts.push(vec(item(&other), others).boxed());
    parts
        .prop_map(|parts| parts.into_iter().flatten().collect())
        .boxed()
}

/// Keeps items out of a stretch where none should be, or makes them fail what none should meet.
fn avoid(group: &mut Group, none: &Group) {
    let (from, to) = none.stretch;
    let everywhere = from == i64::MIN || from <= group.stretch.0;
    if none.row.is_empty() || !everywhere {
        let before = (group.stretch.0, group.stretch.1.min(from));
        let after = (group.stretch.0.max(to), group.stretch.1);
        if before.0 < before.1 {
            group.stretch = before;
        } else if after.0 < after.1 {
            group.stretch = after;
        }
    } else {
        group.row.merge(&none.row);
    }
}
