//! From a checked template to its program. Here it is decided how each value is written: `output` does that.

mod output;
mod passages;
mod problems;
mod rounds;
mod slots;

use std::sync::Arc;

use self::{
    problems::{misfits, unlike_rounds},
    rounds::{Counting, holds},
};
use super::{
    Format,
    context::{Escape, Position},
    filter::date::DateFormat,
    pieces::{Literal, split_piece},
    program::{self, Op, Program, Step, Stock},
};
use crate::{
    check::template::{REASON, placed_fields},
    diagnostic::{Code, Diagnostic},
    hir::{
        Module,
        template::{Branch, Loop, Node, NodeKind, Over, Template},
    },
    plan::Planner,
    schema::{CatalogId, Layout},
    span::Span,
    value::{Roles, Type},
};

/// The reason of a message that was given up because a calculation in it went beyond its type, or because a struct read in
/// place broke the data contract. Nothing else leaves a checked placeholder without a value.
const NO_VALUE: &str = "a value of the message is missing";

/// Loops inside each other, beyond which a template is refused; each needs its place while rendering.
const DEEPEST_LOOP: usize = 8;

/// Compiles a template of that text, perhaps a part of a message; all that is wrong with its places is said at once.
pub(super) fn compile(
    template: &Template,
    texts: &[&str],
    format: Format,
    module: &Module,
    is_part: bool,
) -> (Program, Vec<Diagnostic>) {
    let mut compiler = Compiler {
        texts,
        module,
        planner: Planner::new(module),
        steps: Vec::new(),
        positions: Vec::new(),
        text: String::new(),
        text_at: program::Position::default(),
        length: 0,
        outputs: Vec::new(),
        loops: Vec::new(),
        reasons: Vec::new(),
        depth: 0,
        deepest: 0,
        at: program::Position::default(),
        around: Vec::new(),
        counting: Vec::new(),
        diagnostics: Vec::new(),
        is_page: matches!(format, Format::Html),
    };
    if is_part {
        compiler.planner.share_segments();
    }
    compiler.planner.set_made_lists(template.lists.clone());
    for (row, layout) in &template.items {
        compiler.planner.place(*row, Some(layout.clone()));
    }
    let placed = template.placed.iter();
    let placed = placed
        .map(|(placement, slot)| (*slot, compiler.stock(*placement).0))
        .collect();
    let mut position = Position::new(format);
    let skips = compiler.nodes(&template.nodes, &mut position);
    if !skips && !position.may_end() && compiler.diagnostics.is_empty() {
        let text = texts.first().copied().unwrap_or_default();
        let end = offset(text.len());
        let message = format!("the template ends {}", position.describe());
        let error = Diagnostic::new(Code::UnbalancedTag, message);
        let opening = position.opened_by();
        let opened = opening.and_then(|it| Some((text.rfind(&it)?, it.len())));
        compiler.diagnostics.push(match opened {
            Some((start, length)) => error.label(
                Span::new(0, offset(start), offset(start + length)),
                "this is not closed",
            ),
            None => error.label(Span::new(0, end, end), "something is not closed before here"),
        });
    }
    compiler.end_text();
    let plan = compiler.planner.finish();
    let fallbacks = slots::read_slots(&mut compiler.steps, &compiler.loops, &plan);
    let (mut steps, mut positions) = (compiler.steps, compiler.positions);
    let about = passages::About {
        loops: &compiler.loops,
        outputs: &compiler.outputs,
        fallbacks: &fallbacks,
        plan: &plan,
    };
    let passages = passages::find(&mut steps, &mut positions, &about);
    let mut loops = compiler.loops;
    passages::fill_rounds(&mut loops, &steps, &passages);
    let program = Program {
        steps,
        positions,
        length: compiler.length,
        fallbacks,
        outputs: compiler.outputs,
        loops,
        passages,
        reasons: compiler.reasons,
        no_value: NO_VALUE.into(),
        plan,
        instants: DateFormat::of_instants(),
        locals: template.locals,
        lists: template.lists.slots.len(),
        placed,
        deepest_loop: compiler.deepest,
        rows: template.rows,
    };
    (program, compiler.diagnostics)
}

struct Compiler<'m> {
    /// Of the template and its partials.
    texts: &'m [&'m str],
    module: &'m Module,
    planner: Planner<'m>,
    steps: Vec<Step>,
    positions: Vec<[program::Position; 2]>,
    /// Text that no instruction follows yet, and where it begins.
    text: String,
    text_at: program::Position,
    /// Of all text so far.
    length: usize,
    outputs: Vec<program::Output>,
    loops: Vec<program::Loop>,
    reasons: Vec<Arc<str>>,
    /// The loops around, and how many there are at most.
    depth: usize,
    deepest: usize,
    /// Where the node stands that is compiled.
    at: program::Position,
    /// The loops around.
    around: Vec<Around>,
    /// The loops around that are followed round by round.
    counting: Vec<Counting>,
    diagnostics: Vec<Diagnostic>,
    /// Whether text is escaped where it is shown, so that `escape` has nothing to do.
    is_page: bool,
}

/// A loop around what is compiled.
struct Around {
    /// Where each round begins in the page.
    round: Position,
    /// The jumps that lead behind it, and those to its next round.
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

impl Compiler<'_> {
    /// Appends the instructions of some nodes; says whether what follows them is never reached.
    fn nodes(&mut self, nodes: &[Node], position: &mut Position) -> bool {
        let mut skips = false;
        for node in nodes {
            self.at = program::Position {
                source: node.span.source,
                at: node.span.start,
            };
            match &node.kind {
                NodeKind::Text => self.literal(node.span, position),
                NodeKind::Output(output) => self.output(node.span, output, position),
                NodeKind::Hole => {
                    self.escape(node.span, &[], false, position);
                }
                NodeKind::Assign(it) => {
                    if let Some((source, mut filters)) = self.piped(&it.value) {
                        self.drop_escapes(&it.value, &mut filters, true);
                        self.outputs.push(program::Output {
                            source,
                            filters,
                            escape: Escape::None,
                        });
                        let number = offset(self.outputs.len() - 1);
                        let target = it.target;
                        self.push(Op::Assign { number, target });
                    }
                }
                NodeKind::Capture { local, markup, body } => {
                    skips |= self.capture(*local, *markup, body, node.span);
                }
                NodeKind::Partial(body) => skips |= self.nodes(body, position),
                NodeKind::Break | NodeKind::Continue => {
                    self.leave(matches!(node.kind, NodeKind::Break), node.span, position);
                    skips = true;
                }
                NodeKind::If { branches, otherwise } => {
                    skips |= self.branches(branches, otherwise, node.span, position);
                }
                NodeKind::For(it) => self.r#loop(it, node.span, position),
                NodeKind::Skip(reason) => {
                    self.reasons.push(reason.clone());
                    self.push(Op::Skip(offset(self.reasons.len() - 1)));
                    skips = true;
                }
            }
        }
        skips
    }

    fn literal(&mut self, span: Span, position: &mut Position) {
        let text = self.texts.get(span.source as usize).copied().unwrap_or_default();
        let text = text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default();
        let first = text.as_bytes().first();
        if position.must_separate()
            && !first.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
        {
            let letter = text.chars().next().map_or(0, char::len_utf8);
            let here = Span {
                end: span.start + offset(letter),
                ..span
            };
            self.diagnostics.push(
                Diagnostic::new(
                    Code::BranchContext,
                    "the branches before this end in different places of a tag",
                )
                .label(here, "a blank, `/` or `>` must stand here"),
            );
        }
        if let Err((byte, misfit)) = position.advance(text) {
            let letter = text[byte..].chars().next().map_or(1, char::len_utf8);
            let here = Span {
                start: span.start + offset(byte),
                end: span.start + offset(byte + letter),
                ..span
            };
            self.diagnostics
                .push(misfits(misfit, here, text[byte..].chars().next()));
        }
        self.push_text(text);
    }

    fn push_text(&mut self, text: &str) {
        if self.text.is_empty() {
            self.text_at = self.at;
        }
        self.text.push_str(text);
        self.length += text.len();
    }

    /// What is written in the body becomes the text of a local. Says whether what follows is never reached.
    fn capture(&mut self, local: usize, markup: bool, body: &[Node], span: Span) -> bool {
        self.push(Op::Capture);
        // Text is escaped where it is shown, a part of a page here.
        let mut inside = Position::new(if markup { Format::Html } else { Format::Text });
        let ends = self.nodes(body, &mut inside);
        if !ends && !inside.may_end() {
            let message = format!("the captured part of the page ends {}", inside.describe());
            let tag = Span {
                end: span.start + 2,
                ..span
            };
            self.diagnostics.push(
                Diagnostic::new(Code::BranchContext, message)
                    .label(tag, "must end between tags, where it began")
                    .help("open and close tags, quotes and comments inside of the `capture`".to_owned()),
            );
        }
        self.push(Op::Captured { local: offset(local) });
        ends
    }

    /// A `break` or `continue`.
    fn leave(&mut self, is_break: bool, span: Span, position: &Position) {
        if is_break {
            self.push(Op::Leave);
        }
        let jump = self.push(Op::Jump(0));
        let Some(around) = self.around.last_mut() else {
            return;
        };
        if is_break {
            around.breaks.push(jump);
        } else {
            around.continues.push(jump);
        }
        if around.round != *position {
            let round = around.round.clone();
            self.diagnostics.push(unlike_rounds(&round, position, span));
        }
    }

    fn branches(
        &mut self,
        branches: &[Branch],
        otherwise: &[Node],
        span: Span,
        position: &mut Position,
    ) -> bool {
        let mut ends = Vec::new();
        // The places that the branches end in, with where each is written.
        let mut places: Vec<(Position, Span)> = Vec::new();
        let mut all_skip = true;
        let mut start = position.clone();
        for branch in branches {
            let condition = self.planner.add_condition(&branch.condition);
            let test = self.push(Op::Unless { condition, to: 0 });
            let mut here = start.clone();
            if let Position::Json(worlds) = &start
                && !self.counting.is_empty()
            {
                let counting = &self.counting;
                let (taken, rest) = worlds.split(|rounds| holds(&branch.condition, counting, rounds));
                here = Position::Json(taken);
                start = Position::Json(rest);
            }
            let skips = self.nodes(&branch.body, &mut here);
            if !skips {
                places.push((here, branch.condition.span));
                ends.push(self.push(Op::Jump(0)));
            }
            all_skip &= skips;
            self.patch(test);
        }
        let mut here = start;
        let skips = self.nodes(otherwise, &mut here);
        if !skips {
            let at = otherwise.first().map_or(span, |node| node.span);
            places.push((here, at));
        }
        for end in ends {
            self.patch(end);
        }
        self.join(places, position);
        all_skip && skips
    }

    /// Goes on where all branches end, if that is one place.
    fn join(&mut self, places: Vec<(Position, Span)>, position: &mut Position) {
        let mut joined: Option<(Position, Span)> = None;
        for (place, span) in places {
            let Some((context, first)) = joined.take() else {
                joined = Some((place, span));
                continue;
            };
            let both = context.join(&place);
            if both.is_none() {
                let message = match place {
                    Position::Json(_) => "the branches end in different places of the JSON",
                    _ => "the branches end in different places of the page",
                };
                self.diagnostics.push(
                    Diagnostic::new(Code::BranchContext, message)
                        .label(span, format!("this one ends {}", place.describe()))
                        .label(first, format!("this one ends {}", context.describe()))
                        .help(match place {
                            Position::Json(_) => {
                                "open and close quotes, brackets and braces in the same branch, and put commas between items"
                            }
                            _ => "open and close tags, quotes and comments in the same branch",
                        }
                        .to_owned()),
                );
            }
            joined = Some((both.unwrap_or(context), first));
        }
        if let Some((joined, _)) = joined {
            *position = joined;
        }
    }

    fn r#loop(&mut self, it: &Loop, span: Span, position: &mut Position) {
        if self.depth == DEEPEST_LOOP {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::Limit,
                    format!("more than {DEEPEST_LOOP} loops inside each other"),
                )
                .label(
                    Span {
                        end: span.start + 2,
                        ..span
                    },
                    "one too many",
                ),
            );
            return;
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let limit = it.limit.as_ref().map(|limit| self.planner.add_value(limit));
        let before = it.offset.as_ref().map(|before| self.planner.add_value(before));
        let start = position.clone();
        let (over, layout) = self.over(&it.over);
        let open = over.map(|over| {
            self.loops.push(program::Loop {
                over,
                limit,
                offset: before,
                reversed: it.reversed,
                passage: None,
                index: it.index,
                length: it.length,
            });
            self.push(Op::Open {
                number: offset(self.loops.len() - 1),
                none: 0,
            })
        });
        // A collection that is empty for every customer has a body that is never reached.
        let never = open.is_none().then(|| self.push(Op::Jump(0)));
        let body = self.here();
        let row = it.over.row();
        self.planner.place(row, Some(layout));
        let followed = match &start {
            Position::Json(worlds) => self.begin(it, worlds),
            _ => None,
        };
        let is_followed = followed.is_some();
        let round = followed.map_or_else(|| start.round(), Position::Json);
        position.clone_from(&round);
        if is_followed {
            self.count(it);
        }
        self.around.push(Around {
            round: round.clone(),
            breaks: Vec::new(),
            continues: Vec::new(),
        });
        let ends = self.nodes(&it.body, position);
        if is_followed {
            self.counting.pop();
        }
        let around = self.around.pop();
        let (breaks, continues) = around.map(|it| (it.breaks, it.continues)).unwrap_or_default();
        self.planner.place(row, None);
        self.at = program::Position {
            source: span.source,
            at: span.start,
        };
        for jump in continues {
            self.patch(jump);
        }
        self.push(Op::Next { body: offset(body) });
        if is_followed {
            let behind = match (&*position, &round) {
                (Position::Json(end), Position::Json(begun)) => end.end(begun),
                _ => None,
            };
            if let Some(behind) = behind {
                *position = Position::Json(behind);
            } else {
                self.diagnostics.push(unlike_rounds(&round, position, span));
                position.end_round(&start);
            }
        } else if ends {
            position.clone_from(&round);
        } else if *position != round {
            self.diagnostics.push(unlike_rounds(&round, position, span));
            position.end_round(&round);
        }
        for jump in breaks {
            self.patch(jump);
        }
        self.nodes(&it.behind, position);
        let end = self.push(Op::Jump(0));
        self.patch(open.or(never).expect("one of both was written"));
        let mut otherwise = start;
        let never_back = self.nodes(&it.otherwise, &mut otherwise);
        self.patch(end);
        let mut ways = vec![(position.clone(), span)];
        if !never_back {
            ways.push((otherwise, it.otherwise.first().map_or(span, |node| node.span)));
        }
        self.join(ways, position);
        self.depth -= 1;
    }

    /// What the loop goes through, with the layout of its items; `None` for what is empty for every customer.
    fn over(&mut self, over: &Over) -> (Option<program::Over>, Arc<Layout>) {
        match over {
            Over::Items(items) => {
                let layout = self.planner.layout_of(&items.source).unwrap_or_default();
                (self.planner.add_items(items).map(program::Over::Items), layout)
            }
            Over::Placement {
                placement,
                row,
                filter,
            } => {
                let (stock, layout) = self.stock(*placement);
                self.planner.place(*row, Some(layout.clone()));
                let filter = filter.as_ref().map(|filter| self.planner.add_condition(filter));
                self.planner.place(*row, None);
                let over = program::Over::Placement {
                    stock,
                    row: *row,
                    filter,
                };
                (Some(over), layout)
            }
            Over::Range { from, to, row } => {
                let over = program::Over::Range {
                    from: self.planner.add_value(from),
                    to: self.planner.add_value(to),
                    row: *row,
                };
                let layout = Layout::of_items(&Type::Int, &Roles::default());
                (Some(over), Arc::new(layout))
            }
        }
    }

    /// Where the items of a placement are found, and what they look like.
    fn stock(&self, placement: usize) -> (Stock, Arc<Layout>) {
        let schema = &self.module.schema;
        let (name, placement) = schema
            .placements
            .get_index(placement)
            .expect("the checker found it there");
        let catalog = schema
            .catalogs
            .get(&placement.catalog)
            .expect("the checker found its catalogue");
        let fields = &catalog.fields;
        let layout = Arc::new(Layout::of_fields(&placed_fields(fields)));
        let own = fields.iter().any(|field| &*field.name == REASON);
        let reason = if own {
            u32::MAX
        } else {
            offset(layout.slots.len() - 1)
        };
        let stock = Stock {
            name: name.clone(),
            catalog: placement.catalog.clone(),
            id: CatalogId::of(&placement.catalog, catalog),
            reason,
        };
        (stock, layout)
    }

    fn push(&mut self, op: Op) -> usize {
        let text = std::mem::take(&mut self.text);
        let mut rest = &*text;
        loop {
            let (piece, after) = split_piece(rest);
            if after.is_empty() {
                break;
            }
            self.push_step(piece, Op::Nothing);
            rest = after;
        }
        self.push_step(rest, op);
        self.steps.len() - 1
    }

    fn push_step(&mut self, text: &str, op: Op) {
        self.steps.push(Step {
            text: Literal::new(text),
            op,
        });
        self.positions.push([self.text_at, self.at]);
    }

    /// Text that stands before a place where a jump leads to needs a step of its own.
    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.push(Op::Nothing);
        }
    }

    /// Where a jump leads that goes on here.
    fn here(&mut self) -> usize {
        self.end_text();
        self.steps.len()
    }

    /// Lets a jump lead to the next instruction.
    fn patch(&mut self, jump: usize) {
        let here = offset(self.here());
        match &mut self.steps[jump].op {
            Op::Unless { to, .. } | Op::Jump(to) | Op::Open { none: to, .. } => *to = here,
            _ => debug_assert!(false, "only jumps are patched"),
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
