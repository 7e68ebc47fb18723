//! What all handles of one set of definitions share, and how they are found by their names.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use super::{segments::Selection, test_case::Loaded, warnings::Warnings};
use crate::{
    diagnostic::{Lints, Source, suggest},
    error::{NameError, NeedsPopulation, UnknownName},
    eval::ChangePlan,
    hir,
    limits::Limits,
    message::Compiled,
    plan::{self, Cells, Planned},
    record::{Binding, Loader, Shape},
    template::{Format, Partials, TemplateBuilder},
};

/// What all handles of one set of definitions share.
pub(crate) struct Inner {
    pub(crate) module: Arc<hir::Module>,
    pub(crate) shape: Arc<Shape>,
    pub(crate) planned: Planned,
    /// Those that can be asked.
    pub(super) all_segments: Arc<Selection>,
    pub(super) messages: Vec<Compiled>,
    /// Of each segment, once somebody has it by itself.
    pub(super) cells: Box<[OnceLock<Arc<Cells>>]>,
    /// Of each segment, once its next change was asked for.
    pub(super) change_plans: Box<[OnceLock<ChangePlan>]>,
    pub(super) loader: Loader,
    pub(super) sources: Vec<Source>,
    /// So many of the sources are definitions; the others are the files of messages.
    pub(super) definitions: usize,
    pub(super) warnings: Arc<Warnings>,
    pub(super) tests: Arc<[Loaded]>,
    pub(super) limits: Limits,
    pub(super) lints: Lints,
    pub(super) partials: Partials,
}

impl Inner {
    /// `loader` is one of customers of the module's schema.
    pub(super) fn new(
        module: Arc<hir::Module>,
        loader: Loader,
        (messages, tests): (Vec<Compiled>, Arc<[Loaded]>),
        (sources, definitions, warnings): (Vec<Source>, usize, Arc<Warnings>),
        (limits, lints, partials): (&Limits, Lints, Partials),
    ) -> Self {
        let shape = Arc::clone(loader.shape());
        let segments = module.named_segments().iter().enumerate();
        let segments = segments.filter(|(_, it)| answers(&module, it.ranked));
        let segments: Vec<_> = segments.map(|(index, _)| index).collect();
        Self {
            planned: plan::plan(&module),
            all_segments: Selection::new(segments),
            cells: module.segments.iter().map(|_| OnceLock::new()).collect(),
            change_plans: module.segments.iter().map(|_| OnceLock::new()).collect(),
            module,
            messages,
            shape,
            loader,
            sources,
            definitions,
            warnings,
            tests,
            limits: limits.clone(),
            lints,
            partials,
        }
    }

    pub(super) fn template_builder<R>(
        &self,
        format: Format,
        binding: Option<Arc<Binding>>,
    ) -> TemplateBuilder<R> {
        let (module, shape) = (Arc::clone(&self.module), Arc::clone(&self.shape));
        TemplateBuilder::new(module, shape, binding, format, self.lints.clone())
            .limits(self.limits.clone())
            .partials(self.partials.clone())
    }
}

impl Inner {
    pub(super) fn find_segment(&self, name: &str) -> Result<usize, NameError> {
        let segments = self.module.named_segments();
        let index = find("segment", name, || segments.iter().map(|it| &*it.name))?;
        let condition = hir::Part::Condition(&segments[index].condition);
        self.check_fitted("segment", name, segments[index].ranked, condition)?;
        Ok(index)
    }

    /// Why there is no such segment among some of them.
    pub(super) fn missing_segment<'a>(&self, name: &str, names: impl Iterator<Item = &'a str>) -> NameError {
        match self.find_segment(name) {
            Err(needs @ NameError::NeedsPopulation(_)) => needs,
            _ => unknown("segment", name, names).into(),
        }
    }

    pub(super) fn find_trait(&self, name: &str) -> Result<usize, NameError> {
        let traits = &self.module.traits;
        let index = find("trait", name, || traits.iter().map(|it| &*it.name))?;
        let value = hir::Part::Expr(&traits[index].value);
        self.check_fitted("trait", name, traits[index].ranked, value)?;
        Ok(index)
    }

    /// Refuses what needs a population that was not given.
    fn check_fitted(
        &self,
        kind: &'static str,
        name: &str,
        ranked: bool,
        meaning: hir::Part<'_>,
    ) -> Result<(), NeedsPopulation> {
        if self.answers(ranked) {
            return Ok(());
        }
        let ranks = self.module.ranks_of(meaning).into_iter();
        Err(NeedsPopulation {
            kind,
            name: name.to_owned(),
            expressions: ranks
                .map(|it| self.module.ranks[it].wanted.written.to_string())
                .collect(),
        })
    }

    pub(super) fn find_message(&self, name: &str) -> Result<usize, NameError> {
        let index = find("message", name, || {
            self.messages.iter().map(|it| &*it.message.name)
        })?;
        let ranks = self.messages[index].ranks();
        if self.answers(!ranks.is_empty()) {
            return Ok(index);
        }
        let needs = NeedsPopulation {
            kind: "message",
            name: name.to_owned(),
            expressions: ranks.iter().map(ToString::to_string).collect(),
        };
        Err(needs.into())
    }

    /// The positions of the messages that can be rendered.
    pub(super) fn messages(&self) -> impl Iterator<Item = usize> {
        let messages = self.messages.iter().enumerate();
        messages
            .filter(|(_, it)| self.answers(!it.ranks().is_empty()))
            .map(|(index, _)| index)
    }

    pub(super) fn find_campaign(&self, name: &str) -> Result<usize, NameError> {
        let campaigns = &self.module.campaigns.all;
        let index = find("campaign", name, || campaigns.iter().map(|it| &*it.name))?;
        if self.decides(&campaigns[index]) {
            return Ok(index);
        }
        let needs = NeedsPopulation {
            kind: "campaign",
            name: name.to_owned(),
            expressions: self.ranks_of(&campaigns[index]),
        };
        Err(needs.into())
    }

    /// The positions of the campaigns that can decide.
    pub(super) fn campaigns(&self) -> impl Iterator<Item = usize> {
        let campaigns = self.module.campaigns.all.iter().enumerate();
        campaigns
            .filter(|(_, it)| self.decides(it))
            .map(|(index, _)| index)
    }

    /// Whether a campaign can decide, and all that it sends be rendered.
    pub(super) fn decides(&self, campaign: &hir::Campaign) -> bool {
        self.module.cuts.is_some() || self.ranks_of(campaign).is_empty()
    }

    /// What a campaign compares with a population: in its rules, in the terms of its offers and in its messages.
    fn ranks_of(&self, campaign: &hir::Campaign) -> Vec<String> {
        let all = &self.module.campaigns;
        let rules = all.rules_of(campaign, &self.module).into_iter();
        let rules = rules.map(|it| hir::Part::Condition(&self.module.segments[it].condition));
        let offers = all.offers_of(campaign).into_iter();
        let terms = offers.flat_map(|it| it.terms.iter().filter_map(|it| it.value.as_ref()));
        let parts = rules.chain(terms.map(hir::Part::Expr));
        let of_parts = parts.flat_map(|it| self.module.ranks_of(it));
        let of_parts = of_parts.map(|it| self.module.ranks[it].wanted.written.to_string());
        let of_messages = campaign.messages().flat_map(|it| self.messages[it].ranks());
        let found: BTreeSet<_> = of_parts.chain(of_messages.map(ToString::to_string)).collect();
        found.into_iter().collect()
    }

    /// Tells whether what is `ranked` can be asked.
    pub(super) fn answers(&self, ranked: bool) -> bool {
        answers(&self.module, ranked)
    }

    /// The positions of the traits that can be asked.
    pub(super) fn traits(&self) -> impl Iterator<Item = usize> {
        let traits = self.module.traits.iter().enumerate();
        traits
            .filter(|(_, it)| self.answers(it.ranked))
            .map(|(index, _)| index)
    }
}

fn answers(module: &hir::Module, ranked: bool) -> bool {
    !ranked || module.cuts.is_some()
}

/// The position of a name, or an error that offers the nearest.
fn find<'a, I: Iterator<Item = &'a str>>(
    kind: &'static str,
    name: &str,
    names: impl Fn() -> I,
) -> Result<usize, UnknownName> {
    let position = names().position(|it| it == name);
    position.ok_or_else(|| unknown(kind, name, names()))
}

fn unknown<'a>(kind: &'static str, name: &str, names: impl Iterator<Item = &'a str>) -> UnknownName {
    UnknownName {
        kind,
        name: name.to_owned(),
        help: suggest::did_you_mean(name, names),
    }
}
