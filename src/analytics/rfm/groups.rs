//! Names for groups of scores.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::RfmScores;

/// Names each combination of scores, and customers without an order: data that people edit.
///
/// [`GroupTable::default`] has eleven groups. It is kept with serde as a list of [`Group`]s, and checked on the way in: each of the
/// 125 combinations is in one group, and so are customers without an order.
///
/// # Example
///
/// ```
/// use audience::analytics::rfm::{GroupTable, RfmScores};
///
/// let table: GroupTable = serde_json::from_str(r#"[
///     {"name": "new",    "cells": [{"recency": [4, 5], "frequency": [1, 1]}]},
///     {"name": "active", "cells": [{"recency": [4, 5], "frequency": [2, 5]}]},
///     {"name": "asleep", "cells": [{"recency": [1, 3]}]},
///     {"name": "curious", "without_order": true}
/// ]"#)?;
/// assert_eq!(table.group_of(RfmScores::new(5, 1, 3)), "new");
/// assert_eq!(table.group_of(None), "curious");
///
/// let gap = r#"[{"name": "all", "cells": [{"recency": [2, 5]}, {"recency": [1, 1], "monetary": [1, 4]}], "without_order": true}]"#;
/// let error = serde_json::from_str::<GroupTable>(gap).unwrap_err().to_string();
/// assert!(error.starts_with("no group has the scores 1-1-5, 1-2-5, 1-3-5, 1-4-5 and 1-5-5"), "{error}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Group>", into = "Vec<Group>")]
pub struct GroupTable {
    groups: Vec<Group>,
    /// The group of each of [`RfmScores::all`], in that order.
    cells: Vec<usize>,
    without_order: usize,
}

/// One group of a [`GroupTable`].
///
/// ```
/// # use audience::analytics::rfm::{Cells, GroupTable};
/// let mut groups = GroupTable::default().groups().to_vec();
/// let champions = groups.iter_mut().find(|it| it.name == "champions").expect("is one of them");
/// assert_eq!(champions.cells, [Cells { recency: [5, 5], frequency: [4, 5], monetary: [1, 5] }]);
/// champions.name = "our best".to_owned();
/// assert!(GroupTable::new(groups).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The scores of those who are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Cells>,
    /// Whether customers without an order are in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_order: bool,
}

/// Scores from the first to the last of each pair, both included. All scores where one is left out.
///
/// ```
/// # use audience::analytics::rfm::Cells;
/// let latest: Cells = serde_json::from_str(r#"{"recency": [5, 5]}"#)?;
/// assert_eq!((latest.recency, latest.frequency, latest.monetary), ([5, 5], [1, 5], [1, 5]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cells {
    /// How recently.
    pub recency: [u8; 2],
    /// How often.
    pub frequency: [u8; 2],
    /// For how much.
    pub monetary: [u8; 2],
}

/// Why a table is none: all reasons at once.
///
/// ```
/// # use audience::analytics::rfm::{GroupProblem, GroupTable};
/// let mut groups = GroupTable::default().groups().to_vec();
/// groups.retain(|it| it.name != "loyal");
/// let error = GroupTable::new(groups).unwrap_err();
/// let [GroupProblem::Uncovered { scores }] = error.problems() else { panic!("{error}") };
/// assert_eq!((scores.len(), scores[0].to_string().as_str()), (20, "3-4-1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTableError {
    problems: Vec<GroupProblem>,
}

/// What is wrong with a table of groups.
///
/// ```
/// # use audience::analytics::rfm::{GroupProblem, GroupTable};
/// let mut groups = GroupTable::default().groups().to_vec();
/// groups[0].name.clear();
/// let error = GroupTable::new(groups).unwrap_err();
/// assert_eq!(error.problems(), [GroupProblem::NoName { group: 0 }]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupProblem {
    /// A group has no name, or one of blanks.
    NoName {
        /// Its place, from 0.
        group: usize,
    },
    /// Two groups have the same name.
    NameTaken {
        /// The name.
        name: String,
    },
    /// Scores are not from 1 to 5, or the first is above the last.
    BadScores {
        /// The group.
        name: String,
        /// `recency`, `frequency` or `monetary`.
        value: &'static str,
        /// What was written.
        scores: [u8; 2],
    },
    /// No group has these scores.
    Uncovered {
        /// All of them.
        scores: Vec<RfmScores>,
    },
    /// Two groups, or one group twice, have these scores.
    CoveredTwice {
        /// The groups.
        names: [String; 2],
        /// All that they share.
        scores: Vec<RfmScores>,
    },
    /// No group has customers without an order.
    NobodyWithoutOrder,
    /// Two groups have customers without an order.
    TwoWithoutOrder {
        /// The groups.
        names: [String; 2],
    },
}

impl Default for Cells {
    fn default() -> Self {
        let all = [1, 5];
        Self {
            recency: all,
            frequency: all,
            monetary: all,
        }
    }
}

impl Cells {
    fn ranges(self) -> [(&'static str, [u8; 2]); 3] {
        [
            ("recency", self.recency),
            ("frequency", self.frequency),
            ("monetary", self.monetary),
        ]
    }

    fn has(self, scores: RfmScores) -> bool {
        let scores = [scores.recency, scores.frequency, scores.monetary];
        self.ranges()
            .iter()
            .zip(scores)
            .all(|((_, [first, last]), score)| (*first..=*last).contains(&score))
    }
}

impl GroupTable {
    /// A table of these groups, if each combination of scores is in one of them, and customers without an order too.
    pub fn new(groups: Vec<Group>) -> Result<Self, GroupTableError> {
        let mut problems = Vec::new();
        named(&groups, &mut problems);
        let cells = covered(&groups, &mut problems);
        let without: Vec<usize> = (0..groups.len())
            .filter(|group| groups[*group].without_order)
            .collect();
        match *without {
            [] => problems.push(GroupProblem::NobodyWithoutOrder),
            [_] => {}
            [first, second, ..] => problems.push(GroupProblem::TwoWithoutOrder {
                names: [first, second].map(|it| groups[it].name.clone()),
            }),
        }
        if !problems.is_empty() {
            return Err(GroupTableError { problems });
        }
        Ok(Self {
            groups,
            cells,
            without_order: without[0],
        })
    }

    /// The groups, in the order given.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The name of the group with these scores; of `None`, the group of customers without an order.
    #[must_use]
    pub fn group_of(&self, scores: Option<RfmScores>) -> &str {
        let group = scores.map_or(self.without_order, |it| self.cells[place(it)]);
        &self.groups[group].name
    }
}

/// The place of scores among [`RfmScores::all`].
fn place(scores: RfmScores) -> usize {
    let digits = [scores.recency, scores.frequency, scores.monetary];
    digits
        .iter()
        .fold(0, |place, score| place * 5 + usize::from(score - 1))
}

fn named(groups: &[Group], problems: &mut Vec<GroupProblem>) {
    for (place, group) in groups.iter().enumerate() {
        if group.name.trim().is_empty() {
            problems.push(GroupProblem::NoName { group: place });
        } else if groups[..place].iter().any(|it| it.name == group.name) {
            problems.push(GroupProblem::NameTaken {
                name: group.name.clone(),
            });
        }
        for (value, scores) in group.cells.iter().flat_map(|it| it.ranges()) {
            let [first, last] = scores;
            if !(1 <= first && first <= last && last <= 5) {
                problems.push(GroupProblem::BadScores {
                    name: group.name.clone(),
                    value,
                    scores,
                });
            }
        }
    }
}

/// The group of each of [`RfmScores::all`].
fn covered(groups: &[Group], problems: &mut Vec<GroupProblem>) -> Vec<usize> {
    let mut cells = Vec::with_capacity(125);
    let mut uncovered = Vec::new();
    let mut twice: Vec<([usize; 2], Vec<RfmScores>)> = Vec::new();
    for scores in RfmScores::all() {
        let mut those = groups
            .iter()
            .enumerate()
            .flat_map(|(place, group)| group.cells.iter().map(move |cells| (place, cells)))
            .filter_map(|(place, cells)| cells.has(scores).then_some(place));
        match (those.next(), those.next()) {
            (None, _) => uncovered.push(scores),
            (Some(first), Some(second)) => {
                match twice.iter_mut().find(|(pair, _)| *pair == [first, second]) {
                    Some((_, shared)) => shared.push(scores),
                    None => twice.push(([first, second], vec![scores])),
                }
            }
            (Some(only), None) => cells.push(only),
        }
    }
    if !uncovered.is_empty() {
        problems.push(GroupProblem::Uncovered { scores: uncovered });
    }
    problems.extend(
        twice
            .into_iter()
            .map(|(pair, scores)| GroupProblem::CoveredTwice {
                names: pair.map(|it| groups[it].name.clone()),
                scores,
            }),
    );
    cells
}

/// The eleven groups that are in common use: ten by recency and frequency, and customers without an order.
impl Default for GroupTable {
    fn default() -> Self {
        let group = |name: &str, recency, frequency| Group {
            name: name.to_owned(),
            cells: vec![Cells {
                recency,
                frequency,
                ..Cells::default()
            }],
            without_order: false,
        };
        let without_order = Group {
            name: "no order".to_owned(),
            cells: Vec::new(),
            without_order: true,
        };
        let groups = vec![
            group("champions", [5, 5], [4, 5]),
            group("loyal", [3, 4], [4, 5]),
            group("potential loyalists", [4, 5], [2, 3]),
            group("new customers", [5, 5], [1, 1]),
            group("promising", [4, 4], [1, 1]),
            group("need attention", [3, 3], [3, 3]),
            group("about to sleep", [3, 3], [1, 2]),
            group("at risk", [1, 2], [3, 4]),
            group("cannot lose", [1, 2], [5, 5]),
            group("hibernating", [1, 2], [1, 2]),
            without_order,
        ];
        Self::new(groups).expect("a unit test builds it")
    }
}

impl TryFrom<Vec<Group>> for GroupTable {
    type Error = GroupTableError;

    fn try_from(groups: Vec<Group>) -> Result<Self, GroupTableError> {
        Self::new(groups)
    }
}

impl From<GroupTable> for Vec<Group> {
    fn from(table: GroupTable) -> Self {
        table.groups
    }
}

impl GroupTableError {
    /// All that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[GroupProblem] {
        &self.problems
    }
}

impl fmt::Display for GroupTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for GroupTableError {}

impl fmt::Display for GroupProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName { group } => write!(f, "group {} has no name", group + 1),
            Self::NameTaken { name } => write!(f, "two groups are called `{name}`"),
            Self::BadScores {
                name,
                value,
                scores: [first, last],
            } => write!(
                f,
                "`{name}` has a {value} from {first} to {last}, and scores go up from 1 to 5"
            ),
            Self::Uncovered { scores } => write!(f, "no group has the scores {}", Listed(scores)),
            Self::CoveredTwice {
                names: [first, second],
                scores,
            } if first == second => write!(f, "`{first}` has the scores {} twice", Listed(scores)),
            Self::CoveredTwice {
                names: [first, second],
                scores,
            } => {
                let listed = Listed(scores);
                write!(f, "both `{first}` and `{second}` have the scores {listed}")
            }
            Self::NobodyWithoutOrder => f.write_str(
                "no group has customers without an order: one group needs `\"without_order\": true`",
            ),
            Self::TwoWithoutOrder {
                names: [first, second],
            } => {
                write!(f, "both `{first}` and `{second}` have customers without an order")
            }
        }
    }
}

/// Scores as people list them, not all where there are many.
struct Listed<'a>(&'a [RfmScores]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 10;
        let shown = &self.0[..self.0.len().min(MOST)];
        let more = self.0.len() - shown.len();
        for (index, scores) in shown.iter().enumerate() {
            let separator = match index {
                0 => "",
                _ if more == 0 && index + 1 == shown.len() => " and ",
                _ => ", ",
            };
            write!(f, "{separator}{scores}")?;
        }
        if more > 0 {
            write!(f, " and {more} more")?;
        }
        Ok(())
    }
}
