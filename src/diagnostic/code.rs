//! The stable codes of diagnostics.

use super::Severity;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])* $variant:ident $name:literal $severity:ident; )*) => {
        /// What a diagnostic is about; stable across versions.
        ///
        /// ```
        /// # use audience::Code;
        /// assert_eq!(Code::UnknownAttribute.as_str(), "unknown-attribute");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $( $(#[doc = $doc])* $variant, )*
        }

        impl Code {
            /// Every code, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as diagnostics show it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether it stops the source from compiling.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is not of the language at this place.
    Syntax "syntax" Error;
    /// An operator or word of another language, with what to write here.
    ForeignSyntax "foreign-syntax" Error;
    /// A construct of the language that this version does not support.
    Unsupported "unsupported" Error;
    /// The text goes beyond one of the [`Limits`](crate::Limits).
    Limit "limit" Error;
    /// The source is not UTF-8.
    InvalidUtf8 "invalid-utf8" Error;
    /// Definitions in JSON that are not of the form, or a message that would be no JSON.
    InvalidJson "invalid-json" Error;
    /// A literal that is out of range, has too many digits or names a day that does not exist.
    InvalidLiteral "invalid-literal" Error;
    /// A regular expression that is none.
    InvalidPattern "invalid-pattern" Error;
    /// A file could not be read.
    UnreadableFile "unreadable-file" Error;
    /// No `customer` block.
    MissingCustomer "missing-customer" Error;
    /// No `key`, more than one, or one on a wrong type.
    InvalidKey "invalid-key" Error;
    /// Two definitions of one name.
    DuplicateName "duplicate-name" Error;
    /// A word that is no type.
    UnknownType "unknown-type" Error;
    /// A type at a place where it cannot stand.
    InvalidType "invalid-type" Error;
    /// A word that is no role.
    UnknownRole "unknown-role" Error;
    /// A role at a place where it cannot stand.
    InvalidRole "invalid-role" Error;
    /// A catalogue that is not defined.
    UnknownCatalog "unknown-catalog" Error;
    /// An attribute or trait that is not defined.
    UnknownAttribute "unknown-attribute" Error;
    /// A property or field that an event, list item or catalogue does not have.
    UnknownProperty "unknown-property" Error;
    /// A segment that is not defined.
    UnknownSegment "unknown-segment" Error;
    /// An event type or list that is not defined.
    UnknownCollection "unknown-collection" Error;
    /// A named list that is not defined.
    UnknownList "unknown-list" Error;
    /// A file of the standard library that does not exist.
    UnknownFile "unknown-file" Error;
    /// A message without a channel or a part that it needs, or with one that it cannot have.
    InvalidMessage "invalid-message" Error;
    /// A message that may be longer than it says it is at most.
    TooLong "too-long" Error;
    /// A line break in a part of a message that is one line.
    LineBreak "line-break" Error;
    /// An e-mail that does not show its link to unsubscribe.
    MissingUnsubscribe "missing-unsubscribe" Error;
    /// A message, or a part of one, that is not defined.
    UnknownMessage "unknown-message" Error;
    /// A channel that does not exist.
    UnknownChannel "unknown-channel" Error;
    /// A channel without an address, or deliveries that cannot be counted.
    InvalidChannel "invalid-channel" Error;
    /// A channel without a rule of consent.
    MissingConsent "missing-consent" Error;
    /// A campaign that sends nothing, or variants that cannot be drawn.
    InvalidCampaign "invalid-campaign" Error;
    /// An offer that is not defined.
    UnknownOffer "unknown-offer" Error;
    /// A channel that a campaign prefers and none of its messages takes.
    UnusedPreference "unused-preference" Warning;
    /// A part of a rule that cannot be said in the SQL of an engine so that the answer is the same.
    NoSql "no-sql" Error;
    /// A part of a rule that the SQL of an engine answers nearly as the language does, where that was allowed.
    ApproximateSql "approximate-sql" Warning;
    /// A part of a rule that reads the clock so that the answer may change for any customer, and a query for those who are due asks everyone.
    EveryoneDue "everyone-due" Warning;
    /// A test that has no customer or expects nothing, or that gives what does not fit the contract.
    InvalidTest "invalid-test" Error;
    /// A test that expects what does not hold.
    FailedTest "failed-test" Error;
    /// A function that does not exist.
    UnknownFunction "unknown-function" Error;
    /// Too many or too few arguments.
    ArgumentCount "argument-count" Error;
    /// A value of another type than the place takes.
    TypeMismatch "type-mismatch" Error;
    /// Two values that cannot be compared or combined.
    IncompatibleTypes "incompatible-types" Error;
    /// A word that an enumeration does not have.
    UnknownWord "unknown-word" Error;
    /// Definitions that refer to each other in a circle.
    Cycle "cycle" Error;
    /// `all` without a `where` that says what all must meet.
    MissingWhere "missing-where" Error;
    /// An `and` or `or` right after a bare `where` condition.
    AmbiguousWhere "ambiguous-where" Error;
    /// `and` and `or` mixed without parentheses in a template.
    AmbiguousMix "ambiguous-mix" Error;
    /// `in top`, `in bottom` or `quantile` where no customer can be compared with the others.
    RankPlace "rank-place" Error;
    /// A rank of something personal or sensitive: a cut point would be somebody's own value.
    RankOfPersonal "rank-of-personal" Error;
    /// A template uses what needs a population, and none was given.
    NeedsPopulation "needs-population" Error;
    /// The population was fitted for other definitions.
    WrongPopulation "wrong-population" Error;
    /// Missing text would reach the reader of a message.
    MayBeMissing "may-be-missing" Error;
    /// A name of a template that is not to be given, or of which there are too many.
    InvalidName "invalid-name" Error;
    /// A partial that was not given to the template.
    UnknownPartial "unknown-partial" Error;
    /// A key that the catalogue of translations does not have, or a language that it is not in.
    UnknownTranslation "unknown-translation" Error;
    /// A `case` over an enumeration that leaves some of its words without a branch.
    MissingWord "missing-word" Warning;
    /// A filter that does not exist.
    UnknownFilter "unknown-filter" Error;
    /// A placeholder where no escaping makes it safe.
    UnsafePlace "unsafe-place" Error;
    /// Branches of a template that end in different places of the message.
    BranchContext "branch-context" Error;
    /// A tag of a template that is not closed, or closed twice.
    UnbalancedTag "unbalanced-tag" Error;
    /// A message that shows in one of its languages what it does not show in another.
    LanguagesDiffer "languages-differ" Warning;
    /// A `skip` that one item of a loop decides on.
    SkipInLoop "skip-in-loop" Warning;
    /// Two conditions that leave out the value between them.
    ValueGap "value-gap" Warning;
    /// Calculations with the day of the year, which begins again on 1 January.
    DayOfYear "day-of-year" Warning;
    /// What is escaped by hand in a page, which escapes by itself.
    EscapedTwice "escaped-twice" Warning;
    /// The form of a date that shows nothing of it.
    LiteralDate "literal-date" Warning;
    /// The word that other languages write for what is missing.
    NullText "null-text" Warning;
    /// A text that looks like a placeholder with a brace too few.
    BrokenPlaceholder "broken-placeholder" Warning;
    /// A value that the template writes without escaping; only told when asked for.
    Unescaped "unescaped" Warning;
    /// A message that may be cut, split or refused for its length.
    MayBeTooLong "may-be-too-long" Warning;
    /// A negation that holds for customers whose value is missing.
    NegationOverMissing "negation-over-missing" Warning;
    /// `and` and `or` mixed without parentheses.
    MixedAndOr "mixed-and-or" Warning;
    /// A condition that is always true or always false.
    ConstantCondition "constant-condition" Warning;
    /// Conditions that never hold together.
    Contradiction "contradiction" Warning;
    /// A condition that changes nothing beside another.
    RepeatedCondition "repeated-condition" Warning;
    /// Two segments with the same customers.
    SegmentEqual "segment-equal" Warning;
    /// A segment all of whose customers are in another.
    SegmentInside "segment-inside" Warning;
    /// Two segments without a customer in common.
    SegmentDisjoint "segment-disjoint" Warning;
    /// A sum of floats, whose last digits depend on the order.
    FloatSum "float-sum" Warning;
    /// Something moves with `now` in a way that leaves the next change of an answer unknown.
    NextChangeUnknown "next-change-unknown" Warning;
    /// A sensitive attribute is used.
    SensitiveUse "sensitive-use" Warning;
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
