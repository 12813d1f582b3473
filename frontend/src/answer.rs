//! Reads the server's JSON. The browser parses the text, and serde takes the fields it knows out of the browser's
//! objects: that is a fraction of the code of a parser of our own, and it comes once for every answer.

use js_sys::{Array, JSON, Object, Reflect};
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
        Visitor,
    },
};
use wasm_bindgen::{JsCast, JsValue};

/// The answer is not what the contract says. It says no more, so that no code is needed to say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch;

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not what the contract says")
    }
}

impl std::error::Error for Mismatch {}

impl serde::de::Error for Mismatch {
    fn custom<T: std::fmt::Display>(_why: T) -> Self {
        Self
    }
}

/// What the text says. No text at all is `null`.
pub fn parsed(text: &str) -> Result<JsValue, Mismatch> {
    if text.is_empty() {
        return Ok(JsValue::NULL);
    }
    JSON::parse(text).map_err(|_broken| Mismatch)
}

/// A value of the contract out of what was parsed.
pub fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Mismatch> {
    T::deserialize(Json(value))
}

/// A value of the browser that came out of JSON.
struct Json(JsValue);

impl Json {
    fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    fn text(&self) -> Result<String, Mismatch> {
        self.0.as_string().ok_or(Mismatch)
    }

    fn number(&self) -> Result<f64, Mismatch> {
        self.0.as_f64().ok_or(Mismatch)
    }

    fn items(self) -> Result<Items, Mismatch> {
        let items: Array = self.0.dyn_into().map_err(|_other| Mismatch)?;
        Ok(Items { items, at: 0 })
    }

    fn object(&self) -> Result<&Object, Mismatch> {
        self.0.dyn_ref().ok_or(Mismatch)
    }

    fn entries(&self) -> Result<Entries, Mismatch> {
        Ok(Entries {
            pairs: Object::entries(self.object()?),
            at: 0,
            value: JsValue::UNDEFINED,
        })
    }

    fn fields(self, names: &'static [&'static str]) -> Result<Fields, Mismatch> {
        self.object()?;
        Ok(Fields {
            object: self.0,
            names,
            at: 0,
            value: JsValue::UNDEFINED,
        })
    }
}

/// The whole number that this is, if it is one that JavaScript can tell from its neighbours.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit was taken out")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() <= 9_007_199_254_740_991.0 && number.trunc() - number == 0.0).then_some(number as i64)
}

fn visit_number<'de, V: Visitor<'de>>(number: f64, visitor: V) -> Result<V::Value, Mismatch> {
    match whole(number) {
        Some(whole) => match u64::try_from(whole) {
            Ok(positive) => visitor.visit_u64(positive),
            Err(_negative) => visitor.visit_i64(whole),
        },
        None => visitor.visit_f64(number),
    }
}

macro_rules! numbers {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visit_number(self.number()?, visitor)
        }
    )* };
}

macro_rules! texts {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.visit_string(self.text()?)
        }
    )* };
}

impl<'de> Deserializer<'de> for Json {
    type Error = Mismatch;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }
    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else if let Some(truth) = self.0.as_bool() {
            visitor.visit_bool(truth)
        } else if let Some(number) = self.0.as_f64() {
            visit_number(number, visitor)
        } else if let Some(text) = self.0.as_string() {
            visitor.visit_string(text)
        } else if Array::is_array(&self.0) {
            visitor.visit_seq(self.items()?)
        } else {
            visitor.visit_map(self.entries()?)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_bool(self.0.as_bool().ok_or(Mismatch)?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_nothing() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else {
            Err(Mismatch)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_map(self.fields(fields)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(Variant::of(&self, variants)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }
}

/// The elements of an array.
struct Items {
    items: Array,
    at: u32,
}

impl Items {
    fn next(&mut self) -> Option<Json> {
        let next = (self.at < self.items.length()).then(|| Json(self.items.get(self.at)));
        self.at += 1;
        next
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Mismatch;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Mismatch> {
        self.next().map(|item| seed.deserialize(item)).transpose()
    }
}

/// What is in an object, whatever its names.
struct Entries {
    pairs: Array,
    at: u32,
    value: JsValue,
}

impl Entries {
    fn next(&mut self) -> Option<Json> {
        if self.at >= self.pairs.length() {
            return None;
        }
        let pair: Array = self.pairs.get(self.at).unchecked_into();
        self.at += 1;
        self.value = pair.get(1);
        Some(Json(pair.get(0)))
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Mismatch;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Mismatch> {
        self.next().map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        seed.deserialize(Json(std::mem::take(&mut self.value)))
    }
}

/// The fields of a struct that are in an object. They are told by their position, not by their name, which spares each
/// struct the code that compares names; it is also why the contract must not give a field a second name.
struct Fields {
    object: JsValue,
    names: &'static [&'static str],
    at: u64,
    value: JsValue,
}

impl Fields {
    fn next(&mut self) -> Option<u64> {
        while let Some((name, rest)) = self.names.split_first() {
            self.names = rest;
            self.at += 1;
            let value = Reflect::get(&self.object, &JsValue::from_str(name)).unwrap_or_default();
            if !value.is_undefined() {
                self.value = value;
                return Some(self.at - 1);
            }
        }
        None
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Mismatch;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Mismatch> {
        self.next()
            .map(|position| seed.deserialize(position.into_deserializer()))
            .transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        seed.deserialize(Json(std::mem::take(&mut self.value)))
    }
}

/// One of an enum: its name alone, or an object with its name and what belongs to it.
struct Variant {
    position: u64,
    content: JsValue,
}

impl Variant {
    fn of(json: &Json, names: &'static [&'static str]) -> Result<Self, Mismatch> {
        let (name, content) = if let Some(name) = json.0.as_string() {
            (name, JsValue::UNDEFINED)
        } else {
            let mut entries = json.entries()?;
            let name = entries.next().ok_or(Mismatch)?.text()?;
            (name, entries.value)
        };
        let position = names.iter().position(|known| *known == name).ok_or(Mismatch)?;
        Ok(Self {
            position: position as u64,
            content,
        })
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Mismatch> {
        Ok((seed.deserialize(self.position.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Mismatch> {
        seed.deserialize(Json(self.content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(Json(self.content).items()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_map(Json(self.content).fields(fields)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_as_far_as_javascript_can_tell() {
        assert_eq!(whole(0.0), Some(0));
        assert_eq!(whole(-7.0), Some(-7));
        assert_eq!(whole(9_007_199_254_740_991.0), Some(9_007_199_254_740_991));
        for odd in [0.5, 9_007_199_254_740_992.0, f64::INFINITY, f64::NAN] {
            assert_eq!(whole(odd), None, "{odd}");
        }
    }

    #[test]
    fn no_field_of_the_contract_has_a_second_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/src");
        let mut read = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("alias ="), "{}", path.display());
            read += 1;
        }
        assert!(read > 10);
    }
}
