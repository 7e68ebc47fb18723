//! Integration tests.

#[cfg(feature = "analytics")]
mod analytics;
#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "batch")]
mod batch;
mod calendar;
mod campaigns;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod conformance;
mod diff;
#[cfg(feature = "experiment")]
mod experiment;
mod explain;
mod filled_lists;
mod host;
mod hostile;
mod item_lists;
mod layering;
mod lints;
mod manifest;
mod manual;
mod membership;
mod messages;
mod migration;
mod next_change;
mod open_contracts;
mod privacy;
mod properties;
#[cfg(feature = "proptest")]
mod public_strategies;
mod ranks;
mod recommendations;
mod recommender;
mod requirements;
#[path = "../examples/campaign/data.rs"]
mod retail;
mod schema_text;
mod segments;
mod sentences;
#[cfg(feature = "sql")]
mod sql;
mod sql_comparison;
mod standard;
mod templates;
mod test_blocks;
