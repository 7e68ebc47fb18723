//! The parts of a rule that look at collections, planned: the program finds and sums events faster than the interpreter does,
//! and is asked at every instant that is visited.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    hir::{Bound, Condition, ConditionKind, Expr, ExprKind, Function, Items, Module, Part, Source, Window},
    plan::{BlockId, NodeId, Planner, Program},
};

/// What is known of a rule before it is asked about anybody. Parts are named by their addresses.
#[derive(Debug, Default)]
pub(crate) struct ChangePlan {
    pub(super) program: Program,
    blocks: HashMap<usize, BlockId>,
    nodes: HashMap<usize, NodeId>,
    /// Filters of steps and values of items that are the same at all times.
    timeless: HashSet<usize>,
}

impl ChangePlan {
    /// Those of a condition of the module, and of the segments and traits that it names.
    pub(crate) fn of(module: &Module, condition: &Condition) -> Self {
        let mut found = Self::default();
        let mut names = Names::default();
        if !names.any(module, Part::Condition(condition), looks_at_items) {
            return found;
        }
        let mut search = Search {
            module,
            planner: Planner::new(module),
            found: &mut found,
            looking: Names::default(),
            moving: Names::default(),
            segments: Vec::new(),
            traits: Vec::new(),
            seen: BTreeSet::new(),
        };
        search.condition(condition);
        // What a name means is the customer's: nothing else is in scope there.
        loop {
            if let Some(index) = search.segments.pop() {
                search.condition(&module.segments[index].condition);
            } else if let Some(index) = search.traits.pop() {
                search.expr(&module.traits[index].value);
            } else {
                break;
            }
        }
        found.program = search.planner.finish();
        found
    }

    pub(super) fn block(&self, condition: &Condition) -> Option<BlockId> {
        self.blocks.get(&address(condition)).copied()
    }

    pub(super) fn node(&self, expr: &Expr) -> Option<NodeId> {
        self.nodes.get(&address(expr)).copied()
    }

    /// Whether something is known to be the same at all times.
    pub(super) fn timeless<T>(&self, part: &T) -> bool {
        self.timeless.contains(&address(part))
    }
}

/// By what a part of a rule is known while the rule is asked.
pub(super) fn address<T>(part: &T) -> usize {
    std::ptr::from_ref(part).addr()
}

struct Search<'m, 'f> {
    module: &'m Module,
    planner: Planner<'m>,
    found: &'f mut ChangePlan,
    looking: Names,
    moving: Names,
    segments: Vec<usize>,
    traits: Vec<usize>,
    /// The segments, and the traits, that were met.
    seen: BTreeSet<(bool, usize)>,
}

impl<'m> Search<'m, '_> {
    fn condition(&mut self, condition: &'m Condition) {
        match &condition.kind {
            // What is told from their parts, and from the items.
            ConditionKind::Not(_)
            | ConditionKind::And(_)
            | ConditionKind::Or(_)
            | ConditionKind::Quantified { .. } => {}
            ConditionKind::Segment(index) => self.name(true, *index),
            _ if self.looks(Part::Condition(condition)) => {
                let block = self.planner.add_condition(condition);
                self.found.blocks.insert(address(condition), block);
            }
            _ => {}
        }
        if let ConditionKind::Sequence { first, steps } = &condition.kind {
            self.items(first, None);
            let mut source = &first.source;
            for step in steps {
                if let Some(filter) = &step.items.filter {
                    self.timeless(Part::Condition(filter), address(&**filter));
                    self.place(step.items.row - 1, source);
                    self.place(step.items.row, &step.items.source);
                    self.condition(filter);
                }
                source = &step.items.source;
            }
        } else {
            condition.parts(&mut |part| self.part(part));
        }
    }

    fn part(&mut self, part: Part<'m>) {
        match part {
            Part::Condition(condition) => self.condition(condition),
            Part::Expr(expr) => self.expr(expr),
            Part::Items(items) => self.items(items, None),
            Part::Window(_) | Part::List(_) | Part::Slots { .. } => part.parts(&mut |part| self.part(part)),
        }
    }

    fn expr(&mut self, expr: &'m Expr) {
        if self.looks(Part::Expr(expr)) {
            let node = self.planner.add_value(expr);
            self.found.nodes.insert(address(expr), node);
        }
        match &expr.kind {
            ExprKind::Trait(index) => self.name(false, *index),
            ExprKind::Aggregate { value, items, .. } => self.items(items, value.as_deref()),
            _ => expr.parts(&mut |part| self.part(part)),
        }
    }

    /// Puts off a segment, or a trait, until the customer alone is in scope.
    fn name(&mut self, is_segment: bool, index: usize) {
        if self.seen.insert((is_segment, index)) {
            let names = if is_segment {
                &mut self.segments
            } else {
                &mut self.traits
            };
            names.push(index);
        }
    }

    /// What is asked of each item of a collection.
    fn items(&mut self, items: &'m Items, value: Option<&'m Expr>) {
        if let Source::List(list) = &items.source {
            self.part(Part::List(list));
        }
        if let Some(window) = &items.window {
            self.part(Part::Window(window));
        }
        if let Some(value) = value {
            self.timeless(Part::Expr(value), address(value));
        }
        self.place(items.row, &items.source);
        if let Some(filter) = &items.filter {
            self.condition(filter);
        }
        // The filter may have had items of its own.
        self.place(items.row, &items.source);
        if let Some(value) = value {
            self.expr(value);
        }
    }

    /// Brings an item of a collection into scope as a row.
    fn place(&mut self, row: u8, source: &Source) {
        let layout = self.planner.layout_of(source);
        self.planner.place(row, layout);
    }

    fn looks(&mut self, part: Part<'m>) -> bool {
        self.looking.any(self.module, part, looks_at_items)
    }

    fn timeless(&mut self, part: Part<'m>, address: usize) {
        if !self.moving.any(self.module, part, moves) {
            self.found.timeless.insert(address);
        }
    }
}

/// What was found of the segments and traits that were met.
#[derive(Default)]
struct Names(HashMap<(bool, usize), bool>);

impl Names {
    /// Whether one of the parts inside, or of what they name, is such a part.
    fn any(&mut self, module: &Module, part: Part<'_>, such: fn(&Module, Part<'_>) -> bool) -> bool {
        let mut found = false;
        let mut named = BTreeSet::new();
        part.walk(&mut |part| {
            found |= such(module, part);
            match part {
                Part::Condition(Condition {
                    kind: ConditionKind::Segment(index),
                    ..
                }) => _ = named.insert((true, *index)),
                Part::Expr(Expr {
                    kind: ExprKind::Trait(index),
                    ..
                }) => _ = named.insert((false, *index)),
                _ => {}
            }
        });
        found
            || named.into_iter().any(|name| {
                if let Some(known) = self.0.get(&name) {
                    return *known;
                }
                let meaning = match name {
                    (true, index) => Part::Condition(&module.segments[index].condition),
                    (false, index) => Part::Expr(&module.traits[index].value),
                };
                let found = self.any(module, meaning, such);
                self.0.insert(name, found);
                found
            })
    }
}

fn looks_at_items(_: &Module, part: Part<'_>) -> bool {
    matches!(part, Part::Items(_))
}

/// Whether time has a part in it: `now`, a window that goes on with it, or events, more of which come into being.
fn moves(module: &Module, part: Part<'_>) -> bool {
    match part {
        Part::Expr(expr) => match &expr.kind {
            ExprKind::Now | ExprKind::Today => true,
            ExprKind::Call { function, .. } => {
                matches!(function, Function::YearsSince | Function::DaysSince)
            }
            ExprKind::Host { function, .. } => !module.functions.get(*function).is_some_and(|it| it.pure),
            _ => false,
        },
        Part::Items(items) => matches!(items.source, Source::Events(_)),
        Part::Window(Window { from, to }) => [from, to].into_iter().flatten().any(|it| goes_on(&it.bound)),
        Part::Condition(_) | Part::List(_) | Part::Slots { .. } => false,
    }
}

fn goes_on(bound: &Bound) -> bool {
    match bound {
        Bound::Instant(_) | Bound::Local(_) | Bound::Day(_) | Bound::Expr(_) => false,
        Bound::DayStart { day, .. } => goes_on(day),
        Bound::FromNow(_)
        | Bound::MonthsFromNow(_)
        | Bound::FromToday(_)
        | Bound::MonthsFromToday(_)
        | Bound::PeriodFromToday { .. } => true,
    }
}
