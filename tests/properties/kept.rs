//! Memberships that are kept up to date while time passes and things happen.

use audience::{At, Customer, DateTime, Membership, NextChange, SegmentSet, Segments, What};
use serde_json::{Map, Value};

use super::{
    case::{Case, Compiled},
    client::Client,
    customers::Decimals,
    numbers::Random,
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// How long one waits for the next thing to happen.
const WAITS: [i64; 12] = [
    0,
    1,
    SECOND,
    1_800 * SECOND,
    3_600 * SECOND,
    20 * 3_600 * SECOND,
    DAY,
    3 * DAY,
    10 * DAY,
    31 * DAY,
    100 * DAY,
    400 * DAY,
];

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    steps: usize,
    entered: usize,
    left: usize,
    by_time: usize,
    /// Changes that were reached by looking when told to, and at how many instants before there was nothing new.
    reached: usize,
    in_vain: usize,
    /// Customers who were structs as well.
    in_place: usize,
}

impl Tally {
    pub(crate) fn is_varied(&self) -> bool {
        self.entered > 15 && self.left > 15 && self.by_time > 3 && self.in_place > 15
    }

    /// Of all segments together, what is told is near to the first change.
    pub(crate) fn is_told_in_time(&self) -> bool {
        self.reached > 10 && self.in_vain < self.reached * MOST_IN_VAIN
    }
}

/// So many looks in vain for one that is not are few: rules draw windows of every length, and most of what passes turns nothing.
const MOST_IN_VAIN: usize = 8;

/// The segments that the interpreter finds.
fn alone(segments: &Segments, customer: &Customer, at: &At) -> Vec<usize> {
    let found = segments.iter().enumerate();
    let found = found.filter(|(_, it)| it.interpret(customer, at));
    found.map(|(position, _)| position).collect()
}

impl Compiled {
    pub(crate) fn memberships_stay_up_to_date(&self, case: &Case, tally: &mut Tally) -> Result<(), String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let (segments, loader) = (self.definitions.segments(), self.definitions.loader());
        // Some of them: the interpreter takes its time.
        let every = segments.len().div_ceil(40).max(1);
        let some: Vec<_> = segments.names().step_by(every).map(str::to_owned).collect();
        let segments = segments.only(&some).map_err(|error| text(&error))?;
        let schema = self.definitions.schema();
        let trees: Vec<Map<String, Value>> = (0..self.customers.len())
            .map(|index| serde_json::from_str(&case.customer(index).json(Decimals::Texts)))
            .collect::<Result<_, _>>()
            .map_err(|error| text(&error))?;
        let bound = self.definitions.bind::<Client>().ok().map(|it| it.segments());
        let mut random = Random(self.at.now().micros().unsigned_abs());
        let Some(mut tree) = trees.first().cloned() else {
            return Ok(());
        };
        let load = |tree: &Map<String, Value>| {
            let json = Value::Object(tree.clone()).to_string();
            self.definitions
                .customer_from_json(json)
                .map_err(|error| text(&error))
        };
        let mut customer = load(&tree)?;
        let mut now = self.at.now().micros();
        let mut at = case.at_moment(&self.definitions, self.at.now())?;
        let mut membership = segments.enter(&customer, &at);
        for step in 0..24 {
            let next = told(&membership);
            if next <= now {
                return Err(format!("the next change is at {next}, and it is {now} already"));
            }
            // Nothing may change before the time that was told.
            if let Some(last) = DateTime::from_micros(next - 1) {
                let found = alone(&segments, &customer, &case.at_moment(&self.definitions, last)?);
                let kept: Vec<_> = membership.iter().collect();
                if found != kept {
                    return Err(format!(
                        "{kept:?} until {next}, but {found:?} at {last} of {:?} for {}",
                        segments.names().collect::<Vec<_>>(),
                        Value::Object(tree)
                    ));
                }
            }
            if step % 3 == 0 {
                self.is_told_in_time(case, (&segments, &customer), (&membership, &at), tally)?;
            }
            let wait = WAITS[below(&mut random, WAITS.len())];
            let later = match below(&mut random, 4) {
                0 if next < DateTime::MAX.micros() => next - 1,
                1 if next < DateTime::MAX.micros() => next,
                _ => now + wait,
            };
            let Some(moment) = DateTime::from_micros(later) else {
                break;
            };
            now = later;
            at = case.at_moment(&self.definitions, moment)?;
            // Something happens, or nothing.
            let other = &trees[below(&mut random, trees.len())];
            let names: Vec<&String> = other.keys().collect();
            let name = names[below(&mut random, names.len())].clone();
            let key = schema.customer.iter().find(|it| it.roles.key).map(|it| &*it.name);
            let what = if below(&mut random, 3) == 0 || Some(&*name) == key {
                What::time()
            } else if schema.events.contains_key(&*name) {
                let events = other[&name].as_array().cloned().unwrap_or_default();
                let mut mine = tree
                    .get(&name)
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default();
                for event in events.into_iter().take(2) {
                    customer = loader
                        .with_event(&customer, &name, event.to_string())
                        .map_err(|error| text(&error))?;
                    mine.push(event);
                }
                tree.insert(name.clone(), mine.into());
                What::event(name.as_str())
            } else {
                let json = other[&name].to_string();
                customer = loader
                    .with_attribute(&customer, &name, json)
                    .map_err(|error| text(&error))?;
                tree.insert(name.clone(), other[&name].clone());
                What::attribute(name.as_str())
            };
            if customer != load(&tree)? {
                return Err(format!(
                    "after {what:?} the customer is not {}",
                    Value::Object(tree)
                ));
            }
            let before: Vec<_> = membership.iter().collect();
            let changes = segments
                .changed(&customer, &what, &at, &mut membership)
                .map_err(|error| text(&error))?;
            let found = alone(&segments, &customer, &at);
            let kept: Vec<_> = membership.iter().collect();
            if found != kept {
                return Err(format!(
                    "{kept:?}, but {found:?} at {moment} after {what:?} in step {step} of {:?} for {}",
                    segments.names().collect::<Vec<_>>(),
                    Value::Object(tree)
                ));
            }
            // What an update made of her gives each answer that she would have if she were loaded.
            let each = segments.iter().enumerate();
            let each = each.filter(|(_, it)| it.matches(&customer, &at));
            let matching: Vec<_> = each.map(|(position, _)| position).collect();
            if matching != found {
                return Err(format!(
                    "{matching:?} match after {what:?}, but {found:?} are right for {}",
                    Value::Object(tree)
                ));
            }
            let mut told: Vec<_> = before
                .into_iter()
                .filter(|it| !changes.left.contains(it))
                .collect();
            told.extend(&changes.entered);
            told.sort_unstable();
            if told != kept {
                return Err(format!("{changes:?} does not lead to {kept:?}"));
            }
            let stored = serde_json::to_string(&membership).map_err(|error| text(&error))?;
            let read: Membership =
                serde_json::from_str(&stored).map_err(|error| format!("{error}: {stored}"))?;
            if read != membership {
                return Err(format!("read as {read:?}: {stored}"));
            }
            tally.steps += 1;
            tally.entered += changes.entered.len();
            tally.left += changes.left.len();
            tally.by_time += usize::from(what == What::time() && !changes.is_empty());
        }
        if let Some(bound) = bound {
            self.is_told_in_place(case, &bound, tally)?;
        }
        Ok(())
    }

    /// Whoever looks when told to, and only then, sees the first change of any segment at the very instant.
    fn is_told_in_time(
        &self,
        case: &Case,
        (segments, customer): (&Segments, &Customer),
        (membership, at): (&Membership, &At),
        tally: &mut Tally,
    ) -> Result<(), String> {
        let mut first = None;
        for segment in segments {
            match segment.next_change(customer, at) {
                NextChange::At(at) => first = Some(first.map_or(at, |first: DateTime| first.min(at))),
                NextChange::NotWithin(_) => {}
                // What cannot be told of one cannot be told of all.
                NextChange::Unknown(_) => return Ok(()),
            }
        }
        let soon = at.now().micros() + 10 * DAY;
        let Some(first) = first.map(DateTime::micros).filter(|it| *it < soon) else {
            return Ok(());
        };
        let mut membership = membership.clone();
        for look in 0.. {
            let next = told(&membership);
            if next > first || look > 300 {
                return Err(format!(
                    "told of {next} in look {look}, but something changes at {first}"
                ));
            }
            let moment = DateTime::from_micros(next).ok_or("beyond the calendar")?;
            let at = case.at_moment(&self.definitions, moment)?;
            let changes = segments.changed(customer, &What::time(), &at, &mut membership);
            let changes = changes.map_err(|error| error.to_string())?;
            if changes.is_empty() != (next < first) {
                return Err(format!("{changes:?} at {next}, but something changes at {first}"));
            }
            if next == first {
                break;
            }
            tally.in_vain += 1;
        }
        tally.reached += 1;
        Ok(())
    }

    /// The struct is a member of the same segments until the same time as the customer.
    fn is_told_in_place(
        &self,
        case: &Case,
        bound: &Segments<Client>,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let segments = self.definitions.segments();
        let mut found = SegmentSet::new();
        for (index, customer) in self.customers.iter().enumerate() {
            // Some have values that no struct holds; how many do not is counted.
            let client: Result<Client, _> = serde::Deserialize::deserialize(case.customer(index).clone());
            let Ok(client) = client else { continue };
            tally.in_place += 1;
            let (loaded, read) = (segments.enter(customer, &self.at), bound.enter(&client, &self.at));
            bound.matching(&client, &self.at, &mut found);
            if loaded != read || !found.iter().eq(read.iter()) {
                return Err(format!(
                    "{loaded:?}, but in place {read:?} for {}",
                    case.asked(index)
                ));
            }
        }
        Ok(())
    }
}

/// The instant at which to look again.
fn told(membership: &Membership) -> i64 {
    let next = membership.next_change();
    next.map_or(DateTime::MAX.micros(), DateTime::micros)
}

fn below(random: &mut Random, count: usize) -> usize {
    usize::try_from(random.next() % count as u64).expect("less than a usize")
}
