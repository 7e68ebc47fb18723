//! Names that an engine tells apart.

use std::collections::HashSet;

/// So many bytes of a name are what all engines tell apart.
const LONGEST: usize = 63;

/// Names of one scope, told apart as engines do that do not tell capitals.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Names that are taken already.
    pub(super) fn with(taken: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self {
            taken: taken.into_iter().map(|it| it.as_ref().to_lowercase()).collect(),
        }
    }

    /// Takes a name, whether it is taken or not.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_lowercase());
    }

    /// Whether a name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.taken.contains(&name.to_lowercase())
    }

    /// The wanted name, shorter when it is too long, and with a number when it is taken.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let mut name = shortened(wanted, "");
        let mut number = 2_u32;
        while !self.taken.insert(name.to_lowercase()) {
            name = shortened(wanted, &format!("_{number}"));
            number += 1;
        }
        name
    }
}

fn shortened(name: &str, suffix: &str) -> String {
    let mut end = name.len().min(LONGEST - suffix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_within_what_engines_read_of_them() {
        let mut names = Names::with(["zone"]);
        assert_eq!(names.unique("Zone"), "Zone_2");
        let long = "é".repeat(40);
        let (one, two) = (names.unique(&long), names.unique(&long));
        assert!(
            one.len() <= LONGEST && two.len() <= LONGEST && one != two,
            "{one} {two}"
        );
        assert_eq!(one, "é".repeat(31));
        assert_eq!(two, format!("{}_2", "é".repeat(30)));
    }
}
