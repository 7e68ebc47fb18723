//! Numbers that others worked out: the Python library `implicit` 0.7.3, and numpy 2.4.

use audience::{Interactions, Likeness, NeighbourOptions, Neighbours};

use super::{assortment, carts};

const BASKETS: [&str; 8] = [
    "tea pot mug",
    "tea pot",
    "tea mug jam",
    "pot mug",
    "jam cake",
    "tea jam cake mug",
    "tea pot jam",
    "cake",
];
const KEYS: [&str; 5] = ["cake", "jam", "mug", "pot", "tea"];

fn taken() -> Interactions {
    carts(&BASKETS)
}

#[track_caller]
fn same<'a>(found: impl Fn(&'a str) -> Vec<(String, f64)>, expected: &[[f64; 5]; 5]) {
    for (row, item) in expected.iter().zip(KEYS) {
        let found = found(item);
        for (expected, other) in row.iter().zip(KEYS).filter(|(_, other)| *other != item) {
            let number = found.iter().find(|(key, _)| key == other).map_or(0.0, |it| it.1);
            assert!(
                (number - expected).abs() < 1e-6,
                "{item} {other}: {number} and not {expected}"
            );
        }
    }
}

fn check(likeness: Likeness, expected: &[[f64; 5]; 5]) {
    let options = NeighbourOptions {
        likeness,
        support: 1,
        ..NeighbourOptions::default()
    };
    let model = Neighbours::fit(&options, &taken(), &assortment()).expect("valid options");
    same(
        |item| {
            model
                .alike(item)
                .map(|(key, likeness)| (key.to_owned(), likeness))
                .collect()
        },
        expected,
    );
}

/// `CosineRecommender(K=10).fit(X).similarity`
#[test]
fn cosines_are_those_of_implicit() {
    check(
        Likeness::Cosine,
        &[
            [1.0, 0.577_350_269_2, 0.288_675_134_6, 0.0, 0.258_198_889_7],
            [0.577_350_269_2, 1.0, 0.5, 0.25, 0.670_820_393_2],
            [0.288_675_134_6, 0.5, 1.0, 0.5, 0.670_820_393_2],
            [0.0, 0.25, 0.5, 1.0, 0.670_820_393_2],
            [
                0.258_198_889_7,
                0.670_820_393_2,
                0.670_820_393_2,
                0.670_820_393_2,
                1.0,
            ],
        ],
    );
}

/// `BM25Recommender(K=10, K1=…, B=…).fit(X).similarity`
#[test]
fn bm25_is_that_of_implicit() {
    check(
        Likeness::bm25(),
        &[
            [0.0, 0.290_670_480_7, 0.0, 0.0, 0.0],
            [
                0.290_670_480_7,
                0.0,
                0.049_793_044_5,
                0.049_793_044_5,
                0.090_346_142_6,
            ],
            [0.0, 0.049_793_044_5, 0.0, 0.310_735_862_4, 0.090_346_142_6],
            [0.0, 0.049_793_044_5, 0.310_735_862_4, 0.0, 0.327_077_771_2],
            [0.0, 0.090_346_142_6, 0.090_346_142_6, 0.327_077_771_2, 0.0],
        ],
    );
    check(
        Likeness::Bm25 { k1: 100.0, b: 0.8 },
        &[
            [0.0, 0.325_373_143_3, 0.0, 0.0, 0.0],
            [
                0.325_373_143_3,
                0.0,
                0.049_793_044_5,
                0.049_793_044_5,
                0.083_125_578_4,
            ],
            [0.0, 0.049_793_044_5, 0.0, 0.310_735_862_4, 0.083_125_578_4],
            [0.0, 0.049_793_044_5, 0.310_735_862_4, 0.0, 0.300_937_352],
            [0.0, 0.083_125_578_4, 0.083_125_578_4, 0.300_937_352, 0.0],
        ],
    );
}

/// `P = inv(X.T @ X + 2 * eye(5)); -P / diag(P)`
#[cfg(feature = "ease")]
#[test]
fn ease_is_that_of_numpy() {
    let options = audience::EaseOptions {
        regularization: 2.0,
        ..audience::EaseOptions::default()
    };
    let model = audience::Ease::fit(&options, &taken(), &assortment()).expect("valid options");
    same(
        |item| {
            model
                .weights(item)
                .map(|(key, weight)| (key.to_owned(), weight))
                .collect()
        },
        &[
            [
                0.0,
                0.304_589_707_928,
                0.089_820_359_281,
                -0.090_076_335_878,
                0.006_877_579_092,
            ],
            [
                0.315_107_913_669,
                0.0,
                0.131_736_526_946,
                -0.056_488_549_618,
                0.350_756_533_7,
            ],
            [
                0.086_330_935_252,
                0.122_392_211_405,
                0.0,
                0.170_992_366_412,
                0.264_099_037_139,
            ],
            [
                -0.084_892_086_331,
                -0.051_460_361_613,
                0.167_664_670_659,
                0.0,
                0.353_507_565_337,
            ],
            [
                0.007_194_244_604,
                0.354_659_248_957,
                0.287_425_149_701,
                0.392_366_412_214,
                0.0,
            ],
        ],
    );
}
