//! The clock of a zone, as tables of constants: engines differ in their rules of zones, and these are ours.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{
    Translator,
    fragment::{Sql, sql},
    number::DAY,
};
use crate::value::{DateTime, Type, Zone};

/// When the clock of a zone was set, in microseconds, and how far it is ahead of UTC.
#[derive(Debug)]
struct Clock {
    /// From the beginning, and from each time at which it was set.
    offsets: Vec<(i64, i64)>,
}

/// Which of the tables are read.
#[derive(Clone, Debug, Default)]
pub(super) struct ZoneTables {
    offsets: Option<String>,
    instants: Option<String>,
}

const OPEN: i64 = i64::MAX;

impl Clock {
    /// Looks at the clock every six hours of the years in which zones have rules, and then more closely where it was set.
    fn of(zone: Zone) -> Self {
        const STEP: i64 = DAY / 4;
        let micros = |seconds: i32| i64::from(seconds) * 1_000_000;
        let offset = |at: i64| DateTime::from_micros(at).map_or(0, |at| micros(zone.offset(at)));
        // 1800 to 2200.
        let (first, last) = (-5_364_662_400_000_000, 7_258_118_400_000_000);
        let mut offsets = vec![(-OPEN, offset(first))];
        let mut at = first;
        while at < last {
            let (mut before, mut after) = (at, at + STEP);
            if offset(before) == offset(after) {
                at += STEP;
            } else {
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if offset(middle) == offset(at) {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                offsets.push((after, offset(after)));
                // There may be another one in the rest of the step.
                at = after;
            }
        }
        Self { offsets }
    }

    fn shared(zone: Zone) -> Arc<Self> {
        static CLOCKS: OnceLock<Mutex<HashMap<&'static str, Arc<Clock>>>> = OnceLock::new();
        let clocks = CLOCKS.get_or_init(Mutex::default);
        let mut clocks = clocks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            clocks
                .entry(zone.name())
                .or_insert_with(|| Arc::new(Self::of(zone))),
        )
    }

    /// From which time on the clock: how far it is ahead, or the instant that all times until the next count as, because they are skipped.
    fn instants(&self) -> Vec<(i64, Result<i64, i64>)> {
        let mut instants = Vec::new();
        let mut before: Option<i64> = None;
        for (at, offset) in &self.offsets {
            match before {
                None => instants.push((-OPEN, Ok(*offset))),
                Some(before) if *offset > before => {
                    instants.push((at + before, Err(*at)));
                    instants.push((at + offset, Ok(*offset)));
                }
                // What occurs twice is the earlier.
                Some(before) => instants.push((at + before, Ok(*offset))),
            }
            before = Some(*offset);
        }
        instants
    }
}

impl Translator<'_> {
    fn clock(&self) -> Arc<Clock> {
        Clock::shared(self.at.zone())
    }

    /// Whether nobody has it: an engine that joins by stretches of a column joins by nothing else.
    fn is_missing(&self, instant: &Sql) -> bool {
        [Type::DateTime, Type::Int]
            .iter()
            .any(|ty| self.encoding.null(ty).parts == instant.parts)
    }

    /// What the zone's clock shows at an instant, in microseconds.
    pub(super) fn wall(&mut self, at: Sql) -> Sql {
        if let Some(at) = at.as_int().and_then(DateTime::from_micros) {
            return self.encoding.int(self.at.zone().wall(at));
        }
        let clock = self.clock();
        if let [(_, offset)] = clock.offsets[..] {
            return if offset == 0 {
                at
            } else {
                sql![at.operand(), " + ", offset]
            };
        }
        if self.is_missing(&at) {
            return at;
        }
        let at = self.bind(at, "instant");
        let name = self.zone.offsets.take().unwrap_or_else(|| self.named("zone"));
        let (alias, layer) = self.joined_range(&name, &at);
        self.zone.offsets = Some(name);
        let offset = self.read_column(&alias, "offset", &Type::Int, layer, at.nullable);
        sql![at, " + ", offset]
    }

    /// The instant at which the zone's clock shows so many microseconds.
    pub(super) fn instant(&mut self, wall: Sql) -> Sql {
        if let Some(wall) = wall.as_int() {
            return self.encoding.int(self.at.zone().instant(wall));
        }
        let clock = self.clock();
        if let [(_, offset)] = clock.offsets[..] {
            return if offset == 0 {
                wall
            } else {
                sql![wall.operand(), " - ", offset]
            };
        }
        if self.is_missing(&wall) {
            return wall;
        }
        let wall = self.bind(wall, "clock");
        let name = self
            .zone
            .instants
            .take()
            .unwrap_or_else(|| self.named("zone_clock"));
        let (alias, layer) = self.joined_range(&name, &wall);
        self.zone.instants = Some(name);
        let offset = self.read_column(&alias, "offset", &Type::Int, layer, true);
        let skipped = self.read_column(&alias, "skipped_to", &Type::Int, layer, true);
        let nullable = wall.nullable;
        let it = sql!["COALESCE(", skipped, ", ", wall, " - ", offset, ")"].tight();
        it.null_if(nullable)
    }

    /// The first moment of a day.
    pub(super) fn start_of_day(&mut self, day: Sql) -> Sql {
        let nullable = day.nullable;
        let it = self.instant(sql![day.operand(), " * ", self.encoding.int(DAY)]);
        it.null_if(nullable)
    }

    fn joined_range(&mut self, table: &str, value: &Sql) -> (String, usize) {
        let signature = (self.current, format!("{table} {:?}", value.parts));
        if let Some(joined) = self.joined.get(&signature) {
            return joined.clone();
        }
        let quoted = self.encoding.quote(table);
        let alias = self.alias(table, &quoted);
        let column = |name: &str| format!("{}.{}", self.encoding.quote(&alias), self.encoding.quote(name));
        let (join, on) = self.encoding.range(&column, value);
        let layer = self.relation().room(value.layer);
        self.relation().join_by(join, layer, quoted, alias.clone(), on);
        self.joined.insert(signature, (alias.clone(), layer));
        (alias, layer)
    }

    /// The tables of the zone that are read, as common table expressions.
    pub(super) fn zone_tables(&self) -> Vec<String> {
        let clock = self.clock();
        let encoding = self.encoding;
        let mut tables = Vec::new();
        let mut table = |name: &str, columns: &[&str], rows: Vec<Vec<Option<i64>>>| {
            let columns: Vec<String> = columns.iter().map(|it| encoding.quote(it)).collect();
            tables.push(encoding.constants(&encoding.quote(name), &columns, &rows));
        };
        if let Some(name) = &self.zone.offsets {
            let untils = clock.offsets.iter().skip(1).map(|(at, _)| *at).chain([OPEN]);
            let rows = clock.offsets.iter().zip(untils);
            let rows = rows.map(|((from, offset), until)| vec![Some(*from), Some(until), Some(*offset)]);
            table(name, &["from", "until", "offset"], rows.collect());
        }
        if let Some(name) = &self.zone.instants {
            let instants = clock.instants();
            let untils = instants.iter().skip(1).map(|(at, _)| *at).chain([OPEN]);
            let rows = instants
                .iter()
                .zip(untils)
                .map(|((from, kind), until)| vec![Some(*from), Some(until), kind.ok(), kind.err()]);
            table(name, &["from", "until", "offset", "skipped_to"], rows.collect());
        }
        tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_the_clock() -> Result<(), Box<dyn std::error::Error>> {
        for zone in [
            "Europe/Madrid",
            "America/Sao_Paulo",
            "Pacific/Apia",
            "America/St_Johns",
            "Africa/Casablanca",
            "Asia/Kolkata",
        ] {
            let zone = Zone::named(zone)?;
            let clock = Clock::of(zone);
            let instants = clock.instants();
            for (at, _) in clock.offsets.iter().skip(1) {
                for near in [-DAY, -3_600_000_000, -1, 0, 1, 1_800_000_000, 3_600_000_000, DAY] {
                    let at = at + near;
                    let (_, offset) =
                        clock.offsets[clock.offsets.partition_point(|(from, _)| *from <= at) - 1];
                    let moment = DateTime::from_micros(at).ok_or("a moment")?;
                    assert_eq!(at + offset, zone.wall(moment), "{} {moment}", zone.name());
                    let wall = at + offset;
                    let (_, kind) = instants[instants.partition_point(|(from, _)| *from <= wall) - 1];
                    let found = kind.map_or_else(|skipped| skipped, |offset| wall - offset);
                    assert_eq!(found, zone.instant(wall), "{} {moment}", zone.name());
                }
            }
        }
        Ok(())
    }
}
