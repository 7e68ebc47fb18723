//! Time as the language counts it: by tables around the changes of clocks, and compared with the calendar of jiff.

mod compared;
mod tables;
