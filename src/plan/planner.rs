//! The one that plans: it numbers everything once and knows what is in scope.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use indexmap::{IndexMap, IndexSet};
use memchr::memmem::Finder;

use super::{
    Moment, Moments, cost, emit, optimize,
    program::{
        Block, BlockId, Collection, CollectionId, End, Followed, Kind, Near, Node, NodeId, Op, Program,
        Sequence, Shared, Source, Spot, Stretch, Test, set_order,
    },
    steady::Steady,
    tree::Tree,
    weight::Weights,
};
use crate::{
    hir::{self, Condition, Constants, Expr, Items, MADE_LISTS, Module, Pattern},
    schema::{CatalogId, Layout},
    value::{Value, fold::Folding},
};

/// Makes a [`Program`] with as many entry points as are added.
///
/// # Example
///
/// ```ignore
/// let mut planner = Planner::new(&module);
/// let block = planner.add_condition(&condition);
/// let value = planner.add_value(&expr);
/// let program = planner.finish();
/// ```
#[derive(Debug)]
pub(crate) struct Planner<'m> {
    pub(super) module: &'m Module,
    /// The row whose slots leaves read.
    pub(super) focus: u8,
    /// The rows in scope, the customer first; `None` for one that is not known by its layout.
    pub(super) scope: Vec<Option<Arc<Layout>>>,
    /// The row of the lists that a template makes.
    made_lists: Arc<Layout>,
    pub(super) weights: Weights,
    events: Vec<Arc<Layout>>,
    program: Program,
    blocks: HashMap<(u8, Tree), BlockId>,
    nodes: IndexSet<Node>,
    tests: IndexSet<Test>,
    collections: IndexSet<Collection>,
    sequences: IndexSet<Sequence>,
    /// By their index in the schema.
    catalogs: IndexMap<usize, Followed>,
    stretches: IndexSet<Stretch>,
    moments: Moments,
    /// Segments and traits that are read by number, with the number in [`Program::shared`].
    shared_segments: IndexMap<usize, u32>,
    shared_traits: IndexMap<usize, u32>,
    shared_nodes: IndexMap<NodeId, u32>,
    segments: HashMap<usize, BlockId>,
    traits: HashMap<usize, NodeId>,
    constants: IndexMap<String, Value>,
    texts: IndexSet<Box<str>>,
    finders: IndexSet<Box<str>>,
    foldings: IndexSet<Folding>,
    patterns: IndexMap<(Arc<str>, bool), Pattern>,
    nears: IndexSet<Near>,
    text_sets: IndexSet<Box<[Box<str>]>>,
    /// The sets of named lists, which may be large and used often, by where their values lie.
    list_sets: HashMap<*const Value, (Arc<[Value]>, u32)>,
    number_sets: IndexSet<Box<[i64]>>,
    args: IndexSet<Box<[NodeId]>>,
    arms: IndexSet<Box<[(BlockId, NodeId)]>>,
    node_costs: Vec<f64>,
    block_costs: Vec<f64>,
    collection_costs: Vec<f64>,
}

/// What is known of the costs of what was planned already.
#[derive(Debug)]
pub(super) struct Estimates<'p> {
    nodes: &'p [f64],
    collections: &'p [f64],
    blocks: &'p [f64],
    shared: &'p [Shared],
    tests: &'p IndexSet<Test>,
}

impl Estimates<'_> {
    pub(super) fn node(&self, id: NodeId) -> f64 {
        self.nodes[id.0 as usize]
    }

    pub(super) fn collection(&self, id: CollectionId) -> f64 {
        self.collections[id.0 as usize]
    }

    pub(super) fn shared(&self, number: u32) -> f64 {
        match self.shared[number as usize] {
            Shared::Segment { block, .. } => self.blocks[block.0 as usize],
            Shared::Value(node) => self.node(node),
        }
    }

    pub(super) fn test(&self, number: u32) -> Test {
        self.tests[number as usize]
    }
}

impl<'m> Planner<'m> {
    /// Starts a program whose entry points may name the segments and traits of a module.
    pub(crate) fn new(module: &'m Module) -> Self {
        let events = module.schema.events.values();
        Self {
            module,
            focus: 0,
            scope: vec![Some(Arc::new(Layout::of_fields(&module.schema.customer)))],
            made_lists: Arc::default(),
            weights: Weights::new(module),
            events: events.map(|it| Arc::new(Layout::of_event(&it.fields))).collect(),
            program: Program::default(),
            blocks: HashMap::new(),
            nodes: IndexSet::new(),
            tests: IndexSet::new(),
            collections: IndexSet::new(),
            sequences: IndexSet::new(),
            catalogs: IndexMap::new(),
            stretches: IndexSet::new(),
            moments: Moments::default(),
            shared_segments: IndexMap::new(),
            shared_traits: IndexMap::new(),
            shared_nodes: IndexMap::new(),
            segments: HashMap::new(),
            traits: HashMap::new(),
            constants: IndexMap::new(),
            texts: IndexSet::new(),
            finders: IndexSet::new(),
            foldings: IndexSet::new(),
            patterns: IndexMap::new(),
            nears: IndexSet::new(),
            text_sets: IndexSet::new(),
            list_sets: HashMap::new(),
            number_sets: IndexSet::new(),
            args: IndexSet::new(),
            arms: IndexSet::new(),
            node_costs: Vec::new(),
            block_costs: Vec::new(),
            collection_costs: Vec::new(),
        }
    }

    /// Lets the program ask for segments rather than write them out, but for those that take no longer than to ask: for
    /// parts of a message, one of which may know what another asks.
    pub(crate) fn share_segments(&mut self) {
        self.weights.share_segments();
    }

    /// Adds a condition over the rows in scope.
    pub(crate) fn add_condition(&mut self, condition: &Condition) -> BlockId {
        let tree = self.condition(condition, false);
        self.block(tree)
    }

    /// Adds a value of the rows in scope.
    pub(crate) fn add_value(&mut self, expr: &Expr) -> NodeId {
        self.node(expr)
    }

    /// Adds a collection to iterate over; `None` when it is empty for every customer.
    pub(crate) fn add_items(&mut self, items: &Items) -> Option<CollectionId> {
        self.collection(items, false)
    }

    /// Adds a segment of the module.
    pub(crate) fn add_segment(&mut self, index: usize) -> BlockId {
        if let Some(block) = self.segments.get(&index) {
            return *block;
        }
        let module = self.module;
        let block = self.at_the_customer(|this| this.add_condition(&module.segments[index].condition));
        self.segments.insert(index, block);
        block
    }

    /// Adds a trait of the module.
    pub(crate) fn add_trait(&mut self, index: usize) -> NodeId {
        if let Some(node) = self.traits.get(&index) {
            return *node;
        }
        let module = self.module;
        let node = self.at_the_customer(|this| this.node(&module.traits[index].value));
        self.traits.insert(index, node);
        node
    }

    /// Says what is in scope as row number `row` for the conditions and values added from now on: an item of a loop, or
    /// one that a template holds.
    pub(crate) fn place(&mut self, row: u8, layout: Option<Arc<Layout>>) {
        let row = usize::from(row);
        if self.scope.len() <= row {
            self.scope.resize(row + 1, None);
        }
        self.scope[row] = layout;
    }

    /// Says which lists a template makes.
    pub(crate) fn set_made_lists(&mut self, lists: Arc<Layout>) {
        self.made_lists = lists;
    }

    /// The layout of the items of a collection in scope.
    pub(crate) fn layout_of(&self, source: &hir::Source) -> Option<Arc<Layout>> {
        match source {
            hir::Source::Events(event) => self.events.get(*event).cloned(),
            hir::Source::List(list) => self.items_of(list),
        }
    }

    /// The layout of the items of a list in scope, or of one of a catalogue's item.
    fn items_of(&self, list: &hir::Spot) -> Option<Arc<Layout>> {
        match list {
            hir::Spot::Row(place) => {
                let row = if place.row == MADE_LISTS {
                    &self.made_lists
                } else {
                    self.scope.get(usize::from(place.row))?.as_ref()?
                };
                row.slots.get(place.slot as usize)?.items.clone()
            }
            hir::Spot::Item { catalog, slot, .. } => {
                let (_, catalog) = self.module.schema.catalogs.get_index(*catalog)?;
                let layout = Layout::of_fields(&catalog.fields);
                layout.slots.get(*slot as usize)?.items.clone()
            }
        }
    }

    /// Where a list or a record lies; `None` when the schema has no such catalogue.
    pub(crate) fn spot(&mut self, spot: &hir::Spot) -> Option<Spot> {
        match spot {
            hir::Spot::Row(place) => Some(Spot::Row(*place)),
            hir::Spot::Item {
                key, catalog, slot, ..
            } => Some(Spot::Item {
                key: self.node(key),
                catalog: self.add_catalog(*catalog)?,
                slot: *slot,
            }),
        }
    }

    /// How the values of a list of plain values are read; none for a list of records.
    pub(crate) fn kind_of_items(&self, list: &hir::Spot) -> Option<Kind> {
        let items = self.items_of(list)?;
        let value = items.slots.first().filter(|it| it.path.is_empty())?;
        Kind::of(&value.ty)
    }

    /// The finished program.
    pub(crate) fn finish(self) -> Program {
        let names = self.module.schema.events.keys().cloned();
        let events = names.zip(self.events).collect();
        let customer = self.scope.into_iter().next().flatten().unwrap_or_default();
        Program {
            nodes: self.nodes.into_iter().collect(),
            tests: self.tests.into_iter().collect(),
            collections: self.collections.into_iter().collect(),
            sequences: self.sequences.into_iter().collect(),
            catalogs: self.catalogs.into_values().collect(),
            stretches: self.stretches.into_iter().collect(),
            moments: Arc::new(self.moments),
            constants: self.constants.into_values().collect(),
            finders: self
                .finders
                .iter()
                .map(|it| Finder::new(it.as_bytes()).into_owned())
                .collect(),
            foldings: self.foldings.into_iter().collect(),
            patterns: self.patterns.into_values().collect(),
            nears: self.nears.into_iter().collect(),
            texts: self.texts.into_iter().collect(),
            text_sets: self.text_sets.into_iter().collect(),
            number_sets: self.number_sets.into_iter().collect(),
            args: self.args.into_iter().collect(),
            arms: self.arms.into_iter().collect(),
            functions: self.module.functions.clone(),
            customer,
            events,
            ..self.program
        }
    }

    /// Plans something that sees the customer alone, as segments and traits do.
    fn at_the_customer<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let focus = std::mem::replace(&mut self.focus, 0);
        let items = self.scope.split_off(1);
        let result = work(self);
        self.scope.truncate(1);
        self.scope.extend(items);
        self.focus = focus;
        result
    }

    /// Plans something that sees an item of a collection as row number `row`.
    pub(super) fn at_an_item<T>(&mut self, items: &Items, work: impl FnOnce(&mut Self) -> T) -> T {
        let layout = self.layout_of(&items.source);
        let outer = self.scope.clone();
        self.place(items.row, layout);
        let focus = std::mem::replace(&mut self.focus, items.row);
        let result = work(self);
        self.focus = focus;
        self.scope = outer;
        result
    }

    /// Plans something that sees two events as the rows `row - 1` and `row`.
    pub(super) fn at_a_step<T>(
        &mut self,
        [previous, this]: [usize; 2],
        row: u8,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.scope.clone();
        self.place(row - 1, self.events.get(previous).cloned());
        self.place(row, self.events.get(this).cloned());
        let focus = std::mem::replace(&mut self.focus, row);
        let result = work(self);
        self.focus = focus;
        self.scope = outer;
        result
    }

    /// The number of a segment whose answer several places read.
    pub(super) fn shared_segment(&mut self, index: usize) -> u32 {
        if let Some(number) = self.shared_segments.get(&index) {
            return *number;
        }
        let block = self.add_segment(index);
        let segment = u32::try_from(index).unwrap_or(u32::MAX);
        let number = self.share(Shared::Segment { segment, block });
        self.shared_segments.insert(index, number);
        number
    }

    /// The number of a trait whose value several places read.
    pub(super) fn shared_trait(&mut self, index: usize) -> u32 {
        if let Some(number) = self.shared_traits.get(&index) {
            return *number;
        }
        let node = self.add_trait(index);
        let number = self.share(Shared::Value(node));
        self.shared_traits.insert(index, number);
        number
    }

    /// A value of the customer that is worked out once, whoever asks.
    pub(super) fn shared_node(&mut self, node: NodeId) -> NodeId {
        let known = self.shared_nodes.get(&node).copied();
        let number = known.unwrap_or_else(|| self.share(Shared::Value(node)));
        self.shared_nodes.insert(node, number);
        self.add_node(Node::Shared(number))
    }

    fn share(&mut self, shared: Shared) -> u32 {
        self.program.shared.push(shared);
        number(self.program.shared.len() - 1)
    }

    /// The block of a tree over the row in focus.
    pub(super) fn block(&mut self, tree: Tree) -> BlockId {
        let tree = optimize(tree);
        let (tree, estimate) = cost::order(tree, &self.estimates());
        let key = (self.focus, tree);
        if let Some(block) = self.blocks.get(&key) {
            return *block;
        }
        let (focus, tree) = key;
        let first = self.program.leaves.len();
        let start = emit::emit(&tree, &mut self.program.leaves);
        let all = |test: fn(&Op) -> bool| self.program.leaves[first..].iter().all(|leaf| test(&leaf.op));
        let (closed, of_slots) = (all(Op::is_closed), all(|op| op.slot().is_some()));
        self.program.blocks.push(Block {
            start,
            row: focus,
            closed,
            of_slots,
        });
        let layout = self.scope.get(usize::from(focus)).cloned().flatten();
        self.program.layouts.push(layout);
        self.block_costs.push(estimate.cost);
        let block = BlockId(number(self.program.blocks.len() - 1));
        self.blocks.insert((focus, tree), block);
        block
    }

    fn estimates(&self) -> Estimates<'_> {
        Estimates {
            nodes: &self.node_costs,
            collections: &self.collection_costs,
            blocks: &self.block_costs,
            shared: &self.program.shared,
            tests: &self.tests,
        }
    }

    pub(super) fn add_node(&mut self, node: Node) -> NodeId {
        let (index, new) = self.nodes.insert_full(node);
        if new {
            let cost = self.cost_of(node);
            self.node_costs.push(cost);
        }
        NodeId(number(index))
    }

    fn cost_of(&self, node: Node) -> f64 {
        let of = |id: NodeId| self.node_costs[id.0 as usize];
        match node {
            Node::Constant(_) | Node::Missing | Node::Now | Node::Today | Node::Local(_) => 1.0,
            Node::Clock(_) => 60.0,
            Node::Slot { .. } => 2.0,
            Node::Size(list) => 2.0 + self.cost_of_spot(list),
            Node::Follow { key, .. } => 30.0 + of(key),
            Node::Shared(number) => 2.0 + self.estimates().shared(number),
            Node::Condition(block) => 2.0 + self.block_costs[block.0 as usize],
            Node::Arithmetic { lhs, rhs, .. } => 4.0 + of(lhs) + of(rhs),
            Node::Negate(inner) => 2.0 + of(inner),
            Node::Shift { operand, .. } => 60.0 + of(operand),
            Node::Quantile { value, .. } => 4.0 + of(value),
            Node::Folded(inner) => 30.0 + of(inner),
            Node::Host { args, .. } => 200.0 + self.args[args as usize].iter().map(|it| of(*it)).sum::<f64>(),
            Node::Point { .. } => 200.0,
            Node::Call { args, .. } => 15.0 + self.args[args as usize].iter().map(|it| of(*it)).sum::<f64>(),
            Node::Case { arms, otherwise } => {
                let arms = self.arms[arms as usize].iter();
                let arms: f64 = arms
                    .map(|(block, value)| self.block_costs[block.0 as usize] + of(*value))
                    .sum();
                2.0 + arms + otherwise.map_or(0.0, of)
            }
            Node::Count(items) => self.collection_costs[items.0 as usize],
            Node::Aggregate { value, items, .. } => {
                10.0 + self.collection_costs[items.0 as usize] + 5.0 * of(value)
            }
        }
    }

    /// What it takes to get to the row that has it.
    fn cost_of_spot(&self, spot: Spot) -> f64 {
        match spot {
            Spot::Row(_) => 0.0,
            Spot::Item { key, .. } => 30.0 + self.node_costs[key.0 as usize],
        }
    }

    pub(super) fn add_collection(&mut self, collection: Collection) -> CollectionId {
        let (index, new) = self.collections.insert_full(collection);
        if new {
            // In a stretch of time there are few, and mostly none.
            let (window, few) = collection.stretch.map_or((2.0, 1.0), |_| (8.0, 0.5));
            let filter = collection
                .filter
                .map_or(0.0, |it| few * (20.0 + 8.0 * self.block_costs[it.0 as usize]));
            let list = match collection.source {
                Source::Events(_) => 0.0,
                Source::List(list) => self.cost_of_spot(list),
            };
            self.collection_costs.push(list + window + filter);
        }
        CollectionId(number(index))
    }

    pub(super) fn add_test(&mut self, test: Test) -> Tree {
        let (index, _) = self.tests.insert_full(test);
        Op::Test { test: number(index) }.into()
    }

    /// The number of a catalogue that is looked into; `None` when the schema has no such catalogue.
    pub(super) fn add_catalog(&mut self, index: usize) -> Option<u32> {
        let (name, catalog) = self.module.schema.catalogs.get_index(index)?;
        let entry = self.catalogs.entry(index);
        let number = entry.index();
        entry.or_insert_with(|| Followed {
            id: CatalogId::of(name, catalog),
            layout: Arc::new(Layout::of_fields(&catalog.fields)),
        });
        Some(self::number(number))
    }

    pub(super) fn add_sequence(&mut self, sequence: Sequence) -> Tree {
        let number = intern(&mut self.sequences, sequence);
        self.add_test(Test::Sequence(number))
    }

    pub(super) fn add_stretch(&mut self, from: End, to: End, until_now: bool) -> u32 {
        number(self.stretches.insert_full(Stretch { from, to, until_now }).0)
    }

    pub(super) fn add_moment(&mut self, moment: Moment) -> u32 {
        self.moments.number(moment)
    }

    pub(super) fn add_time(&mut self, time: Steady) -> u32 {
        self.moments.time(time)
    }

    pub(super) fn add_constant(&mut self, value: Value) -> NodeId {
        // Two floats are one constant only when they are the same bits, as their debug form says.
        let entry = self.constants.entry(format!("{value:?}"));
        let index = entry.index();
        entry.or_insert(value);
        self.add_node(Node::Constant(number(index)))
    }

    pub(super) fn add_text(&mut self, text: &str) -> u32 {
        intern(&mut self.texts, text.into())
    }

    pub(super) fn add_finder(&mut self, text: &str) -> u32 {
        intern(&mut self.finders, text.into())
    }

    pub(super) fn add_near(&mut self, near: Near) -> u32 {
        intern(&mut self.nears, near)
    }

    pub(super) fn add_folding(&mut self, folding: Folding) -> u32 {
        intern(&mut self.foldings, folding)
    }

    pub(super) fn add_pattern(&mut self, pattern: &Pattern) -> u32 {
        let entry = self
            .patterns
            .entry((pattern.source.clone(), pattern.ignoring_case));
        let index = entry.index();
        entry.or_insert_with(|| pattern.clone());
        number(index)
    }

    pub(super) fn add_text_set(&mut self, mut texts: Vec<Box<str>>) -> u32 {
        texts.sort_unstable_by(|a, b| set_order(a, b));
        texts.dedup();
        intern(&mut self.text_sets, texts.into())
    }

    /// The texts of a set. Those of a named list are gone through once, however often it is used.
    pub(super) fn add_texts_of(&mut self, set: &Constants) -> u32 {
        let place = set.values.as_ptr();
        if let Some((_, number)) = self.list_sets.get(&place) {
            return *number;
        }
        let texts = set.iter().filter_map(|value| match value {
            Value::Text(it) => Some(Box::from(&**it)),
            _ => None,
        });
        let number = self.add_text_set(texts.collect());
        if set.list.is_some() {
            // The values are kept, so that nothing else takes their place.
            self.list_sets.insert(place, (set.values.clone(), number));
        }
        number
    }

    pub(super) fn add_number_set(&mut self, mut numbers: Vec<i64>) -> u32 {
        numbers.sort_unstable();
        numbers.dedup();
        intern(&mut self.number_sets, numbers.into())
    }

    /// Numbers in ascending order that may repeat.
    pub(super) fn add_cut_points(&mut self, numbers: Vec<i64>) -> u32 {
        debug_assert!(numbers.is_sorted(), "cut points in order");
        intern(&mut self.number_sets, numbers.into())
    }

    pub(super) fn add_value_set(&mut self, values: &[Value]) -> u32 {
        self.program.value_sets.push(values.into());
        number(self.program.value_sets.len() - 1)
    }

    pub(super) fn add_args(&mut self, args: Vec<NodeId>) -> u32 {
        intern(&mut self.args, args.into())
    }

    pub(super) fn add_arms(&mut self, arms: Vec<(BlockId, NodeId)>) -> u32 {
        intern(&mut self.arms, arms.into())
    }
}

impl Op {
    /// Tells whether it reads nothing but the row that its block is for, or what is the customer's.
    fn is_closed(&self) -> bool {
        !matches!(self, Self::Count { .. } | Self::Value { .. } | Self::Test { .. })
    }
}

fn intern<T: Hash + Eq>(set: &mut IndexSet<T>, item: T) -> u32 {
    number(set.insert_full(item).0)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("limits keep what is numbered below 2^32")
}
