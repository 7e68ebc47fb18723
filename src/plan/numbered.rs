//! Numbers for what is the same.

use std::{collections::HashMap, hash::Hash};

/// So many keys are compared one by one, which takes less time than to hash them.
const FEW: usize = 16;

/// Different keys, numbered in the order in which they came.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    keys: Vec<T>,
    /// Filled once there are many.
    numbers: HashMap<T, usize>,
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    pub(super) fn new() -> Self {
        Self {
            keys: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    pub(super) fn find(&self, key: T) -> Option<usize> {
        if self.keys.len() <= FEW {
            self.keys.iter().position(|it| *it == key)
        } else {
            self.numbers.get(&key).copied()
        }
    }

    /// The number of a key, and whether it is a new one.
    pub(super) fn add(&mut self, key: T) -> (usize, bool) {
        if let Some(number) = self.find(key) {
            return (number, false);
        }
        let number = self.keys.len();
        self.keys.push(key);
        if number == FEW {
            self.numbers.extend(self.keys.iter().copied().zip(0..));
        } else if number > FEW {
            self.numbers.insert(key, number);
        }
        (number, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_numbered_alike() {
        let mut numbered = Numbered::new();
        for key in 0..3 * FEW {
            assert_eq!(numbered.find(key), None);
            assert_eq!(numbered.add(key), (key, true));
            for before in 0..=key {
                assert_eq!(numbered.find(before), Some(before));
                assert_eq!(numbered.add(before), (before, false));
            }
        }
    }
}
