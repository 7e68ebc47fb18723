//! The pest parser, and the words for its rules in error messages.

/// One parser for definitions and templates, so that both share one set of rules and one builder for expressions.
///
/// pest is built without its feature `std`, which looks at the stack at every step and takes two fifths of the time:
/// `limit` has bounded the nesting before pest begins.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/expression.pest"]
#[grammar = "grammar/definitions.pest"]
#[grammar = "grammar/campaign.pest"]
#[grammar = "grammar/test.pest"]
#[grammar = "grammar/template.pest"]
pub(super) struct Grammar;

/// What a rule is called where it was expected, or nothing where a more general word says it.
pub(super) fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr
        | Rule::condition
        | Rule::operand
        | Rule::paren
        | Rule::quantified
        | Rule::count
        | Rule::reference
        | Rule::constant
        | Rule::case
        | Rule::in_segment
        | Rule::in_sample
        | Rule::argument
        | Rule::argument_name => VALUE,
        Rule::text | Rule::description | Rule::field_description => TEXT,
        Rule::name | Rule::collection | Rule::variant | Rule::preferred => NAME,
        Rule::int => "a whole number",
        Rule::amount | Rule::duration => "a duration such as `30 days`",
        Rule::percent => "a percentage such as `10%`",
        Rule::unit => "a unit such as `days`",
        Rule::bare_unit => "`day`, `week`, `month`, `quarter` or `year`",
        Rule::distance_unit => "`m`, `km` or `mi`",
        Rule::compare
        | Rule::compare_op
        | Rule::is_test
        | Rule::tested
        | Rule::add_op
        | Rule::subtract_op
        | Rule::multiply_op
        | Rule::divide_op => OPERATOR,
        Rule::and_op => "`and`",
        Rule::or_op => "`or`",
        Rule::between_and => "`and` with the upper bound",
        Rule::state => "`known`, `unknown`, `empty` or `filled`",
        Rule::set => "a list in brackets",
        Rule::between_word
        | Rule::in_word
        | Rule::contains_word
        | Rule::text_test_op
        | Rule::text_test
        | Rule::bound
        | Rule::bound_word
        | Rule::anniversary_word => TEST,
        Rule::window | Rule::in_last | Rule::in_next | Rule::in_period => {
            "a window such as `in last 30 days`"
        }
        Rule::when_word | Rule::arm => "`when`",
        Rule::then_word => "`then`",
        Rule::otherwise => "`else`",
        Rule::end_word => "`end`",
        Rule::of_word | Rule::of_clause => "`of`",
        Rule::where_word => "`where`",
        Rule::within_word => "`within`",
        Rule::followed_by | Rule::step => "`followed by`",
        Rule::paren_end => "`)`",
        Rule::bar => "`|`",
        Rule::list_end => "`]`",
        Rule::arguments => "`(`",
        Rule::block | Rule::block_start | Rule::terms => "`{`",
        Rule::block_end => "`}`",
        Rule::field => "a field such as `city: string`",
        Rule::field_end => "the end of the field",
        Rule::colon | Rule::filter_colon => "`:`",
        Rule::r#type => "a type",
        Rule::role | Rule::letters => "a role",
        Rule::optional_mark => "`?`",
        Rule::equals | Rule::assign_op => "`=`",
        Rule::owner => "`owner`",
        Rule::dot => "`.`",
        Rule::for_word | Rule::render_for => "`for`",
        Rule::by_word => "`by` with what says a customer's language",
        Rule::from_word => "`from`",
        Rule::language_list => "a list of languages such as `[\"en\", \"es\"]`",
        Rule::language => "a language such as `es`",
        Rule::clause
        | Rule::channel
        | Rule::transactional
        | Rule::inputs
        | Rule::languages
        | Rule::unsubscribe
        | Rule::most
        | Rule::part => "a clause such as `channel email`",
        Rule::channel_clause | Rule::address | Rule::consent | Rule::cap | Rule::quiet | Rule::suppress => {
            "a clause such as `address email`"
        }
        Rule::clock => "a time of day such as `22:00`",
        Rule::to_word => "`to`",
        Rule::if_word => "`if` with a condition",
        Rule::campaign_clause | Rule::priority | Rule::holdout | Rule::prefer | Rule::send => {
            "a clause such as `send win_back_mail`"
        }
        Rule::offered => "`with` and an offer",
        Rule::label => "`as` and a name",
        Rule::exposure => "`to` and a percentage",
        Rule::offer_term => "a term such as `percent: 20`",
        Rule::unique_code => "`unique code`",
        Rule::sent_word => "`sent`",
        Rule::skipped_word => "`skipped`",
        Rule::says | Rule::says_word => "a test such as `contains`",
        Rule::at_word => "`at` with a datetime",
        Rule::date | Rule::datetime => "a datetime such as `2026-06-01T00:00:00Z`",
        Rule::zone | Rule::zone_word => "`zone`",
        Rule::json
        | Rule::json_record
        | Rule::json_list
        | Rule::json_text
        | Rule::json_number
        | Rule::json_word => "a value in JSON",
        Rule::json_member => "a member such as `\"city\": \"Madrid\"`",
        Rule::filter | Rule::pipe => "a filter such as `| default: \"there\"`",
        Rule::filter_where => "a name",
        Rule::filter_comma => "`,`",
        Rule::range_dots => "`..`",
        Rule::for_limit | Rule::for_limit_word => "`limit:`",
        Rule::for_offset | Rule::for_offset_word => "`offset:`",
        Rule::for_reversed => "`reversed`",
        Rule::render_argument => "an argument such as `title: \"Hello\"`",
        Rule::render_with | Rule::with_word => "`with`",
        Rule::as_word => "`as` with a name",
        Rule::EOI => "the end of the definition",
        _ => return None,
    })
}

/// Stands for everything that a value or condition may begin with.
pub(super) const VALUE: &str = "a value";
/// Stands for everything that may follow a value.
pub(super) const OPERATOR: &str = "an operator";
/// Stands for the tests that may follow `not`.
pub(super) const TEST: &str = "a test such as `in` or `contains`";
pub(super) const NAME: &str = "a name";
pub(super) const TEXT: &str = "a text in quotes";
