//! The interpreter by tables, and the machine against the interpreter.

mod ask;
mod cells;
mod events;
mod nested;
mod places;
mod random;
mod references;
mod sequences;
mod tables;
mod text;
mod toy;

use toy::{Cell, Toy, ToyEvents};
