//! The commands beside `serve`: each is one thing an operator does on the machine itself.
