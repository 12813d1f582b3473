//! Any three texts merged, which a zero byte separates: values come from their layers, and merging the result changes nothing.

#![no_main]

use clientconf::merge::{Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf_fuzz::soon;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let trees: Vec<_> = text
        .split('\0')
        .take(3)
        .filter_map(|text| parse(text, Resolve::Never).ok())
        .map(|p| p.tree)
        .collect();
    let layers: Vec<_> = trees.iter().map(|tree| Layer { tree }).collect();
    let effective = merge(&layers);
    soon(|| drop(merge(&layers)));
    assert!(effective.entries.iter().all(
        |entry| entry.origin < layers.len() && entry.overrides.iter().all(|layer| *layer < entry.origin)
    ));
    let tree = effective.tree();
    let again = merge(&[Layer { tree: &tree }]);
    assert_eq!(again.tree(), tree);
});
