//! Whether two servers give the same answer. A comparison of servers that answer differently means nothing, so the
//! run stops.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::wire::Reply;

/// Headers that are new in every reply.
const NEW_EACH_TIME: [&str; 2] = ["date", "x-request-id"];

/// Refuses two replies that are not alike: same status, same headers, same body, same number of bytes. `changing`
/// points into a JSON body to texts that are new in every reply; of those only the length counts.
pub fn same_answer(one: &Reply, other: &Reply, changing: &[&str]) -> Result<()> {
    if one.status()? != other.status()? {
        bail!(
            "the servers answer with different status:\n{}\n{}",
            one.text(),
            other.text()
        );
    }
    let (headers, other_headers) = (headers(one), headers(other));
    let different: Vec<_> = headers.symmetric_difference(&other_headers).collect();
    if !different.is_empty() {
        bail!("the servers answer with different headers: {different:?}");
    }
    let same_body = match changing {
        [] => one.body() == other.body(),
        changing => masked(one, changing)? == masked(other, changing)?,
    };
    if !same_body || one.bytes().len() != other.bytes().len() {
        bail!(
            "the servers answer with different bytes:\n{}\n{}",
            one.text(),
            other.text()
        );
    }
    Ok(())
}

fn headers(reply: &Reply) -> BTreeSet<(String, String)> {
    reply
        .headers()
        .into_iter()
        .map(|(name, value)| {
            if NEW_EACH_TIME.contains(&name.as_str()) {
                (name, format!("{} bytes", value.len()))
            } else {
                (name, value)
            }
        })
        .collect()
}

fn masked(reply: &Reply, changing: &[&str]) -> Result<Value> {
    let mut json = reply.json()?;
    for pointer in changing {
        if let Some(Value::String(text)) = json.pointer_mut(pointer) {
            *text = format!("{} bytes", text.len());
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(head: &str, body: &str) -> Reply {
        let text = format!(
            "HTTP/1.1 200 OK\r\n{head}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Reply::parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn replies_that_differ_only_in_order_date_and_what_is_new_each_time_are_the_same() {
        let one = reply("a: 1\r\ndate: x\r\n", r#"{"t":"abc","n":1}"#);
        let other = reply("date: y\r\na: 1\r\n", r#"{"t":"xyz","n":1}"#);
        assert!(same_answer(&one, &other, &["/t"]).is_ok());
        assert!(same_answer(&one, &other, &[]).is_err());
    }

    #[test]
    fn another_header_value_or_length_is_refused() {
        let one = reply("a: 1\r\n", r#"{"t":"abc"}"#);
        assert!(same_answer(&one, &reply("a: 2\r\n", r#"{"t":"abc"}"#), &["/t"]).is_err());
        assert!(same_answer(&one, &reply("", r#"{"t":"abc"}"#), &["/t"]).is_err());
        assert!(same_answer(&one, &reply("a: 1\r\n", r#"{"t":"abcd"}"#), &["/t"]).is_err());
    }
}
