//! Blocks that show nothing: as in Liquid, the white space in them is no text.

use std::{collections::HashSet, mem};

use super::ast::{Node, NodeKind};

/// What is known of the blocks that are closed.
#[derive(Debug, Default)]
pub(super) struct Blank {
    /// Where those begin that show nothing.
    blocks: HashSet<u32>,
    /// Where what is raw begins, which is shown as it is.
    raw: HashSet<u32>,
}

impl Blank {
    pub(super) fn keep_raw(&mut self, start: u32) {
        self.raw.insert(start);
    }

    /// Drops the white space in a block whose bodies show nothing at all; each text is `written` somewhere.
    pub(super) fn close(&mut self, start: u32, bodies: Vec<&mut Vec<Node>>, written: &str) {
        let shows_nothing = |node: &Node| match &node.kind {
            NodeKind::Text => {
                let text = written.get(node.span.start as usize..node.span.end as usize);
                !self.raw.contains(&node.span.start) && text.is_some_and(|it| it.chars().all(is_space))
            }
            NodeKind::Assign { .. } | NodeKind::Capture { .. } => true,
            NodeKind::If { .. } | NodeKind::Case { .. } | NodeKind::For(_) => {
                self.blocks.contains(&node.span.start)
            }
            NodeKind::Output(_)
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Render(_)
            | NodeKind::Skip { .. } => false,
        };
        if !bodies.iter().all(|body| body.iter().all(shows_nothing)) {
            return;
        }
        self.blocks.insert(start);
        for body in bodies {
            let all = mem::take(body);
            body.extend(all.into_iter().filter(|it| !matches!(it.kind, NodeKind::Text)));
        }
    }
}

/// White space where blocks are looked at, of which Liquid's `-` takes one letter more.
fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}
