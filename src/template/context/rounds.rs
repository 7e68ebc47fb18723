//! Where a JSON text stands in the first, the last and the other rounds of loops: a comma may depend on that.

use super::{Escape, Json, Unsafe};

/// Which round of a loop it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Round {
    Only,
    First,
    Middle,
    Last,
}

/// A place for each combination of rounds of the loops around that is possible here, in their order; mostly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Worlds(Vec<World>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct World {
    /// Of the loops that are followed round by round, the innermost last.
    rounds: Vec<Round>,
    json: Json,
}

impl Worlds {
    /// Loops followed round by round inside each other; those deeper inside are taken for what all rounds have in common.
    const DEEPEST: usize = 2;

    /// The start of a text.
    pub(crate) fn new() -> Self {
        Self(vec![World {
            rounds: Vec::new(),
            json: Json::new(),
        }])
    }

    /// Goes over literal text; on error gives the position of the first byte that does not fit, and what does.
    pub(crate) fn advance(&mut self, literal: &str) -> Result<(), (usize, String)> {
        let mut told = Ok(());
        for world in &mut self.0 {
            told = told.and(world.json.advance(literal));
        }
        if told.is_err() {
            for world in &mut self.0 {
                world.json.lose();
            }
        }
        told
    }

    /// How to write a value here, which must be the same in all rounds.
    pub(crate) fn escape(&self) -> Result<Escape, Unsafe> {
        let mut all = self.0.iter().map(|it| it.json.escape());
        let Some(first) = all.next() else {
            return Ok(Escape::JsonText);
        };
        if all.all(|it| it == first) {
            first
        } else {
            Err(Unsafe::JsonPlace)
        }
    }

    /// Goes over a value written as [`Worlds::escape`] says.
    pub(crate) fn pass_value(&mut self) {
        for world in &mut self.0 {
            world.json.pass_value();
        }
    }

    /// The places after two branches, when what follows is right after both.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        let mut joined = self.0.clone();
        for world in &other.0 {
            match joined.iter_mut().find(|it| it.rounds == world.rounds) {
                Some(known) => known.json = known.json.join(&world.json)?,
                None => joined.push(world.clone()),
            }
        }
        joined.sort_by(|one, other| one.rounds.cmp(&other.rounds));
        Some(Self(joined))
    }

    /// Where each round of a loop that begins here begins, when all are alike.
    pub(crate) fn round(&self) -> Self {
        self.each(Json::round)
    }

    /// Goes on after a round that began there and ended elsewhere, which was told.
    pub(crate) fn end_round(&mut self, begin: &Self) {
        *self = begin.each(|json| {
            let mut ended = json.clone();
            ended.end_round(json);
            ended
        });
    }

    /// The places in which a condition on the round may hold, and those in which it may not.
    pub(crate) fn split(&self, holds: impl Fn(&[Round]) -> Option<bool>) -> (Self, Self) {
        let among = |wanted: bool| {
            let worlds = self.0.iter();
            Self(
                worlds
                    .filter(|it| holds(&it.rounds).is_none_or(|it| it == wanted))
                    .cloned()
                    .collect(),
            )
        };
        (among(true), among(false))
    }

    /// Begins a loop that is followed round by round. `first` gives where a first round that begins there ends; `None` when
    /// that is not known, or too much is followed already.
    pub(crate) fn begin(&self, mut first: impl FnMut(Self) -> Option<Self>) -> Option<Self> {
        let mut begun = Vec::with_capacity(4 * self.0.len());
        for world in &self.0 {
            if world.rounds.len() >= Self::DEEPEST {
                return None;
            }
            let in_round = |round: Round, json: &Json| World {
                rounds: world.rounds.iter().copied().chain([round]).collect(),
                json: json.clone(),
            };
            begun.push(in_round(Round::Only, &world.json));
            begun.push(in_round(Round::First, &world.json));
            let end = first(Self(vec![in_round(Round::First, &world.json)]))?;
            // Nothing goes on when the first round ends the message.
            if let [end] = &*end.0 {
                let next = end.json.settled();
                begun.push(in_round(Round::Middle, &next));
                begun.push(in_round(Round::Last, &next));
            }
        }
        begun.sort_by(|one, other| one.rounds.cmp(&other.rounds));
        Some(Self(begun))
    }

    /// The places behind a loop whose rounds began there and have ended here; `None` when a round does not end where the next
    /// one begins.
    pub(crate) fn end(&self, begun: &Self) -> Option<Self> {
        let mut behind = Self(Vec::new());
        for world in &self.0 {
            let [outer @ .., round] = &*world.rounds else {
                return None;
            };
            if matches!(round, Round::First | Round::Middle) {
                let next = begun
                    .0
                    .iter()
                    .find(|it| matches!(&*it.rounds, [around @ .., Round::Middle] if around == outer))?;
                if next.json != world.json.settled() {
                    return None;
                }
                continue;
            }
            let ended = Self(vec![World {
                rounds: outer.to_vec(),
                json: world.json.clone(),
            }]);
            behind = behind.join(&ended)?;
        }
        Some(behind)
    }

    /// Whether the text may end here.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.iter().all(|it| it.json.is_whole())
    }

    /// Where the text so far has led to, for a diagnostic.
    pub(crate) fn describe(&self) -> String {
        self.0.first().map(|it| it.json.describe()).unwrap_or_default()
    }

    fn each(&self, change: impl Fn(&Json) -> Json) -> Self {
        let worlds = self.0.iter().map(|it| World {
            rounds: it.rounds.clone(),
            json: change(&it.json),
        });
        Self(worlds.collect())
    }
}
