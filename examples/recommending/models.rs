//! The models that are compared.

use std::{error::Error, sync::Arc};

use audience::{
    Assortment, Blend, Duration, Interactions, Likeness, NeighbourOptions, Neighbours, PairCounts,
    Popularity, PopularityOptions, Rebuy, RebuyOptions, Recommender, Together,
};

type Model = Arc<dyn Recommender + Send + Sync>;

const fn days(days: i64) -> Duration {
    Duration::from_micros(days * 86_400_000_000)
}

/// All models by name; when options are to be chosen, with several of each.
pub(crate) fn all(
    taken: &Interactions,
    assortment: &Assortment,
    tune: bool,
) -> Result<Vec<(String, Model)>, Box<dyn Error>> {
    let mut models: Vec<(String, Model)> = Vec::new();
    let popular = |options: &PopularityOptions| Popularity::fit(options, taken, assortment);
    let ever = Arc::new(popular(&PopularityOptions::default())?);
    let trending = Arc::new(popular(&PopularityOptions::trending())?);
    let rebuy = Arc::new(Rebuy::fit(&RebuyOptions::default(), taken, assortment)?);
    models.push(("popular".to_owned(), ever));
    models.push(("trending".to_owned(), trending.clone()));
    if tune {
        for half_life in [3, 14, 30] {
            let options = PopularityOptions {
                half_life: Some(days(half_life)),
                ..PopularityOptions::default()
            };
            models.push((
                format!("popular, half-life {half_life} d"),
                Arc::new(popular(&options)?),
            ));
        }
    }
    models.push(("rebuy, then trending".to_owned(), then(rebuy.clone(), &trending)?));

    let mut pairs = PairCounts::new(Together::Customer);
    pairs.add(taken);
    let neighbours = |likeness, neighbours, half_life| -> Result<Arc<Neighbours>, Box<dyn Error>> {
        let options = NeighbourOptions {
            likeness,
            neighbours,
            half_life: Some(half_life),
            support: 3,
            ..NeighbourOptions::default()
        };
        Ok(Arc::new(Neighbours::from_pairs(&options, &pairs, assortment)?))
    };
    let kinds = [
        ("cosine", Likeness::Cosine),
        ("BM25", Likeness::bm25()),
        ("log-likelihood", Likeness::LogLikelihood),
    ];
    for (name, likeness) in kinds {
        let counts: &[usize] = if tune { &[10, 20, 50, 100, 400] } else { &[20] };
        for count in counts {
            let name = if tune {
                format!("{name} {count}")
            } else {
                format!("neighbours by {name}")
            };
            models.push((name, neighbours(likeness, *count, days(120))?));
        }
    }
    let alike = neighbours(Likeness::LogLikelihood, 20, days(120))?;
    for weight in if tune {
        &[0.2, 0.4, 0.6, 1.0][..]
    } else {
        &[0.6][..]
    } {
        let blend = Blend::new()
            .add(1.0, alike.clone())?
            .add(*weight, trending.clone())?;
        models.push((named("neighbours + trending", *weight, tune), Arc::new(blend)));
    }
    let blend = Blend::new()
        .add(1.0, rebuy.clone())?
        .add(0.6, alike.clone())?
        .add(0.4, trending.clone())?;
    models.push(("rebuy + neighbours + trending".to_owned(), Arc::new(blend)));
    #[cfg(feature = "ease")]
    with_ease(&mut models, &pairs, assortment, (&rebuy, &trending), tune)?;
    Ok(models)
}

fn named(name: &str, weight: f64, tune: bool) -> String {
    if tune {
        format!("{name} {weight}")
    } else {
        name.to_owned()
    }
}

fn then(first: Model, then: &Arc<Popularity>) -> Result<Model, Box<dyn Error>> {
    Ok(Arc::new(Blend::new().add(1.0, first)?.or_else(then.clone())))
}

#[cfg(feature = "ease")]
fn with_ease(
    models: &mut Vec<(String, Model)>,
    pairs: &PairCounts,
    assortment: &Assortment,
    (rebuy, trending): (&Arc<Rebuy>, &Arc<Popularity>),
    tune: bool,
) -> Result<(), Box<dyn Error>> {
    use audience::{Ease, EaseOptions};

    let fit = |regularization, neighbours| {
        let options = EaseOptions {
            regularization,
            neighbours,
            half_life: Some(days(120)),
            ..EaseOptions::default()
        };
        Ease::from_pairs(&options, pairs, assortment)
    };
    let ease = Arc::new(fit(300.0, 200)?);
    models.push(("EASE".to_owned(), ease.clone()));
    if tune {
        for (regularization, neighbours) in [(100.0, 200), (300.0, 100), (300.0, 5_000), (1_000.0, 200)] {
            let name = format!("EASE {regularization} {neighbours}");
            models.push((name, Arc::new(fit(regularization, neighbours)?)));
        }
    }
    for weight in if tune {
        &[0.2, 0.4, 0.6, 1.0][..]
    } else {
        &[0.6][..]
    } {
        let blend = Blend::new()
            .add(1.0, ease.clone())?
            .add(*weight, trending.clone())?;
        models.push((named("EASE + trending", *weight, tune), Arc::new(blend)));
    }
    for weight in if tune {
        &[0.3, 0.6, 1.0, 2.0][..]
    } else {
        &[0.6][..]
    } {
        let blend = Blend::new()
            .add(1.0, rebuy.clone())?
            .add(*weight, ease.clone())?
            .add(*weight * 0.6, trending.clone())?;
        models.push((named("rebuy + EASE + trending", *weight, tune), Arc::new(blend)));
    }
    Ok(())
}
