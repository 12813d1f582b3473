//! The last resort: when the app breaks, the page says so and offers to reload, instead of looking alive.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Replaces the page with "Something went wrong" if the app ever panics, and writes the cause to the console.
pub fn install() {
    std::panic::set_hook(Box::new(|what| {
        web_sys::console::error_1(&what.to_string().into());
        show();
    }));
}

/// Builds the notice from plain elements; nothing of the app can be trusted any more. `start.js` hears the button.
fn show() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let Some(body) = document.body() else { return };
    let make = |tag: &str, class: &str, text: &str| -> Option<HtmlElement> {
        let element = document
            .create_element(tag)
            .ok()?
            .dyn_into::<HtmlElement>()
            .ok()?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        Some(element)
    };
    body.set_text_content(None);
    let Some(main) = make("main", "dead-end", "") else {
        return;
    };
    let heading = make("h1", "", "Something went wrong");
    let text = make(
        "p",
        "",
        "Clearance met a fault of its own. Nothing that was saved is lost. Reload the page to go on.",
    );
    let button = make("button", "button button-primary", "Reload");
    for element in [heading, text, button].into_iter().flatten() {
        let _ = match element.tag_name().as_str() {
            "BUTTON" => element.set_attribute("data-reload", ""),
            "P" => element.set_attribute("role", "alert"),
            _ => Ok(()),
        };
        let _ = main.append_child(&element);
    }
    let _ = body.append_child(&main);
}
