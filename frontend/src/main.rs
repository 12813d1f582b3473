//! Starts the app in the page.

fn main() {
    frontend::start();
}
