//! Numbers and sizes in the reader's own locale.

use wasm_bindgen::JsValue;

/// A count, grouped as the reader's locale does it: `12,345`.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts that people read are far below 2^53"
)]
pub fn count(value: u64) -> String {
    js_sys::Number::from(value as f64)
        .to_locale_string("default")
        .into()
}

/// A number as machines write it, for attributes and styles. The browser writes it: the code that writes numbers with
/// fractions is large, and only this function needs it.
pub fn plain(value: f64) -> String {
    let text = js_sys::Number::from(value).to_string_with_radix(10);
    text.map(String::from).unwrap_or_default()
}

/// A size in decimal units, as storage is sold: `1.2 GB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(value: u64) -> String {
    let (amount, unit) = scaled(value as f64);
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"maximumFractionDigits".into(), &JsValue::from(1));
    let number = JsValue::from(js_sys::Number::from(amount));
    let shown = js_sys::Reflect::get(&number, &"toLocaleString".into())
        .ok()
        .and_then(|method| {
            js_sys::Function::from(method)
                .call2(&number, &JsValue::UNDEFINED, &options)
                .ok()
        })
        .and_then(|text| text.as_string());
    format!("{} {unit}", shown.unwrap_or_else(|| plain(amount.round())))
}

/// One thing or many: `plural(1, "key", "keys")` is "1 key".
pub fn plural(value: u64, one: &str, many: &str) -> String {
    if value == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", count(value))
    }
}

fn scaled(value: f64) -> (f64, &'static str) {
    let mut amount = value;
    for unit in ["B", "KB", "MB", "GB", "TB"] {
        if amount < 1000.0 {
            return (amount, unit);
        }
        amount /= 1000.0;
    }
    (amount, "PB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(scaled(999.0), (999.0, "B"));
        assert_eq!(scaled(1_500.0), (1.5, "KB"));
        assert_eq!(scaled(120e9), (120.0, "GB"));
        assert_eq!(scaled(2e15), (2.0, "PB"));
    }
}
