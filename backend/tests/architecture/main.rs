//! Reads the source and checks what the compiler cannot: who imports whom, where queries begin, that the map in
//! `ARCHITECTURE.md` is true, and that files and error codes are in order.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod map;
#[cfg(test)]
mod order;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod source;
