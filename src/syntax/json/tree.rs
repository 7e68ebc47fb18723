//! The table: what each part of a tree is as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::form::{
    Form, Read, Schemas, Tree, Wrong, kind, members, named, object, put, record, tagged, take, words,
};
use crate::{
    span::Span,
    syntax::ast::{
        AggregateKind, Amount, ArithmeticOp, Campaign, CampaignClause, CampaignClauseKind, Cap, Channel,
        ChannelClause, ChannelClauseKind, Clause, ClauseKind, Clock, CompareOp, Content, DistanceUnit,
        Exposure, Expr, ExprKind, Field, Item, ItemKind, Items, Json, JsonKind, JsonMember, Literal, Message,
        Name, Offer, Outcome, Place, Preferred, Quantifier, Role, Said, SaidTest, Send, Set, Share, State,
        Step, Term, Test, TestPart, TestPartKind, Text, TextTest, Type, TypeKind, Unit, Variant, Window,
    },
    value::{DateTime, Decimal, DecimalError, TimeError},
};

tagged!(ItemKind {
    Customer "customer" { "open" open: bool, "fields" fields: Vec<Field> };
    Catalog "catalog" { "name" name: Name, "description" description: Option<Text>, "fields" fields: Vec<Field> };
    Event "event" { "name" name: Name, "description" description: Option<Text>, "fields" fields: Vec<Field> };
    Placement "placement" { "name" name: Name, "catalog" catalog: Name, "description" description: Option<Text> };
    Trait "trait" { "name" name: Name, "description" description: Option<Text>, "value" value: Expr };
    Segment "segment" {
        "name" name: Name, "description" description: Option<Text>, "owner" owner: Option<Text>, "condition" condition: Expr,
    };
    Message "message" ( "message" message: Message );
    Channel "channel" ( "channel" channel: Channel );
    Campaign "campaign" ( "campaign" campaign: Campaign );
    Offer "offer" ( "offer" offer: Offer );
    Holdout "holdout" { "share" share: Share, "description" description: Option<Text> };
    List "list" { "name" name: Name, "description" description: Option<Text>, "values" values: Vec<Expr> };
    Use "use" { "library" library: Name, "file" file: Name };
    Test "test" ( "test" test: Test );
});

record!(Field { "name" name, "type" ty, "roles" roles, "description" description } span);
record!(Type { "is" kind, "optional" optional } span);
tagged!(TypeKind {
    Name "name" ( "name" name: Name );
    Words "words" ( "words" words: Vec<Text> );
    Ref "ref" ( "catalog" catalog: Name );
    List "list" ( "item" item: Box<Type> );
    Record "record" ( "fields" fields: Vec<Field> );
});
record!(Message { "name" name, "for" audience, "description" description, "clauses" clauses });
tagged!(ClauseKind {
    Channel "channel" ( "name" name: Name );
    Transactional "transactional";
    Inputs "inputs" ( "fields" fields: Vec<Field> );
    Languages "languages" { "tags" tags: Vec<Text>, "by" by: Expr };
    Unsubscribe "unsubscribe" ( "steps" steps: Vec<Name> );
    AtMost "at_most" { "count" count: u64, "unit" unit: Name };
    Part "part" { "name" name: Name, "language" language: Option<Text>, "content" content: Content };
});
tagged!(Content {
    Text "text" ( "text" text: Text );
    File "file" ( "name" name: Text );
});
record!(Channel { "name" name, "description" description, "clauses" clauses });
tagged!(ChannelClauseKind {
    Address "address" ( "value" value: Expr );
    Consent "consent" ( "condition" condition: Expr );
    AtMost "at_most" ( "cap" cap: Cap );
    Quiet "quiet" { "from" from: Clock, "to" to: Clock };
    Suppress "suppress" ( "condition" condition: Expr );
});
record!(Cap { "count" count, "within" within } span);
record!(Clock { "minutes" minutes } span);
record!(Share { "percent" percent, "salt" salt } span);
record!(Campaign { "name" name, "for" audience, "description" description, "owner" owner, "clauses" clauses });
tagged!(CampaignClauseKind {
    Priority "priority" ( "number" number: u64 );
    Holdout "holdout" ( "share" share: Share );
    AtMost "at_most" ( "cap" cap: Cap );
    Prefer "prefer" ( "channels" channels: Vec<Preferred> );
    Send "send" ( "send" send: Send );
});
record!(Preferred { "channel" channel, "when" when });
record!(Send { "variants" variants, "salt" salt, "to" exposure, "when" when });
record!(Variant { "percent" percent, "message" message, "offer" offer, "label" label } span);
record!(Exposure { "percent" percent } span);
record!(Offer { "name" name, "description" description, "for" eligible, "cap" cap, "terms" terms });
record!(Term { "name" name, "value" value });
record!(Test { "name" name, "at" at, "zone" zone, "parts" parts });
tagged!(TestPartKind {
    Customer "customer" ( "record" record: Json );
    Catalog "catalog" ( "name" name: Name, "items" items: Json );
    Population "population" ( "customers" customers: Json );
    Inputs "inputs" ( "record" record: Json );
    Placement "placement" ( "name" name: Name, "items" items: Json );
    Expectation "expectation" ( "condition" condition: Expr );
    Said "said" ( "said" said: Said );
});
record!(Said { "message" message, "outcome" outcome });
tagged!(Outcome {
    Sent "sent";
    Skipped "skipped" ( "reason" reason: Option<Text> );
    Says "says" { "part" part: Option<Name>, "negated" negated: bool, "test" test: SaidTest, "text" text: Text };
});
words!(SaidTest { Is "=", Contains "contains", StartsWith "starts_with", EndsWith "ends_with" });
tagged!(JsonKind {
    Plain "plain" ( "written" written: Arc<str> );
    List "list" ( "items" items: Vec<Json> );
    Record "record" ( "members" members: Vec<JsonMember> );
});

tagged!(ExprKind {
    Literal "literal" ( "value" literal: Literal );
    Path "path" ( "steps" steps: Vec<Name> );
    Now "now";
    Today "today";
    FromNow "from_now" { "amount" amount: Amount, "ago" ago: bool };
    Call "call" { "function" function: Name, "args" args: Vec<Expr> };
    Case "case" { "arms" arms: Vec<(Expr, Expr)>, "else" otherwise: Option<Box<Expr>> };
    Not "not" ( "operand" operand: Box<Expr> );
    Negate "negate" ( "operand" operand: Box<Expr> );
    Arithmetic "arithmetic" { "op" op: ArithmeticOp, "lhs" lhs: Box<Expr>, "rhs" rhs: Box<Expr> };
    And "and" ( "parts" parts: Vec<Expr> );
    Or "or" ( "parts" parts: Vec<Expr> );
    Compare "compare" {
        "op" op: CompareOp, "lhs" lhs: Box<Expr>, "rhs" rhs: Box<Expr>, "ignoring_case" ignoring_case: bool,
    };
    Between "between" { "operand" operand: Box<Expr>, "low" low: Box<Expr>, "high" high: Box<Expr>, "negated" negated: bool };
    In "in" { "operand" operand: Box<Expr>, "set" set: Set, "negated" negated: bool, "ignoring_case" ignoring_case: bool };
    TextTest "text_test" {
        "test" test: TextTest, "operand" operand: Box<Expr>, "pattern" pattern: Box<Expr>, "negated" negated: bool,
        "ignoring_case" ignoring_case: bool,
    };
    ContainsEach "contains_each" { "operand" operand: Box<Expr>, "all" all: bool, "set" set: Set, "negated" negated: bool };
    Is "is" { "operand" operand: Box<Expr>, "state" state: State, "negated" negated: bool };
    InWindow "in_window" { "operand" operand: Box<Expr>, "window" window: Window, "negated" negated: bool };
    Anniversary "anniversary" { "operand" operand: Box<Expr>, "window" window: Window, "negated" negated: bool };
    Near "near" {
        "operand" operand: Box<Expr>, "radius" radius: Box<Expr>, "unit" unit: DistanceUnit, "of" of: Place,
        "negated" negated: bool,
    };
    InSegment "in_segment" { "name" name: Name, "negated" negated: bool };
    InSample "in_sample" {
        "from" from: Decimal, "to" to: Decimal, "slice" slice: bool, "salt" salt: Text, "negated" negated: bool,
    };
    Rank "rank" { "operand" operand: Box<Expr>, "top" top: bool, "share" share: Decimal, "negated" negated: bool };
    Quantified "quantified" { "quantifier" quantifier: Quantifier, "items" items: Box<Items>, "steps" steps: Vec<Step> };
    Aggregate "aggregate" { "of" kind: AggregateKind, "value" value: Option<Box<Expr>>, "items" items: Box<Items> };
    Point "point" ( "lat" lat: Box<Expr>, "lon" lon: Box<Expr> );
    Paren "paren" ( "inner" inner: Box<Expr> );
});

record!(Amount { "count" count, "unit" unit, "calendar" calendar });
record!(Items { "collection" collection, "window" window, "filter" filter } span);
record!(Step { "none" none, "items" items, "within" within } span);
tagged!(Place {
    Point "point" ( "lat" lat: Box<Expr>, "lon" lon: Box<Expr> );
    Of "of" ( "place" place: Box<Expr> );
});
tagged!(Set {
    Literals "literals" ( "items" items: Vec<Expr> );
    Named "named" ( "name" name: Name );
});
tagged!(Window {
    InLast "in_last" ( "amount" amount: Amount );
    InNext "in_next" ( "amount" amount: Amount );
    Between "between" ( "low" low: Box<Expr>, "high" high: Box<Expr> );
    Before "before" ( "bound" bound: Box<Expr> );
    After "after" ( "bound" bound: Box<Expr> );
    Since "since" ( "bound" bound: Box<Expr> );
    Today "today";
    Yesterday "yesterday";
    Tomorrow "tomorrow";
    Period "period" { "step" step: i8, "unit" unit: Unit };
});
tagged!(Quantifier {
    Any "any";
    No "no";
    All "all";
    AtLeast "at_least" ( "count" count: u64 );
    AtMost "at_most" ( "count" count: u64 );
    Exactly "exactly" ( "count" count: u64 );
});

words!(Unit {
    Second "second", Minute "minute", Hour "hour", Day "day", Week "week", Month "month", Quarter "quarter", Year "year",
});
words!(DistanceUnit { Metre "m", Kilometre "km", Mile "mi" });
words!(AggregateKind {
    Count "count", Sum "sum", Avg "avg", Min "min", Max "max", First "first", Last "last", Distinct "distinct", Mode "mode",
});
words!(ArithmeticOp { Add "+", Subtract "-", Multiply "*", Divide "/" });
words!(CompareOp { Eq "=", Ne "!=", Lt "<", Le "<=", Gt ">", Ge ">=" });
words!(TextTest { Contains "contains", StartsWith "starts_with", EndsWith "ends_with", Matches "matches" });
words!(State { Known "known", Unknown "unknown", Empty "empty", Filled "filled" });

/// A node whose place is not kept is what it says.
macro_rules! spanned {
    ($($type:ident $kind:ident),*) => {$(
        impl Form for $type {
            fn write(&self) -> Tree {
                self.kind.write()
            }

            fn read(json: &Value) -> Read<Self> {
                Ok(Self { span: Span::default(), kind: $kind::read(json)? })
            }

            fn schema(schemas: &mut Schemas) -> Value {
                $kind::schema(schemas)
            }
        }
    )*};
}

spanned!(
    Expr ExprKind, Item ItemKind, TestPart TestPartKind, Clause ClauseKind, Json JsonKind, ChannelClause ChannelClauseKind,
    CampaignClause CampaignClauseKind
);

/// A name is its text, unless it stood in backticks without need.
impl Form for Name {
    fn write(&self) -> Tree {
        if self.quoted {
            return Tree::Record(vec![("quoted", Tree::Text(self.text.clone()))]);
        }
        Tree::Text(self.text.clone())
    }

    fn read(json: &Value) -> Read<Self> {
        let quoted = json.is_object();
        let text = if quoted {
            take(members(json, &["quoted"])?, "quoted")?
        } else {
            Arc::read(json)?
        };
        Ok(Self {
            span: Span::default(),
            text,
            quoted,
        })
    }

    fn schema(schemas: &mut Schemas) -> Value {
        named(schemas, "Name", |_| {
            let quoted = object(None, vec![("quoted", json!({"type": "string"}), true)]);
            json!({"oneOf": [{"type": "string"}, quoted]})
        })
    }
}

impl Form for Text {
    fn write(&self) -> Tree {
        Tree::Text(self.text.clone())
    }

    fn read(json: &Value) -> Read<Self> {
        Ok(Self {
            span: Span::default(),
            text: Arc::read(json)?,
        })
    }

    fn schema(_: &mut Schemas) -> Value {
        json!({"type": "string"})
    }
}

/// Of an object in a test, as written: numbers keep their digits and names their escapes.
impl Form for JsonMember {
    fn write(&self) -> Tree {
        Tree::Record(vec![
            ("written", Tree::Text(self.written.clone())),
            ("value", self.value.write()),
        ])
    }

    fn read(json: &Value) -> Read<Self> {
        let members = members(json, &["written", "value"])?;
        let written: Arc<str> = take(members, "written")?;
        let name: String = serde_json::from_str(&written)
            .map_err(|_| Wrong::new("expected a text in quotes").inside(".written".to_owned()))?;
        Ok(Self {
            span: Span::default(),
            name: name.into(),
            written,
            value: take(members, "value")?,
        })
    }

    fn schema(schemas: &mut Schemas) -> Value {
        named(schemas, "JsonMember", |schemas| {
            let value = Json::schema(schemas);
            object(
                None,
                vec![
                    ("written", json!({"type": "string"}), true),
                    ("value", value, true),
                ],
            )
        })
    }
}

/// A word, but for `filled`, which may have exceptions, and the number of letters.
impl Form for Role {
    fn write(&self) -> Tree {
        match self {
            Self::Key(_) => Tree::Text("key".into()),
            Self::Personal(_) => Tree::Text("personal".into()),
            Self::Sensitive(_) => Tree::Text("sensitive".into()),
            Self::Zone(_) => Tree::Text("zone".into()),
            Self::Channel(_) => Tree::Text("channel".into()),
            Self::Filled { except, .. } => Tree::Record(vec![("filled_except", except.write())]),
            Self::Letters { most, .. } => Tree::Record(vec![("at_most_letters", most.write())]),
            Self::Unknown(name) => Tree::Record(vec![("unknown", name.write())]),
        }
    }

    fn read(json: &Value) -> Read<Self> {
        let span = Span::default();
        if json.is_object() {
            let members = members(json, &["filled_except", "at_most_letters", "unknown"])?;
            return if members.contains_key("unknown") {
                Ok(Self::Unknown(take(members, "unknown")?))
            } else if members.contains_key("at_most_letters") {
                let most = take(members, "at_most_letters")?;
                Ok(Self::Letters { span, most })
            } else {
                let except = take(members, "filled_except")?;
                Ok(Self::Filled { span, except })
            };
        }
        match json.as_str() {
            Some("key") => Ok(Self::Key(span)),
            Some("personal") => Ok(Self::Personal(span)),
            Some("sensitive") => Ok(Self::Sensitive(span)),
            Some("zone") => Ok(Self::Zone(span)),
            Some("channel") => Ok(Self::Channel(span)),
            Some("filled") => Ok(Self::Filled {
                span,
                except: Vec::new(),
            }),
            _ => Err(Wrong::expected(
                "key, personal, sensitive, filled, zone, channel or an object",
                json,
            )),
        }
    }

    fn schema(schemas: &mut Schemas) -> Value {
        named(schemas, "Role", |schemas| {
            let texts = json!({"type": "array", "items": {"type": "string"}});
            let unknown = Name::schema(schemas);
            json!({"oneOf": [
                {"enum": ["key", "personal", "sensitive", "filled", "zone", "channel"]},
                object(None, vec![("filled_except", texts, true)]),
                object(None, vec![("at_most_letters", json!({"type": "integer"}), true)]),
                object(None, vec![("unknown", unknown, true)]),
            ]})
        })
    }
}

/// True, false, whole numbers, texts and null as in JSON; the others in an object that says what they are.
impl Form for Literal {
    fn write(&self) -> Tree {
        let one = |name, text: String| Tree::Record(vec![(name, Tree::Text(text.into()))]);
        match self {
            Self::Bool(it) => Tree::Bool(*it),
            Self::Int(it) => Tree::Int(*it),
            Self::Text(it) => Tree::Text(it.clone()),
            Self::Null => Tree::Null,
            Self::Decimal(digits) => one("decimal", digits.to_string()),
            Self::Percent(it) => one("percent", it.to_string()),
            Self::Date(it) => one("date", it.to_string()),
            Self::DateTime { micros, local } => {
                let shown = DateTime::from_micros(*micros)
                    .unwrap_or(DateTime::MIN)
                    .to_string();
                let shown = if *local {
                    shown.trim_end_matches('Z')
                } else {
                    &shown
                };
                one("datetime", shown.to_owned())
            }
            Self::Duration(it) => Tree::Record(vec![("duration", it.write())]),
        }
    }

    fn read(json: &Value) -> Read<Self> {
        match json {
            Value::Bool(it) => Ok(Self::Bool(*it)),
            Value::String(it) => Ok(Self::Text(it.as_str().into())),
            Value::Null => Ok(Self::Null),
            Value::Number(_) => i64::read(json).map(Self::Int),
            Value::Object(_) => {
                let names = ["decimal", "percent", "date", "datetime", "duration"];
                let found = members(json, &names)?;
                let Some(name) = names
                    .into_iter()
                    .find(|it| found.contains_key(*it))
                    .filter(|_| found.len() == 1)
                else {
                    return Err(Wrong::new(format!("expected one of {}", names.join(", "))));
                };
                let at = |wrong: Wrong| wrong.inside(format!(".{name}"));
                if name == "duration" {
                    return take(found, name).map(Self::Duration);
                }
                let text: Arc<str> = take(found, name)?;
                let bad = |error: &dyn std::fmt::Display| at(Wrong::new(error.to_string()));
                match name {
                    "decimal" => Ok(Self::Decimal(text)),
                    "percent" => text
                        .parse()
                        .map(Self::Percent)
                        .map_err(|error: DecimalError| bad(&error)),
                    "date" => text
                        .parse()
                        .map(Self::Date)
                        .map_err(|error: TimeError| bad(&error)),
                    _ => DateTime::parse_literal(&text)
                        .map(|(micros, local)| Self::DateTime { micros, local })
                        .map_err(|error| bad(&error)),
                }
            }
            Value::Array(_) => Err(Wrong::expected("a constant", json)),
        }
    }

    fn schema(schemas: &mut Schemas) -> Value {
        named(schemas, "Literal", |schemas| {
            let text = || json!({"type": "string"});
            let mut all = vec![json!({"type": ["boolean", "integer", "string", "null"]})];
            for name in ["decimal", "percent", "date", "datetime"] {
                all.push(object(None, vec![(name, text(), true)]));
            }
            let amount = Amount::schema(schemas);
            all.push(object(None, vec![("duration", amount, true)]));
            json!({"oneOf": all})
        })
    }
}

/// A text, because a float would lose digits.
impl Form for Decimal {
    fn write(&self) -> Tree {
        Tree::Text(self.to_string().into())
    }

    fn read(json: &Value) -> Read<Self> {
        let text: Arc<str> = Arc::read(json)?;
        text.parse()
            .map_err(|error: DecimalError| Wrong::new(error.to_string()))
    }

    fn schema(_: &mut Schemas) -> Value {
        json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"})
    }
}

/// An arm of a `case`.
impl Form for (Expr, Expr) {
    fn write(&self) -> Tree {
        Tree::Record(vec![("when", self.0.write()), ("then", self.1.write())])
    }

    fn read(json: &Value) -> Read<Self> {
        let members = members(json, &["when", "then"])?;
        Ok((take(members, "when")?, take(members, "then")?))
    }

    fn schema(schemas: &mut Schemas) -> Value {
        named(schemas, "Arm", |schemas| {
            let expr = Expr::schema(schemas);
            object(None, vec![("when", expr.clone(), true), ("then", expr, true)])
        })
    }
}
