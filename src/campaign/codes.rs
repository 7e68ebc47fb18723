//! Codes that only one customer gets.

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Who asks for a code, and for what.
///
/// ```
/// # use audience::CodeRequest;
/// let request = CodeRequest { offer: "twenty_percent", customer: "ana", occasion: "win_back/2026-06-01" };
/// assert_eq!(request.to_string(), "a code of `twenty_percent` on the occasion win_back/2026-06-01");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeRequest<'r> {
    /// The offer that the code is for.
    pub offer: &'r str,
    /// The customer's key, as text.
    pub customer: &'r str,
    /// What the host calls this very message, so that one that is prepared again after a failure gets the same code.
    pub occasion: &'r str,
}

/// Without the customer, who may be personal.
impl fmt::Display for CodeRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a code of `{}` on the occasion {}", self.offer, self.occasion)
    }
}

/// Without the customer, who may be personal.
impl fmt::Debug for CodeRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeRequest")
            .field("offer", &self.offer)
            .field("occasion", &self.occasion)
            .finish_non_exhaustive()
    }
}

/// Where a host has its codes: hands out each once.
///
/// A message that shows a term written `code: unique code` asks for one when its inputs are gathered, see
/// [`Choice::inputs`](crate::Choice::inputs). Asked twice with the same request, it gives the same code; with another one, never
/// one that it gave before. A service keeps codes in its database; [`CodePool`] keeps them in memory.
///
/// # Example
///
/// ```
/// use audience::{CodeError, CodeRequest, Codes};
/// use std::sync::Arc;
///
/// /// Codes that are made and not kept: a secret is mixed with what they are for.
/// struct Made;
///
/// impl Codes for Made {
///     fn code(&self, request: CodeRequest<'_>) -> Result<Arc<str>, CodeError> {
///         let made: u32 = format!("secret {} {} {}", request.offer, request.customer, request.occasion)
///             .bytes()
///             .fold(0, |all, byte| all.wrapping_mul(31).wrapping_add(byte.into()));
///         Ok(format!("{made:08X}").into())
///     }
/// }
///
/// let request = |customer| CodeRequest { offer: "spring", customer, occasion: "2026" };
/// assert_eq!(Made.code(request("ana"))?, Made.code(request("ana"))?);
/// assert_ne!(Made.code(request("ana"))?, Made.code(request("ben"))?);
/// # Ok::<(), CodeError>(())
/// ```
pub trait Codes {
    /// The code for a request.
    ///
    /// # Errors
    ///
    /// There is none left, or the place where they are kept cannot be asked.
    fn code(&self, request: CodeRequest<'_>) -> Result<Arc<str>, CodeError>;
}

/// Why there is no code.
///
/// ```
/// # use audience::CodeError;
/// assert_eq!(CodeError::none_left("twenty_percent").to_string(), "no code of the offer `twenty_percent` is left");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// All are handed out.
    #[error("no code of the offer `{offer}` is left")]
    NoneLeft {
        /// The offer.
        offer: String,
    },
    /// The place where they are kept could not be asked.
    #[error("the codes could not be asked")]
    Host(#[source] Box<dyn Error + Send + Sync>),
}

impl CodeError {
    /// All codes of an offer are handed out.
    #[must_use]
    pub fn none_left(offer: &str) -> Self {
        Self::NoneLeft {
            offer: offer.to_owned(),
        }
    }

    /// An error of the place where the codes are kept.
    pub fn host(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Host(error.into())
    }
}

/// Codes in memory, handed out in the order given. What was handed out is forgotten with the pool.
///
/// ```
/// use audience::{CodePool, CodeRequest, Codes};
/// let pool = CodePool::new([("spring", ["S1", "S2"])]);
/// let request = |customer| CodeRequest { offer: "spring", customer, occasion: "spring_mail" };
/// assert_eq!(&*pool.code(request("ana"))?, "S1");
/// assert_eq!(&*pool.code(request("ben"))?, "S2");
/// assert_eq!(&*pool.code(request("ana"))?, "S1"); // the same message again
/// assert!(pool.code(request("eva")).is_err());
/// # Ok::<(), audience::CodeError>(())
/// ```
#[derive(Default)]
pub struct CodePool {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The next one last.
    left: BTreeMap<String, Vec<Arc<str>>>,
    /// By offer, customer and occasion.
    given: HashMap<[String; 3], Arc<str>>,
}

impl CodePool {
    /// The codes of each offer.
    pub fn new<O: Into<String>, C: AsRef<str>>(
        codes: impl IntoIterator<Item = (O, impl IntoIterator<Item = C>)>,
    ) -> Self {
        let mut left: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
        for (offer, codes) in codes {
            let codes = codes.into_iter().map(|it| Arc::from(it.as_ref()));
            left.entry(offer.into()).or_default().extend(codes);
        }
        for codes in left.values_mut() {
            codes.reverse();
        }
        Self {
            state: Mutex::new(State {
                left,
                given: HashMap::new(),
            }),
        }
    }

    /// How many codes of an offer are left.
    #[must_use]
    pub fn left(&self, offer: &str) -> usize {
        self.locked().left.get(offer).map_or(0, Vec::len)
    }

    /// Nothing is left half done in it by a thread that panicked.
    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Codes for CodePool {
    fn code(&self, request: CodeRequest<'_>) -> Result<Arc<str>, CodeError> {
        let key = [request.offer, request.customer, request.occasion].map(str::to_owned);
        let mut state = self.locked();
        if let Some(known) = state.given.get(&key) {
            return Ok(Arc::clone(known));
        }
        let code = state.left.get_mut(request.offer).and_then(Vec::pop);
        let code = code.ok_or_else(|| CodeError::none_left(request.offer))?;
        state.given.insert(key, Arc::clone(&code));
        Ok(code)
    }
}

/// How many are left; no code and nobody's key.
impl fmt::Debug for CodePool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.locked();
        let left: BTreeMap<_, _> = state.left.iter().map(|(offer, it)| (offer, it.len())).collect();
        f.debug_struct("CodePool")
            .field("left", &left)
            .finish_non_exhaustive()
    }
}
