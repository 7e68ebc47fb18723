//! What the filters do, one file for each kind of value that they take. What they take and give is said in
//! `check/template/signature.rs`.

pub(super) mod date;
pub(super) mod list;
pub(super) mod money;
pub(super) mod text;
pub(super) mod url;
