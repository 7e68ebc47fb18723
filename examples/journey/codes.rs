//! Codes that only one customer gets, kept in the service's database.

use std::sync::Arc;

use audience::{CodeError, CodeRequest, Codes};

use crate::database::Step;

/// Takes a code within a step: when the step is not committed, nobody got it.
pub(crate) struct DatabaseCodes<'s, 'd> {
    step: &'s Step<'d>,
}

impl<'s, 'd> DatabaseCodes<'s, 'd> {
    pub(crate) fn new(step: &'s Step<'d>) -> Self {
        Self { step }
    }
}

impl Codes for DatabaseCodes<'_, '_> {
    fn code(&self, request: CodeRequest<'_>) -> Result<Arc<str>, CodeError> {
        let CodeRequest {
            offer,
            customer,
            occasion,
        } = request;
        let known = self
            .step
            .code_of(offer, customer, occasion)
            .map_err(CodeError::host)?;
        let code = match known {
            Some(code) => Some(code),
            None => self
                .step
                .give_code(offer, customer, occasion)
                .map_err(CodeError::host)?,
        };
        Ok(code.ok_or_else(|| CodeError::none_left(offer))?.into())
    }
}
