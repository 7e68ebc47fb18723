//! Definitions with everything that they name written out.

use std::collections::{HashMap, HashSet};

use crate::{
    schema::Schema,
    syntax::ast::{Expr, ExprKind, File, ItemKind, Items, Place, Set, Window},
    value::Type,
};

/// What can be named, and how much may still be written.
pub(super) struct Names<'a> {
    pub(super) traits: HashMap<&'a str, &'a Expr>,
    pub(super) segments: HashMap<&'a str, &'a Expr>,
    pub(super) lists: HashMap<&'a str, &'a [Expr]>,
    /// Names of fields of items, which may stand before those of traits.
    fields: HashSet<String>,
}

/// A definition written out has no more parts than this.
const PARTS: usize = 20_000;

impl<'a> Names<'a> {
    pub(super) fn of(files: &'a [File], schema: &Schema) -> Self {
        let mut names = Self {
            traits: HashMap::new(),
            segments: HashMap::new(),
            lists: HashMap::new(),
            fields: HashSet::from(["at".to_owned()]),
        };
        for item in files.iter().flat_map(|file| &file.items) {
            match &item.kind {
                ItemKind::Trait { name, value, .. } => {
                    names.traits.insert(&name.text, value);
                }
                ItemKind::Segment { name, condition, .. } => {
                    names.segments.insert(&name.text, condition);
                }
                ItemKind::List { name, values, .. } => {
                    names.lists.insert(&name.text, values);
                }
                _ => {}
            }
        }
        for event in schema.events.values() {
            names
                .fields
                .extend(event.fields.iter().map(|it| it.name.to_string()));
        }
        for field in &schema.customer {
            item_fields(&field.ty, &mut names.fields);
        }
        names
    }

    /// The expression with all that it names written out; `None` when it is too long, or when something is named where the
    /// names of an item might take its place.
    pub(super) fn written_out(&self, expr: &Expr) -> Option<Expr> {
        let mut written = expr.clone();
        let mut work = Work {
            names: self,
            parts: PARTS,
        };
        work.expr(&mut written, 0)?;
        Some(written)
    }
}

fn item_fields(ty: &Type, found: &mut HashSet<String>) {
    match ty {
        Type::List(item) => {
            if let Type::Record(fields) = &**item {
                for field in fields.iter() {
                    found.insert(field.name.to_string());
                    item_fields(&field.ty, found);
                }
            }
        }
        Type::Record(fields) => fields.iter().for_each(|field| item_fields(&field.ty, found)),
        _ => {}
    }
}

struct Work<'n, 'a> {
    names: &'n Names<'a>,
    parts: usize,
}

impl Work<'_, '_> {
    fn expr(&mut self, expr: &mut Expr, items: usize) -> Option<()> {
        self.parts = self.parts.checked_sub(1)?;
        while let ExprKind::Paren(inner) = &mut expr.kind {
            *expr = (**inner).clone();
        }
        let named = match &expr.kind {
            ExprKind::Path(steps) if steps.len() == 1 => self.names.traits.get(&*steps[0].text).copied(),
            ExprKind::Path(steps) if &*steps[0].text == "customer" => steps
                .get(1)
                .and_then(|it| self.names.traits.get(&*it.text))
                .copied(),
            ExprKind::InSegment { name, .. } => Some(*self.names.segments.get(&*name.text)?),
            _ => None,
        };
        if let Some(named) = named {
            // What is named is the customer's, and its names might be an item's here.
            if items > 0 {
                return None;
            }
            let negated = matches!(expr.kind, ExprKind::InSegment { negated: true, .. });
            let mut kind = named.kind.clone();
            if negated {
                kind = ExprKind::Not(Box::new(named.clone()));
            }
            expr.kind = kind;
            return self.expr(expr, items);
        }
        if let ExprKind::In { set, .. } | ExprKind::ContainsEach { set, .. } = &mut expr.kind
            && let Set::Named(name) = set
            && let Some(values) = self.names.lists.get(&*name.text)
        {
            *set = Set::Literals(values.to_vec());
        }
        self.parts(expr, items)?;
        flatten(expr);
        Some(())
    }

    fn parts(&mut self, expr: &mut Expr, depth: usize) -> Option<()> {
        match &mut expr.kind {
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::FromNow { .. }
            | ExprKind::InSegment { .. }
            | ExprKind::InSample { .. } => Some(()),
            ExprKind::Call { args, .. } => self.all(args, depth),
            ExprKind::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    self.expr(condition, depth)?;
                    self.expr(value, depth)?;
                }
                otherwise
                    .as_deref_mut()
                    .map_or(Some(()), |it| self.expr(it, depth))
            }
            ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => {
                self.expr(inner, depth)
            }
            ExprKind::And(parts) | ExprKind::Or(parts) => self.all(parts, depth),
            ExprKind::Arithmetic { lhs, rhs, .. }
            | ExprKind::Compare { lhs, rhs, .. }
            | ExprKind::Point(lhs, rhs) => {
                self.expr(lhs, depth)?;
                self.expr(rhs, depth)
            }
            ExprKind::Between {
                operand, low, high, ..
            } => {
                self.expr(operand, depth)?;
                self.expr(low, depth)?;
                self.expr(high, depth)
            }
            ExprKind::In { operand, set, .. } | ExprKind::ContainsEach { operand, set, .. } => {
                self.expr(operand, depth)?;
                match set {
                    Set::Literals(items) => self.all(items, depth),
                    Set::Named(_) => Some(()),
                }
            }
            ExprKind::TextTest { operand, pattern, .. } => {
                self.expr(operand, depth)?;
                self.expr(pattern, depth)
            }
            ExprKind::Is { operand, .. } | ExprKind::Rank { operand, .. } => self.expr(operand, depth),
            ExprKind::InWindow { operand, window, .. } | ExprKind::Anniversary { operand, window, .. } => {
                self.expr(operand, depth)?;
                self.window(window, depth)
            }
            ExprKind::Near {
                operand, radius, of, ..
            } => {
                self.expr(operand, depth)?;
                self.expr(radius, depth)?;
                match of {
                    Place::Point(lat, lon) => {
                        self.expr(lat, depth)?;
                        self.expr(lon, depth)
                    }
                    Place::Of(place) => self.expr(place, depth),
                }
            }
            ExprKind::Quantified { items, steps, .. } => {
                self.items(items, depth)?;
                steps
                    .iter_mut()
                    .try_for_each(|step| self.items(&mut step.items, depth))
            }
            ExprKind::Aggregate { value, items, .. } => {
                self.items(items, depth)?;
                value.as_deref_mut().map_or(Some(()), |it| self.item(it, depth))
            }
        }
    }

    fn all(&mut self, parts: &mut [Expr], depth: usize) -> Option<()> {
        parts.iter_mut().try_for_each(|part| self.expr(part, depth))
    }

    fn items(&mut self, items: &mut Items, depth: usize) -> Option<()> {
        if let Some(window) = &mut items.window {
            self.window(window, depth)?;
        }
        items.filter.as_mut().map_or(Some(()), |it| self.item(it, depth))
    }

    /// Something that sees an item. A trait may hide behind the name of a field; then it is the field.
    fn item(&mut self, expr: &mut Expr, depth: usize) -> Option<()> {
        let fields = &self.names.fields;
        let shadowed = self.names.traits.keys().any(|name| fields.contains(*name));
        if shadowed {
            None
        } else {
            self.expr(expr, depth + 1)
        }
    }

    fn window(&mut self, window: &mut Window, depth: usize) -> Option<()> {
        match window {
            Window::Between(low, high) => {
                self.expr(low, depth)?;
                self.expr(high, depth)
            }
            Window::Before(bound) | Window::After(bound) | Window::Since(bound) => self.expr(bound, depth),
            Window::InLast(_)
            | Window::InNext(_)
            | Window::Today
            | Window::Yesterday
            | Window::Tomorrow
            | Window::Period { .. } => Some(()),
        }
    }
}

/// `a and (b and c)` as one `and`, as it means the same.
fn flatten(expr: &mut Expr) {
    let is_and = matches!(expr.kind, ExprKind::And(_));
    let (ExprKind::And(parts) | ExprKind::Or(parts)) = &mut expr.kind else {
        return;
    };
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts.drain(..) {
        match part.kind {
            ExprKind::And(inner) if is_and => flat.extend(inner),
            ExprKind::Or(inner) if !is_and => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    *parts = flat;
}
