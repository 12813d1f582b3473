//! Page markers of lists. To a client a marker is a word to send back; it holds where the next page begins and is
//! authenticated for one list, asked for in one way, by one caller: elsewhere it is not valid.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrets::keys::InstanceKeys;
use serde::{Serialize, de::DeserializeOwned};
use shared::error::ErrorCode;

use crate::error::AppError;

/// Domain of the keyed hash of page markers.
const CURSOR_HASH: &str = "cursor";
/// The longest marker that is looked at.
const MOST_BYTES: usize = 4096;

/// Makes and reads the markers of one list.
#[derive(Debug)]
pub struct Cursors<'a> {
    keys: &'a InstanceKeys,
    bound_to: String,
}

impl<'a> Cursors<'a> {
    /// Markers that are valid for `bound_to` only: name the endpoint, the workspace, the caller, and everything of the
    /// query that decides which items there are and in which order.
    #[must_use]
    pub fn new(keys: &'a InstanceKeys, bound_to: &impl Serialize) -> Self {
        Self {
            keys,
            bound_to: serde_json::to_string(bound_to).unwrap_or_default(),
        }
    }

    /// The marker of the page that begins behind `place`: the sort values of the last item, with its id.
    #[must_use]
    pub fn seal(&self, place: &impl Serialize) -> String {
        let place = serde_json::to_string(place).unwrap_or_default();
        let tag = self.keys.keyed_hash().hash(CURSOR_HASH, &self.content(&place));
        format!("{}.{tag}", URL_SAFE_NO_PAD.encode(place))
    }

    /// Where the page begins that `cursor` marks. One that was made up, changed, or made for another list, query or
    /// caller is [`ErrorCode::BadCursor`].
    pub fn open<T: DeserializeOwned>(&self, cursor: &str) -> Result<T, AppError> {
        self.place(cursor)
            .and_then(|place| serde_json::from_str(&place).ok())
            .ok_or_else(|| ErrorCode::BadCursor.into())
    }

    fn place(&self, cursor: &str) -> Option<String> {
        if cursor.len() > MOST_BYTES {
            return None;
        }
        let (encoded, tag) = cursor.split_once('.')?;
        let place = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
        let genuine = self
            .keys
            .keyed_hash()
            .verify(CURSOR_HASH, &self.content(&place), tag);
        genuine.then_some(place)
    }

    /// What the tag vouches for. A JSON array of two texts has one reading only.
    fn content(&self, place: &str) -> Vec<u8> {
        serde_json::to_vec(&(&self.bound_to, place)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn opened(cursors: &Cursors<'_>, cursor: &str) -> Option<(String, u32)> {
        cursors.open(cursor).ok()
    }

    #[test]
    fn a_marker_is_valid_for_its_own_list_only() {
        let keys = InstanceKeys::for_tests();
        let cursors = Cursors::new(&keys, &("ListMembers", "ann", "q"));
        let marker = cursors.seal(&("Bo", 7));
        assert_eq!(opened(&cursors, &marker), Some(("Bo".to_owned(), 7)));
        for elsewhere in [
            ("ListMembers", "bob", "q"),
            ("ListMembers", "ann", ""),
            ("ListTasks", "ann", "q"),
            ("ListMembers\",\"ann", "", "q"),
        ] {
            assert_eq!(
                opened(&Cursors::new(&keys, &elsewhere), &marker),
                None,
                "{elsewhere:?}"
            );
        }
    }

    #[test]
    fn a_marker_of_another_instance_or_of_another_shape_is_refused() {
        let (keys, others) = (InstanceKeys::for_tests(), InstanceKeys::generate().unwrap());
        let cursors = Cursors::new(&keys, &"list");
        let foreign = Cursors::new(&others, &"list").seal(&("Bo", 7));
        assert_eq!(opened(&cursors, &foreign), None);
        let other_shape = cursors.seal(&[1, 2, 3]);
        assert_eq!(opened(&cursors, &other_shape), None);
        for made_up in ["", ".", "a.b", "é.é", &"A".repeat(70_000)] {
            assert_eq!(opened(&cursors, made_up), None);
        }
    }

    proptest! {
        #[test]
        fn any_place_opens_again_and_any_changed_character_is_refused(
            name in ".{0,60}", number in any::<u32>(), at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.-]") {
            let keys = InstanceKeys::for_tests();
            let cursors = Cursors::new(&keys, &"list");
            let marker = cursors.seal(&(&name, number));
            prop_assert_eq!(opened(&cursors, &marker), Some((name, number)));
            let at = at.index(marker.len());
            let mut changed = marker.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != marker);
            prop_assert_eq!(opened(&cursors, &changed), None);
        }
    }
}
