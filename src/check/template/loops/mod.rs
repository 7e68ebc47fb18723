//! `for`, `break` and `continue`.
//!
//! What a name holds when a round begins is what it held before the loop, or what the round before left in it. So a loop that
//! gives names something is checked until one round changes nothing more of what is known of them at its beginning.

mod over;

use std::sync::Arc;

use super::{
    Entry, Held, HeldKind, NodeKind, Shape, TemplateChecker, held,
    meet::{Way, brought, conversion},
    tags,
};
use crate::{
    check::scope::Counters,
    diagnostic::{Code, Diagnostic},
    hir::{
        ArithmeticOp, Expr, ExprKind,
        template::{Assign, Loop, Node, Output, Over, Source, Target},
    },
    span::Span,
    value::{Type, Value},
};

/// A loop around what is checked.
pub(super) struct Around {
    /// The text that it stands in.
    text: usize,
    /// How many captures are open around it.
    captures: usize,
    /// What the names hold where it is left, and where its next round begins.
    breaks: Vec<held::Names>,
    continues: Vec<held::Names>,
}

/// What a loop goes through, and what an item looks like.
pub(super) type Through = (Over, Arc<Shape>);

/// Where the last loop with a variable over some items has stopped, as another one goes on there: `offset: continue`.
pub(super) struct Stop {
    /// The variable and the items as written.
    of: String,
    /// How many items the loops have left behind them.
    local: Option<usize>,
}

/// The loops that others of a template continue.
pub(super) fn continued(nodes: &[tags::Node], texts: &[&str]) -> Vec<Stop> {
    let mut stops = Vec::new();
    look_for_stops(nodes, texts, &mut stops);
    stops
}

fn look_for_stops(nodes: &[tags::Node], texts: &[&str], stops: &mut Vec<Stop>) {
    for node in nodes {
        if let tags::NodeKind::For(it) = &node.kind
            && it.continues
        {
            let of = stop_of(it, texts);
            if stops.iter().all(|it| it.of != of) {
                stops.push(Stop { of, local: None });
            }
        }
        node.inside(&mut |nodes| look_for_stops(nodes, texts, stops));
    }
}

/// What Liquid knows a loop by: `item-list`.
fn stop_of(it: &tags::For, texts: &[&str]) -> String {
    let span = match &it.over {
        tags::Over::Items(items) => items.span,
        tags::Over::Range { from, to } => from.span.to(to.span),
    };
    let text = texts.get(span.source as usize).copied().unwrap_or_default();
    let items = text
        .get(span.start as usize..span.end as usize)
        .unwrap_or_default();
    format!("{}-{items}", it.variable.text)
}

impl TemplateChecker<'_, '_> {
    /// Before the template: no loop has left anything behind it.
    pub(super) fn begun(&mut self) -> Vec<Node> {
        let places = &mut self.checker.scope.places;
        let locals = self.stops.iter_mut().map(|it| *it.local.insert(places.local()));
        locals
            .map(|local| counted(local, counter(ExprKind::Constant(Value::Int(0)))))
            .collect()
    }

    pub(super) fn r#loop(&mut self, it: &tags::For, span: Span) -> Vec<Node> {
        let mut names = Vec::new();
        given_in(&it.body, &mut names);
        let mut otherwise = Some(&*it.otherwise);
        if it.continues && self.text != 0 {
            let error = Diagnostic::new(Code::Unsupported, "a partial continues no loop")
                .label(span, "each use of a partial begins anew")
                .help("write the number: `limit: 3` in the first loop, `offset: 3` in this one".to_owned());
            self.checker.report.push(error);
        }
        let of = stop_of(it, self.written.texts);
        let stop = self.stops.iter().find(|stop| self.text == 0 && stop.of == of);
        let stop = stop.and_then(|it| it.local);
        let mut begun = None;
        let mut nodes = self.rounds(&names, span, &mut |this| {
            let over = match &it.over {
                tags::Over::Items(items) => this.over(items),
                tags::Over::Range { from, to } => this.range(from, to),
            };
            let limit = it.limit.as_ref().map(|it| this.count(it, "limit"));
            let offset = it.offset.as_ref().map(|it| this.count(it, "offset"));
            let Some((over, shape)) = over else {
                // The items are unknown, so nothing can be said about what the body does with them.
                this.nodes(otherwise.take().unwrap_or_default());
                return None;
            };
            // An inner `None` is an error that was reported.
            let limit = limit.map_or(Some(None), |it| it.map(Some));
            let offset = offset.map_or(Some(None), |it| it.map(Some));
            let is_broken = limit.is_none() || offset.is_none();
            let mut body = |this: &mut Self| this.nodes(&it.body);
            let mut rest = |this: &mut Self| this.nodes(&it.otherwise);
            let name = &it.variable.text;
            let some = it.limit.is_none() && it.offset.is_none() && !it.continues && this.has_rounds(&over);
            let mut whole = this.round((over, shape), name, [true, some], &mut body, &mut rest)?;
            if is_broken {
                return Some(None);
            }
            whole.limit = limit.flatten();
            whole.offset = match stop.filter(|_| it.continues) {
                Some(stop) => Some(local(stop)),
                None => offset.flatten(),
            };
            whole.reversed = it.reversed;
            if stop.is_some() {
                let places = &mut this.checker.scope.places;
                let length = *whole.length.get_or_insert_with(|| places.local());
                begun = Some((whole.offset.clone(), length));
            }
            Some(Some(whole))
        });
        // The offset is read before the body may give its names something else.
        if let (Some(stop), Some((offset, length))) = (stop, begun) {
            if !it.continues {
                let offset = offset.unwrap_or_else(|| counter(ExprKind::Constant(Value::Int(0))));
                nodes.insert(0, counted(stop, offset));
            }
            let sum = ExprKind::Arithmetic {
                op: ArithmeticOp::Add,
                lhs: Box::new(local(stop)),
                rhs: Box::new(local(length)),
            };
            nodes.push(counted(stop, counter(sum)));
        }
        nodes
    }

    /// Checks a loop as often as needed, and before it brings the names that it changes to their places. `check` gives
    /// `None` for a loop of which nothing can be said, and nothing in it where only its names are of interest.
    pub(super) fn rounds(
        &mut self,
        changed: &[Arc<str>],
        span: Span,
        check: &mut dyn FnMut(&mut Self) -> Option<Option<Loop>>,
    ) -> Vec<Node> {
        let before = self.names();
        let given = self.checker.given.clone();
        let flagged = self.checker.flagged();
        let reported = self.checker.report.len();
        loop {
            let widened = self.widened.len();
            let mut nodes = self.bring(changed);
            let checked = check(self);
            if self.widened.len() > widened && self.work > 0 {
                self.checker.report.truncate(reported);
                self.checker.set_flagged(flagged.clone());
                self.checker.given = given.clone();
                self.set_names(before.clone());
                continue;
            }
            nodes.extend(checked.flatten().map(|it| Node {
                span,
                kind: NodeKind::For(Box::new(it)),
            }));
            return nodes;
        }
    }

    /// Brings names that a loop changes to their places before it begins.
    fn bring(&mut self, changed: &[Arc<str>]) -> Vec<Node> {
        let mut nodes = Vec::new();
        for name in changed {
            let held = match self.checker.scope.held(name) {
                Some(held) => Some(held.clone()),
                None => self.outer(name, Span::default()),
            };
            let Some(held) = held else { continue };
            if matches!(
                held.kind,
                HeldKind::Nothing | HeldKind::Conflict { .. } | HeldKind::Broken
            ) {
                self.hold(held);
                continue;
            }
            let placed = self.placed_at(held.clone());
            let placed = self.widen(placed);
            self.forget_held(&placed);
            nodes.extend(brought(&held, &placed));
            self.hold(placed);
        }
        nodes
    }

    /// Checks the rounds of a loop until what the names hold at their beginning is settled, and what is shown when there is
    /// none. Only a loop that `is_left` knows `break` and `continue`.
    pub(super) fn round(
        &mut self,
        (over, shape): Through,
        variable: &Arc<str>,
        [is_left, some]: [bool; 2],
        body: &mut dyn FnMut(&mut Self) -> (Vec<Node>, bool),
        otherwise: &mut dyn FnMut(&mut Self) -> (Vec<Node>, bool),
    ) -> Option<Loop> {
        let start = self.names();
        let mut head = start.clone();
        let row = over.row();
        let parent = self.checker.scope.innermost_loop();
        loop {
            let given = self.checker.given.clone();
            let flagged = self.checker.flagged();
            let reported = self.checker.report.len();
            let before = self.mark();
            self.set_names(head.clone());
            let number = self.checker.scope.counters.len();
            self.checker.scope.counters.push(Counters {
                parent,
                ..Counters::default()
            });
            self.checker.scope.entries.push(Entry::Loop {
                name: Arc::clone(variable),
                row,
                shape: shape.clone(),
                counters: Some(number),
            });
            self.around.push(Around {
                text: if is_left { self.text } else { usize::MAX },
                captures: self.captures,
                breaks: Vec::new(),
                continues: Vec::new(),
            });
            self.learn_of(&over);
            let (nodes, ends) = body(self);
            let around = self.around.pop()?;
            self.checker.scope.entries.pop();
            if !self.checker.scope.ended.contains(variable) {
                self.checker.scope.ended.push(Arc::clone(variable));
            }
            self.forget(&before);
            let mut rounds = around.continues;
            if !ends {
                rounds.push(self.names());
            }
            let mut behind = around.breaks;
            behind.extend(rounds.iter().cloned());
            rounds.push(head.clone());
            let widened = self.widened.len();
            let next = self.joined(&rounds);
            if behind.is_empty() {
                behind.push(next.clone());
            }
            let behind = self.joined(&behind);
            if self.widened.len() > widened {
                // The loop is checked once more from the outside.
                self.set_names(behind);
                return None;
            }
            // Nothing is said of what an error has broken, so that the error must stay.
            let is_broken = |names: &held::Names, name: &Arc<str>| {
                names
                    .iter()
                    .any(|it| it.name == *name && matches!(it.kind, HeldKind::Broken))
            };
            let breaks = next
                .iter()
                .any(|it| is_broken(&next, &it.name) && !is_broken(&head, &it.name));
            if !is_same(&head, &next) && self.work > 0 && !breaks {
                self.checker.report.truncate(reported);
                self.checker.set_flagged(flagged);
                self.checker.given = given;
                head = next;
                continue;
            }
            self.set_names(start.clone());
            let (rest, rest_ends) = otherwise(self);
            let mut ways = [
                Way {
                    body: Vec::new(),
                    names: behind,
                    ends: false,
                },
                Way {
                    body: rest,
                    names: self.names(),
                    // There is always a round.
                    ends: rest_ends || some,
                },
            ];
            let names = self.meet(&start, &mut ways);
            self.set_names(names);
            let [behind, otherwise] = ways.map(|way| way.body);
            let counters = self.checker.scope.counters[number];
            return Some(Loop {
                over,
                limit: None,
                offset: None,
                reversed: false,
                index: counters.index,
                length: counters.length,
                body: nodes,
                behind,
                otherwise,
            });
        }
    }

    /// What the names hold behind several ends, all of which have them in the same places. Where they hold numbers of several
    /// types, notes the one that holds all.
    fn joined(&mut self, ends: &[held::Names]) -> held::Names {
        let Some(first) = ends.first() else {
            return held::Names::default();
        };
        if ends.iter().all(|it| Arc::ptr_eq(it, first)) {
            return first.clone();
        }
        let mut names: Vec<Arc<str>> = Vec::new();
        for it in ends.iter().flat_map(|names| names.iter()) {
            if !names.contains(&it.name) {
                names.push(it.name.clone());
            }
        }
        let mut all = Vec::with_capacity(names.len());
        for name in names {
            let find = |names: &held::Names| names.iter().find(|it| it.name == name).cloned();
            let states: Vec<Option<Held>> = ends.iter().map(find).collect();
            let joined = self.join(&name, &states);
            if let HeldKind::Value(to) = &joined.kind {
                let is_other = |it: &Held| match &it.kind {
                    HeldKind::Value(from) => conversion(&from.ty, &to.ty, it.span).is_some(),
                    _ => false,
                };
                let known = self.widened.iter().any(|it| it.0 == self.text && it.1 == name);
                if !known && states.iter().flatten().any(is_other) {
                    self.widened.push((self.text, name.clone(), to.ty.clone()));
                }
            }
            all.push(joined);
        }
        Arc::new(all)
    }

    /// A `break` or `continue`.
    pub(super) fn leave(&mut self, tag: &tags::NodeKind, span: Span) -> Option<NodeKind> {
        let is_break = matches!(tag, tags::NodeKind::Break);
        let word = if is_break { "break" } else { "continue" };
        let names = self.names();
        let (text, captures) = (self.text, self.captures);
        let error = match self.around.last_mut().filter(|it| it.text == text) {
            None => Diagnostic::new(Code::UnbalancedTag, format!("`{word}` outside of `for`"))
                .label(span, "there is no loop here")
                .help("to send nothing write `{% skip \"reason\" %}`".to_owned()),
            Some(around) if around.captures < captures => {
                Diagnostic::new(Code::Unsupported, format!("`{word}` inside of `capture`"))
                    .label(span, "the text would be captured up to here")
                    .help("end the `capture` before, or put the loop into it".to_owned())
            }
            Some(around) => {
                if is_break {
                    around.breaks.push(names);
                    return Some(NodeKind::Break);
                }
                around.continues.push(names);
                return Some(NodeKind::Continue);
            }
        };
        self.checker.report.fail(error)
    }
}

/// A whole number that is always there.
fn counter(kind: ExprKind) -> Expr {
    Expr {
        span: Span::default(),
        ty: Type::Int,
        optional: false,
        kind,
    }
}

fn local(number: usize) -> Expr {
    counter(ExprKind::Local(number))
}

/// Gives a counter a number.
fn counted(local: usize, value: Expr) -> Node {
    Node {
        span: Span::default(),
        kind: NodeKind::Assign(Assign {
            target: Target::Local(local),
            value: Output {
                value: Source::Value(value),
                filters: Vec::new(),
                markup: false,
            },
        }),
    }
}

/// Whether names hold the same.
fn is_same(one: &held::Names, other: &held::Names) -> bool {
    let has = |it: &Held| one.iter().any(|known| known.name == it.name && known.is_like(it));
    Arc::ptr_eq(one, other) || one.len() == other.len() && other.iter().all(has)
}

/// The names that tags give something, each once.
pub(super) fn given_in(nodes: &[tags::Node], names: &mut Vec<Arc<str>>) {
    for node in nodes {
        match &node.kind {
            tags::NodeKind::Assign { name, .. } | tags::NodeKind::Capture { name, .. }
                if !names.contains(&name.text) =>
            {
                names.push(name.text.clone());
            }
            _ => {}
        }
        node.inside(&mut |nodes| given_in(nodes, names));
    }
}
