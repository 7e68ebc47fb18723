//! A plain struct that is read in place, of the schema `shop.audience`.

use audience::{Date, DateTime, Decimal, Geo};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Client {
    id: String,
    name: Option<String>,
    nick: String,
    city: Option<String>,
    gender: Option<String>,
    level: String,
    active: bool,
    vip: Option<bool>,
    age: Option<i64>,
    orders: i64,
    score: Option<f64>,
    ratio: f64,
    spent: Decimal,
    credit: Option<Decimal>,
    born: Option<Date>,
    joined_on: Date,
    signed_up_at: DateTime,
    seen_at: Option<DateTime>,
    home: Option<Point>,
    shop: Point,
    site: Option<String>,
    page: String,
    favorite: Option<String>,
    brand: String,
    tags: Vec<String>,
    notes: Option<Vec<String>>,
    points: Vec<i64>,
    prices: Option<Vec<Decimal>>,
    weights: Vec<f64>,
    levels: Option<Vec<String>>,
    holidays: Vec<Date>,
    visits: Option<Vec<DateTime>>,
    answers: Vec<bool>,
    wishes: Vec<String>,
    address: Option<Address>,
    consent: Consent,
    cart: Cart,
    favorites: Option<Vec<Favorite>>,
    #[serde(default)]
    purchases: Vec<Purchase>,
    #[serde(default)]
    views: Vec<View>,
    #[serde(default)]
    returns: Vec<Return>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Point {
    lat: f64,
    lon: f64,
}

impl Point {
    fn geo(self) -> Geo {
        Geo::new(self.lat, self.lon).expect("the generator's places are on Earth")
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Address {
    street: Option<String>,
    zip: String,
    since: Date,
    floor: i64,
    tags: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Consent {
    email: bool,
    sms: Option<bool>,
    more: More,
}

#[derive(Clone, Debug, Deserialize)]
struct More {
    at: Option<DateTime>,
    kind: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Cart {
    value: Decimal,
    items: Vec<CartItem>,
}

#[derive(Clone, Debug, Deserialize)]
struct CartItem {
    sku: String,
    quantity: i64,
    price: Option<Decimal>,
    gift: bool,
    added_at: DateTime,
}

#[derive(Clone, Debug, Deserialize)]
struct Favorite {
    sku: String,
    added_at: DateTime,
    rank: Option<i64>,
    note: Option<String>,
    weight: f64,
    kind: Option<String>,
    added_on: Date,
    active: Option<bool>,
    labels: Option<Vec<String>>,
    r#box: Size,
}

#[derive(Clone, Debug, Deserialize)]
struct Size {
    width: i64,
    height: Option<Decimal>,
}

#[derive(Clone, Debug, Deserialize)]
struct Purchase {
    at: DateTime,
    sku: String,
    category: Option<String>,
    amount: Decimal,
    quantity: i64,
    gift: bool,
    note: Option<String>,
    due: Option<Date>,
    rating: Option<f64>,
    level: String,
    paid_at: Option<DateTime>,
    url: Option<String>,
    labels: Option<Vec<String>>,
    r#box: Option<Size>,
    lines: Option<Vec<Line>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Line {
    sku: String,
    count: i64,
    price: Option<Decimal>,
    note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct View {
    at: DateTime,
    path: String,
    seconds: Option<i64>,
    weight: f64,
    on: Date,
}

#[derive(Clone, Debug, Deserialize)]
struct Return {
    at: DateTime,
    reason: Option<String>,
    amount: Option<Decimal>,
    first: Option<bool>,
}

audience::record! {
    impl Record for Client {
        id: |it| &it.id,
        name: |it| it.name.as_deref(),
        nick: |it| &it.nick,
        city: |it| it.city.as_deref(),
        gender: |it| it.gender.as_deref(),
        level: |it| &it.level,
        active: |it| it.active,
        vip: |it| it.vip,
        age: |it| it.age,
        orders: |it| it.orders,
        score: |it| it.score,
        ratio: |it| it.ratio,
        spent: |it| it.spent,
        credit: |it| it.credit,
        born: |it| it.born,
        joined_on: |it| it.joined_on,
        signed_up_at: |it| it.signed_up_at,
        seen_at: |it| it.seen_at,
        home: |it| it.home.map(Point::geo),
        shop: |it| it.shop.geo(),
        site: |it| it.site.as_deref(),
        page: |it| &it.page,
        favorite: |it| it.favorite.as_deref(),
        brand: |it| &it.brand,
        tags: |it| &it.tags,
        notes: |it| it.notes.as_deref(),
        points: |it| &it.points,
        prices: |it| it.prices.as_deref(),
        weights: |it| &it.weights,
        levels: |it| it.levels.as_deref(),
        holidays: |it| &it.holidays,
        visits: |it| it.visits.as_deref(),
        answers: |it| &it.answers,
        wishes: |it| &it.wishes,
        address.street: |it| it.address.as_ref().and_then(|it| it.street.as_deref()),
        address.zip: |it| it.address.as_ref().map(|it| it.zip.as_str()),
        address.since: |it| it.address.as_ref().map(|it| it.since),
        address.floor: |it| it.address.as_ref().map(|it| it.floor),
        address.tags: |it| it.address.as_ref().map(|it| it.tags.as_slice()),
        consent.email: |it| it.consent.email,
        consent.sms: |it| it.consent.sms,
        consent.more.at: |it| it.consent.more.at,
        consent.more.kind: |it| &it.consent.more.kind,
        cart.value: |it| it.cart.value,
        cart.items: |it| &it.cart.items,
        favorites: |it| it.favorites.as_deref(),
        purchases: |it| &it.purchases,
        views: |it| &it.views,
        returns: |it| &it.returns,
    }
}

audience::record! {
    impl Record for CartItem {
        sku: |it| &it.sku,
        quantity: |it| it.quantity,
        price: |it| it.price,
        gift: |it| it.gift,
        added_at: |it| it.added_at,
    }
}

audience::record! {
    impl Record for Favorite {
        sku: |it| &it.sku,
        added_at: |it| it.added_at,
        rank: |it| it.rank,
        note: |it| it.note.as_deref(),
        weight: |it| it.weight,
        kind: |it| it.kind.as_deref(),
        added_on: |it| it.added_on,
        active: |it| it.active,
        labels: |it| it.labels.as_deref(),
        r#box.width: |it| it.r#box.width,
        r#box.height: |it| it.r#box.height,
    }
}

audience::record! {
    impl Record for Purchase {
        at: |it| it.at,
        sku: |it| &it.sku,
        category: |it| it.category.as_deref(),
        amount: |it| it.amount,
        quantity: |it| it.quantity,
        gift: |it| it.gift,
        note: |it| it.note.as_deref(),
        due: |it| it.due,
        rating: |it| it.rating,
        level: |it| &it.level,
        paid_at: |it| it.paid_at,
        url: |it| it.url.as_deref(),
        labels: |it| it.labels.as_deref(),
        r#box.width: |it| it.r#box.as_ref().map(|it| it.width),
        r#box.height: |it| it.r#box.as_ref().and_then(|it| it.height),
        lines: |it| it.lines.as_deref(),
    }
}

audience::record! {
    impl Record for Line {
        sku: |it| &it.sku,
        count: |it| it.count,
        price: |it| it.price,
        note: |it| it.note.as_deref(),
    }
}

audience::record! {
    impl Record for View {
        at: |it| it.at,
        path: |it| &it.path,
        seconds: |it| it.seconds,
        weight: |it| it.weight,
        on: |it| it.on,
    }
}

audience::record! {
    impl Record for Return {
        at: |it| it.at,
        reason: |it| it.reason.as_deref(),
        amount: |it| it.amount,
        first: |it| it.first,
    }
}
