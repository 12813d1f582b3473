//! First run, through HTTP.
