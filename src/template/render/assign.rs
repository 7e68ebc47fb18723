//! What a template makes for itself: locals, lists, records, captured text.

use super::{super::held::Held, super::program::Output, Renderer};
use crate::{eval::Frames, hir::template::Target, record::Row, value::ValueRef};

impl<'a, R: Row<'a>> Renderer<'a, '_, '_, R> {
    /// Makes places for what the template holds, and fills the lists that are placements.
    pub(super) fn make_places(&mut self) {
        let program = self.job.program;
        let rows = Frames::<R>::wanted(program.rows);
        if rows == 0 && program.lists == 0 {
            return;
        }
        let arena = self.job.arena.get();
        self.lists = arena.cells(program.lists, None);
        self.machine.lend(arena.cells(rows, None), self.lists);
        for (slot, stock) in &program.placed {
            let items = self.stocked(stock, None, usize::MAX);
            self.lists[*slot as usize].set(Some(items));
        }
    }

    /// Gives a place of the template the value of an output, or nothing.
    pub(super) fn assign(&mut self, output: &'a Output, target: Target) {
        let held = self.piped(output);
        match (target, held) {
            (Target::Local(local), Held::Plain(value)) => self.machine.set_local(local, Some(value)),
            (Target::Local(local), _) => self.machine.set_local(local, None),
            (Target::List(slot), held) => {
                let items = match held {
                    Held::List(items) => Some(items),
                    _ => None,
                };
                if let Some(list) = self.lists.get(slot as usize) {
                    list.set(items);
                }
            }
            (Target::Item { row, present }, held) => {
                let frame = match held {
                    Held::Item(frame) => Some(frame),
                    _ => None,
                };
                self.machine.place(row, frame);
                self.machine
                    .set_local(present, frame.map(|_| ValueRef::Bool(true)));
            }
        }
    }

    /// What was written since the last capture began becomes a local.
    pub(super) fn end_capture(&mut self, local: u32) {
        let Some(captured) = self.captured.checked_sub(1) else {
            return;
        };
        self.captured = captured;
        let start = self.captures[captured];
        let text = self.job.arena.get().text(&self.out[start..]);
        self.out.truncate(start);
        self.machine.set_local(local as usize, Some(ValueRef::Text(text)));
    }
}
