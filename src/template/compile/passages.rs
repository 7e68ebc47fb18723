//! Finds what is about one item of a catalogue and nothing else: that is written once for each item, not once per message.

use std::{collections::BTreeSet, fmt::Write, mem};

use sha2::{Digest, Sha256};

use super::offset;
use crate::{
    hir::Place,
    plan::{self, Kind, Node, NodeId},
    record::PassageKey,
    template::{
        context::Escape,
        pieces::Literal,
        program::{Fallback, Filter, Loop, Op, Output, Over, Passage, Position, Source, Step},
    },
    value::Value,
};

/// What the steps refer to.
pub(super) struct About<'p> {
    pub(super) loops: &'p [Loop],
    pub(super) outputs: &'p [Output],
    pub(super) fallbacks: &'p [Box<str>],
    pub(super) plan: &'p plan::Program,
}

/// What says more than this is not worth keeping.
const LONGEST: usize = 1 << 16;

/// Puts an instruction before each passage, and gives the passages.
pub(super) fn find(
    steps: &mut Vec<Step>,
    positions: &mut Vec<[Position; 2]>,
    about: &About<'_>,
) -> Vec<Passage> {
    let mut found = stretches(steps, about).into_iter().peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let old = mem::take(steps).into_iter().zip(mem::take(positions));
    let mut push = |text: Literal, op, position| {
        steps.push(Step { text, op });
        positions.push(position);
    };
    let (mut passages, mut moved, mut count) = (Vec::<Passage>::new(), Vec::new(), 0);
    let mut open: Option<Stretch> = None;
    for (number, (mut step, position)) in old.enumerate() {
        if let Some(stretch) = open.take_if(|it| it.end == number) {
            if stretch.takes_text {
                push(mem::take(&mut step.text), Op::Nothing, [position[0]; 2]);
                count += 1;
            }
            if let Some(passage) = passages.last_mut() {
                passage.until = offset(count);
            }
        }
        moved.push(offset(count));
        if let Some(stretch) = found.next_if(|it| it.start == number) {
            push(
                Literal::default(),
                Op::Passage(offset(passages.len())),
                [position[0]; 2],
            );
            count += 1;
            passages.push(Passage {
                row: stretch.row,
                until: 0,
                key: stretch.key,
            });
            open = Some(stretch);
        }
        push(step.text, step.op, position);
        count += 1;
    }
    moved.push(offset(count));
    for step in steps {
        if let Some(target) = target(&mut step.op) {
            *target = moved[*target as usize];
        }
    }
    passages
}

/// Finds the loops whose rounds are a passage and nothing else.
pub(super) fn fill_rounds(loops: &mut [Loop], steps: &[Step], passages: &[Passage]) {
    for (open, step) in steps.iter().enumerate() {
        let Op::Open { number, .. } = step.op else {
            continue;
        };
        let it = &mut loops[number as usize];
        let Over::Placement {
            row, filter: None, ..
        } = it.over
        else {
            continue;
        };
        let Some(Op::Passage(passage)) = steps.get(open + 1).map(|it| it.op) else {
            continue;
        };
        let (about, next) = (
            passages[passage as usize].row,
            passages[passage as usize].until as usize,
        );
        let ends = matches!(steps[next].op, Op::Next { body } if body as usize == open + 1);
        let is_all = ends && steps[next].text.as_str().is_empty() && about == row;
        if is_all && !it.reversed && it.index.is_none() && it.length.is_none() {
            it.passage = Some(passage);
        }
    }
}

/// Steps that make a passage, and perhaps the text of the step behind them.
struct Stretch {
    start: usize,
    end: usize,
    takes_text: bool,
    row: u8,
    key: PassageKey,
}

fn stretches(steps: &[Step], about: &About<'_>) -> Vec<Stretch> {
    let targets: BTreeSet<usize> = steps
        .iter()
        .filter_map(|step| target(&mut step.op.clone()).map(|it| *it as usize))
        .collect();
    let mut found = Vec::new();
    // The items in scope: of each loop over a placement its row and the slot of the reason; nothing for other loops.
    let mut around = Vec::new();
    let mut start = 0;
    // Whether the passage before has the text of the step at `start`.
    let mut is_text_taken = false;
    while let Some(step) = steps.get(start) {
        match step.op {
            Op::Open { number, .. } => around.push(match &about.loops[number as usize].over {
                Over::Placement { stock, row, .. } => Some((*row, stock.reason)),
                _ => None,
            }),
            // A loop over what is empty for everyone is not opened.
            Op::Next { body } if matches!(steps[body as usize - 1].op, Op::Open { .. }) => {
                around.pop();
            }
            _ => {}
        }
        let mut words = Words::new(about, &around);
        let mut end = start;
        while let Some(step) = steps.get(end)
            && (end == start || !targets.contains(&end))
            && words.add(step, end == start && is_text_taken)
        {
            end += 1;
        }
        is_text_taken = false;
        if let Some(row) = words.row.filter(|_| words.is_worth_it()) {
            let takes_text = !targets.contains(&end);
            is_text_taken = takes_text;
            if let Some(step) = steps.get(end).filter(|_| takes_text) {
                words.text(step.text.as_str());
            }
            let key = words.key();
            found.push(Stretch {
                start,
                end,
                takes_text,
                row,
                key,
            });
        }
        start = end.max(start + 1);
    }
    found
}

/// Where an instruction jumps to.
fn target(op: &mut Op) -> Option<&mut u32> {
    match op {
        Op::Unless { to, .. } | Op::Jump(to) | Op::Open { none: to, .. } | Op::Next { body: to } => Some(to),
        _ => None,
    }
}

/// What a passage says and shows, in words that no other passage has.
struct Words<'p> {
    about: &'p About<'p>,
    around: &'p [Option<(u8, u32)>],
    row: Option<u8>,
    text: String,
    values: usize,
    /// Whether a value is changed on its way, so that more is saved than a copy.
    is_work: bool,
}

impl<'p> Words<'p> {
    fn new(about: &'p About<'p>, around: &'p [Option<(u8, u32)>]) -> Self {
        Self {
            about,
            around,
            row: None,
            text: String::new(),
            values: 0,
            is_work: false,
        }
    }

    fn is_worth_it(&self) -> bool {
        self.values > 1 || self.is_work
    }

    fn key(&self) -> PassageKey {
        PassageKey(Sha256::digest(&self.text).into())
    }

    /// Adds a step, perhaps without its text, if it can belong to the passage; otherwise nothing is changed.
    fn add(&mut self, step: &Step, is_text_taken: bool) -> bool {
        let before = (self.text.len(), self.row, self.values, self.is_work);
        self.text(if is_text_taken { "" } else { step.text.as_str() });
        let fits = self.op(step.op).is_some() && self.text.len() <= LONGEST;
        if !fits {
            self.text.truncate(before.0);
            (_, self.row, self.values, self.is_work) = before;
        }
        fits
    }

    fn text(&mut self, text: &str) {
        self.say(&text);
    }

    fn say(&mut self, what: &dyn std::fmt::Debug) {
        write!(self.text, "{what:?};").expect("a String takes all");
    }

    fn op(&mut self, op: Op) -> Option<()> {
        let about = self.about;
        match op {
            Op::Nothing => return Some(()),
            Op::Text {
                place,
                escape,
                fallback,
                ..
            } => {
                self.slot(place)?;
                self.fallback(fallback);
                self.say(&("text", escape));
                self.is_work |= !matches!(escape, Escape::None | Escape::Css);
            }
            Op::Number {
                place,
                is_decimal,
                fallback,
            } => {
                self.slot(place)?;
                self.fallback(fallback);
                self.say(&("number", is_decimal));
                self.is_work = true;
            }
            Op::Value {
                node,
                fallback,
                escape,
            } => {
                self.node(node)?;
                if let Some(fallback) = fallback {
                    self.node(fallback)?;
                }
                self.say(&("value", fallback.is_some(), escape));
                self.is_work = true;
            }
            Op::Output(number) => {
                let Output {
                    source: Source::Value(node),
                    filters,
                    escape,
                } = &about.outputs[number as usize]
                else {
                    return None;
                };
                self.node(*node)?;
                filters.iter().try_for_each(|it| self.filter(it))?;
                self.say(&("output", escape));
                self.is_work = true;
            }
            _ => return None,
        }
        self.values += 1;
        Some(())
    }

    fn fallback(&mut self, fallback: Fallback) {
        self.say(&self.about.fallbacks.get(fallback.0 as usize));
    }

    /// What dates say depends on the zone, and how far away they are on the day.
    fn filter(&mut self, filter: &Filter) -> Option<()> {
        match filter {
            Filter::Default {
                fallback,
                allow_false,
            } => {
                self.node(*fallback)?;
                self.say(&("default", allow_false));
            }
            Filter::Size => self.say(&"size"),
            Filter::Json => self.say(&"json"),
            Filter::Text(kind, arguments) => {
                self.nodes(arguments)?;
                self.say(kind);
            }
            Filter::Code(kind, arguments) => {
                self.nodes(arguments)?;
                self.say(kind);
            }
            Filter::Number(kind, arguments) => {
                self.nodes(arguments)?;
                self.say(kind);
            }
            Filter::Money(currency) => self.say(currency),
            Filter::Grouped(locale, digits) => {
                self.node(*digits)?;
                self.say(locale);
            }
            Filter::Plural(locale, forms) => {
                self.nodes(forms)?;
                self.say(locale);
            }
            Filter::Date(_) | Filter::DaysUntil | Filter::List(_) => return None,
        }
        Some(())
    }

    fn nodes(&mut self, nodes: &[NodeId]) -> Option<()> {
        self.say(&nodes.len());
        nodes.iter().try_for_each(|it| self.node(*it))
    }

    fn node(&mut self, node: NodeId) -> Option<()> {
        let plan = self.about.plan;
        if self.text.len() > LONGEST {
            return None;
        }
        match plan.nodes[node.0 as usize] {
            Node::Constant(index) => match &plan.constants[index as usize] {
                Value::DateTime(_) => return None,
                value => self.say(value),
            },
            Node::Missing => self.say(&"missing"),
            Node::Slot {
                kind: Kind::DateTime, ..
            } => return None,
            Node::Slot { place, kind } => {
                self.slot(place)?;
                self.say(&kind);
            }
            Node::Arithmetic { op, lhs, rhs } => {
                self.node(lhs)?;
                self.node(rhs)?;
                self.say(&op);
            }
            Node::Negate(operand) => {
                self.node(operand)?;
                self.say(&"negate");
            }
            _ => return None,
        }
        Some(())
    }

    /// The slot of an item of a placement, always the same one. Why it is shown differs from customer to customer.
    fn slot(&mut self, place: Place) -> Option<()> {
        let mut around = self.around.iter().flatten().rev();
        let (row, reason) = *around.find(|(row, _)| *row == place.row)?;
        if place.slot == reason || self.row.is_some_and(|known| known != row) {
            return None;
        }
        self.row = Some(row);
        self.say(&("slot", place.slot));
        Some(())
    }
}
